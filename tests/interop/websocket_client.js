// Conversations of npm's `ws` with the server's echo: websocket_client.js URL, that of /ws. Prints a line for each;
// `ws` comes by NODE_PATH.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const WebSocket = require('ws');

const url = process.argv[2];

function open(options) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {maxPayload: 1 << 26, perMessageDeflate: true, ...options});
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

function next(socket, event) {
  return new Promise((resolve) => socket.once(event, (...all) => resolve(all)));
}

// What the server closes with.
async function close(socket, ...how) {
  const closed = next(socket, 'close');
  socket.close(...how);
  return (await closed)[0];
}

async function echo(socket, message) {
  const answer = next(socket, 'message');
  socket.send(message);
  const [octets, isBinary] = await answer;
  assert.strictEqual(isBinary, typeof message !== 'string');
  assert(octets.equals(Buffer.from(message)), 'the echo differs');
}

// The status of the answer to a handshake that is refused, and its fields.
function refusal(options) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    socket.on('unexpected-response', (_, {statusCode, headers}) => {
      socket.terminate();
      resolve({statusCode, headers});
    });
    socket.on('open', () => reject(Error('it was accepted')));
    socket.on('error', () => {});
  });
}

const conversations = {
  'text and binary messages of all sizes': async () => {
    const socket = await open();
    assert.strictEqual(socket.extensions, '', 'no extension was agreed on');
    for (const size of [0, 1, 125, 126, 65535, 65536, 1 << 20]) {
      await echo(socket, 'x'.repeat(size));
      await echo(socket, crypto.randomBytes(size));
    }
    await echo(socket, 'h\u00e9 \u65e5\u672c \u{1f600}');
    assert.strictEqual(await close(socket, 1000, 'bye'), 1000);
  },
  'a message in fragments, a Ping among them': async () => {
    const socket = await open();
    const answer = next(socket, 'message');
    const pong = next(socket, 'pong');
    socket.send('frag', {fin: false});
    socket.ping('now');
    socket.send('men', {fin: false});
    socket.send('ted', {fin: true});
    assert.strictEqual((await pong)[0].toString(), 'now');
    assert.strictEqual((await answer)[0].toString(), 'fragmented');
    assert.strictEqual(await close(socket, 4321), 4321);
  },
  'a close without a code': async () => assert.strictEqual(await close(await open()), 1005),
  'a message that is too large: 1009': async () => {
    const socket = await open();
    const closed = next(socket, 'close');
    socket.on('error', () => {});  // the server is gone while this is on its way
    socket.send(Buffer.alloc((1 << 20) + 1));
    assert([1006, 1009].includes((await closed)[0]));
  },
  'fifty at once': async () => {
    const sockets = await Promise.all(Array.from({length: 50}, () => open()));
    await Promise.all(sockets.map((socket, n) => echo(socket, `message ${n}`)));
    const codes = await Promise.all(sockets.map((socket) => close(socket, 1000)));
    assert(codes.every((code) => code === 1000), codes.join());
  },
  'twenty megabytes': async () => {
    const socket = await open();
    const block = crypto.randomBytes(500000);
    for (let n = 0; n < 40; ++n) await echo(socket, block);
    socket.terminate();
  },
  'another version: 426, and the one that is served': async () => {
    const {statusCode, headers} = await refusal({protocolVersion: 8});
    assert.strictEqual(statusCode, 426);
    assert.strictEqual(headers['sec-websocket-version'], '13');
    assert.strictEqual(headers.upgrade, 'websocket');
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
