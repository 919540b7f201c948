// A cleartext HTTP/2 server on Node: node_origin.js PORT ROOT. Serves the files of ROOT, /echo (with
// a trailer that counts), /hints (103 before the answer), /slow/N (N octets, and then silence).
'use strict';
const fs = require('fs');
const http2 = require('http2');
const path = require('path');

const [port, root] = process.argv.slice(2);

const server = http2.createServer((request, response) => {
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
});
server.listen(Number(port), '127.0.0.1');
