// Conversations of Node's HTTP/2 client with the server at argv[2]. Prints a line for each.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const http2 = require('http2');

const url = process.argv[2];

// One request on `session`: its status, body and trailers.
function exchange(session, headers, body, trailers) {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, {waitForTrailers: trailers !== undefined});
    const result = {chunks: []};
    if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.on('response', (fields) => { result.status = fields[':status']; });
    stream.on('trailers', (fields) => { result.trailers = fields; });
    stream.on('data', (chunk) => result.chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve({...result, body: Buffer.concat(result.chunks)}));
    stream.end(body);
  });
}

const conversations = {
  'GET': async (session) => {
    const {status, body} = await exchange(session, {':path': '/bytes/100000'});
    assert.strictEqual(status, 200);
    assert.strictEqual(body.length, 100000);
  },
  'POST with trailers, two megabytes': async (session) => {
    const content = crypto.randomBytes(2000000);
    const {body, trailers} =
        await exchange(session, {':path': '/echo', ':method': 'POST'}, content, {'x-sum': 'abc'});
    assert(body.equals(content), 'the echo differs');
    assert.strictEqual(trailers['x-sum'], 'abc');
  },
  'three hundred streams, as many at once as the server allows': async (session) => {
    const all = [];
    for (let n = 0; n < 300; ++n) all.push(exchange(session, {':path': `/bytes/${n}`}));
    (await Promise.all(all)).forEach(({status, body}, n) => {
      assert.strictEqual(status, 200);
      assert.strictEqual(body.length, n);
    });
  },
  'a stream closed by the client while it downloads': async (session) => {
    const stream = session.request({':path': '/bytes/50000000'});
    await new Promise((resolve) => stream.once('data', resolve));
    await new Promise((resolve) => {
      stream.once('close', resolve);
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    const {body} = await exchange(session, {':path': '/bytes/10'});
    assert.strictEqual(body.length, 10);
  },
  'PING': (session) => new Promise((resolve, reject) => {
    session.ping(Buffer.from('12345678'), (error, duration, payload) => {
      if (error) return reject(error);
      assert.strictEqual(payload.toString(), '12345678');
      resolve();
    });
  }),
  'new SETTINGS': async (session) => {
    await new Promise((resolve) => session.settings({initialWindowSize: 100}, resolve));
    const {body} = await exchange(session, {':path': '/bytes/5000'});
    assert.strictEqual(body.length, 5000);
  },
  'the session closes cleanly': (session) => new Promise((resolve) => session.close(resolve)),
};

async function main() {
  const session = http2.connect(url);
  session.on('error', (error) => console.log(`FAILED  the session: ${error.message}`));
  for (const [name, converse] of Object.entries(conversations)) {
    try {
      await converse(session);
      console.log(`ok  ${name}`);
    } catch (error) {
      console.log(`FAILED  ${name}: ${error.message.split('\n')[0]}`);
    }
  }
  console.log('done');
  process.exit(0);
}
main();
