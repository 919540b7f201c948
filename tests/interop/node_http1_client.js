// Conversations of Node's HTTP/1.1 client with the server at argv[2]. Prints a line for each.
'use strict';
const assert = require('assert');
const crypto = require('crypto');

const url = new URL(process.argv[2]);
const http = require(url.protocol === 'https:' ? 'https' : 'http');
const agent = new http.Agent({keepAlive: true, maxSockets: 1});

// One request: its status, fields, body and trailers, and whether the socket had been used before.
function exchange(path, options, send) {
  return new Promise((resolve, reject) => {
    const request = http.request({host: url.hostname, port: url.port, path, agent, ...options}, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode, fields: response.headers, trailers: response.trailers,
        body: Buffer.concat(chunks), reused: request.reusedSocket,
      }));
    });
    request.on('error', reject);
    if (send) send(request);
    else request.end();
  });
}

const conversations = {
  'GET, and another over the same connection': async () => {
    assert.strictEqual((await exchange('/bytes/100000')).body.length, 100000);
    const again = await exchange('/bytes/10');
    assert.strictEqual(again.body.toString(), '0123456789');
    assert(again.reused, 'a new connection');
  },
  'POST of a known size': async () => {
    const content = crypto.randomBytes(300000);
    const {body} = await exchange('/echo', {method: 'POST', headers: {'content-length': content.length}},
        (request) => request.end(content));
    assert(body.equals(content), 'the echo differs');
  },
  'POST in chunks with trailers, two megabytes': async () => {
    const content = crypto.randomBytes(2000000);
    const {body, trailers} = await exchange('/echo', {method: 'POST', headers: {trailer: 'x-sum'}}, (request) => {
      for (let at = 0; at < content.length; at += 70000) request.write(content.subarray(at, at + 70000));
      request.addTrailers({'x-sum': 'abc'});
      request.end();
    });
    assert(body.equals(content), 'the echo differs');
    assert.strictEqual(trailers['x-sum'], 'abc');
  },
  'Expect: 100-continue': async () => {
    let invited = false;
    const {body} = await exchange('/echo', {method: 'POST', headers: {expect: '100-continue', 'content-length': 5}},
        (request) => request.on('continue', () => { invited = true; request.end('hello'); }));
    assert(invited && body.toString() === 'hello', 'no 100');
  },
  'HEAD, 204, 304 and 404': async () => {
    const head = await exchange('/bytes/1000', {method: 'HEAD'});
    assert.deepStrictEqual([head.fields['content-length'], head.body.length], ['1000', 0]);
    for (const status of [204, 304, 404]) assert.strictEqual((await exchange(`/status/${status}`)).status, status);
  },
  'Connection: close': async () => {
    const {fields} = await exchange('/bytes/10', {agent: false, headers: {connection: 'close'}});
    assert.strictEqual(fields.connection, 'close');
  },
  'fifty connections at once': async () => {
    const many = new http.Agent({keepAlive: true});
    const all = [];
    for (let n = 0; n < 50; ++n) all.push(exchange(`/bytes/${n}`, {agent: many}));
    (await Promise.all(all)).forEach(({body}, n) => assert.strictEqual(body.length, n));
    many.destroy();
  },
  'a download that is cut by the client': async () => {
    await new Promise((resolve, reject) => {
      const request = http.get({host: url.hostname, port: url.port, path: '/bytes/50000000'}, (response) => {
        response.once('data', () => request.destroy());
        response.on('error', () => {});
        response.on('close', resolve);
      });
      request.on('error', (error) => error.code === 'ECONNRESET' ? resolve() : reject(error));
    });
    assert.strictEqual((await exchange('/bytes/10')).body.length, 10);
  },
};

async function main() {
  for (const [name, converse] of Object.entries(conversations)) {
    try {
      await converse();
      console.log(`ok  ${name}`);
    } catch (error) {
      console.log(`FAILED  ${name}: ${error.message.split('\n')[0]}`);
    }
  }
  console.log('done');
  process.exit(0);
}
main();
