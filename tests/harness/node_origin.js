// An HTTP/2 server on Node, over TLS if it is given a certificate:
// node_origin.js PORT ROOT [CERTIFICATE KEY]. Serves the files of ROOT, /echo (with
// a trailer that counts), /hints (103 before the answer), /slow/N (N octets, and then silence).
'use strict';
const fs = require('fs');
const http2 = require('http2');
const path = require('path');

const [port, root, certificate, key] = process.argv.slice(2);

function answer(request, response) {
  response.stream.on('error', () => {});
  if (request.url === '/echo') {
    let size = 0;
    request.on('data', (chunk) => { size += chunk.length; });
    request.on('end', () => response.addTrailers({'x-size': String(size)}));
    request.pipe(response);
    return;
  }
  if (request.url === '/hints') {
    response.writeEarlyHints({link: '</style.css>; rel=preload'});
    response.end('after the hints');
    return;
  }
  if (request.url.startsWith('/slow/')) {
    response.write(Buffer.alloc(Number(request.url.slice(6)), 'x'));
    return;
  }
  const file = path.join(root, path.normalize(request.url));
  fs.stat(file, (error, stats) => {
    if (error || !stats.isFile()) {
      response.writeHead(404);
      response.end('not found\n');
      return;
    }
    response.writeHead(200, {'content-length': stats.size});
    if (request.method === 'HEAD') response.end();
    else fs.createReadStream(file).pipe(response);
  });
}

const server = certificate === undefined ?
    http2.createServer(answer) :
    http2.createSecureServer({cert: fs.readFileSync(certificate), key: fs.readFileSync(key)}, answer);
server.listen(Number(port), '127.0.0.1');
