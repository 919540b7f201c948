// A browser on the server at URL: browser.js KIND PROGRAM URL SCREENSHOT PROFILE. Prints a line for each
// conversation. KIND is chrome or firefox; puppeteer-core comes by NODE_PATH.
'use strict';
const puppeteer = require('puppeteer-core');

const [kind, program, url, screenshot, profile] = process.argv.slice(2);

// In the page: each throws when something is wrong.
const conversations = {
  'the page and all that it has came over the version of the URL': async () => {
    const version = location.protocol === 'https:' ? 'h2' : 'http/1.1';
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    // (The icon is one of the images, and may be there already.)
    const others = entries.filter((entry) => entry.deliveryType !== 'cache' && entry.nextHopProtocol !== version);
    if (others.length > 0) throw Error(`${others[0].name}: ${others[0].nextHopProtocol}`);
    if (entries.length < 102) throw Error(`${entries.length} resources`);
  },
  'a script ran, a hundred images are there': async () => {
    if (window.scriptRan !== true) throw Error('the script did not run');
    const images = [...document.images];
    const there = images.filter((image) => image.complete && image.naturalWidth > 0);
    if (images.length !== 100 || there.length !== 100) throw Error(`${there.length} of ${images.length}`);
  },
  'an upload from a Blob': async () => {
    const content = new Uint8Array(1000000).map((_, i) => i % 251);
    const answer = await fetch('/echo', {method: 'POST', body: new Blob([content])});
    const echo = new Uint8Array(await answer.arrayBuffer());
    if (echo.length !== content.length || !echo.every((octet, i) => octet === i % 251)) throw Error('it differs');
  },
  'a download that is cancelled in the middle, and one that is not': async () => {
    const control = new AbortController();
    const answer = await fetch('/bytes/1000000000', {signal: control.signal});
    const reader = answer.body.getReader();
    await reader.read();
    control.abort();
    const other = await (await fetch('/bytes/2000000')).arrayBuffer();
    if (other.byteLength !== 2000000) throw Error(`${other.byteLength} octets`);
  },
  'fifty requests at once': async () => {
    const sizes = await Promise.all([...Array(50).keys()].map(
        async (n) => (await (await fetch(`/bytes/${n}`)).arrayBuffer()).byteLength));
    if (!sizes.every((size, n) => size === n)) throw Error(sizes.join());
  },
  // The source comes again when it ends, and tells the last event that it has.
  'server-sent events': () => new Promise((resolve, reject) => {
    const source = new EventSource('/events/1000');
    const got = [];
    let times = 0;
    source.onopen = () => ++times;
    source.onmessage = ({data, lastEventId}) => {
      got.push(data === lastEventId ? Number(data) : NaN);
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;  // it comes again
      const whole = got.length === 1000 && got.every((number, i) => number === i + 1) && times === 1;
      whole ? resolve() : reject(Error(`${got.length} events, opened ${times} times`));
    };
  }),
  'a WebSocket': () => new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
    socket.onopen = () => socket.send('hello');
    socket.onmessage = ({data}) => {
      socket.close();
      data === 'hello' ? resolve() : reject(Error(data));
    };
    socket.onerror = () => reject(Error('it failed'));
  }),
};
// Firefox has no request bodies that are streams, and Chromium has them in HTTP/2 only.
const streamedUpload = async () => {
  let left = 20;
  const body = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(10000).fill(left));
      else controller.close();
    },
  });
  const answer = await fetch('/echo', {method: 'POST', body, duplex: 'half'});
  const echo = await answer.arrayBuffer();
  if (echo.byteLength !== 200000) throw Error(`${echo.byteLength} octets`);
};

async function main() {
  const browser = await puppeteer.launch({
    browser: kind,
    executablePath: program,
    headless: true,
    acceptInsecureCerts: true,
    userDataDir: profile,
    args: kind === 'chrome' ? ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] : [],
  });
  const page = await browser.newPage();
  const response = await page.goto(url, {waitUntil: 'load', timeout: 120000});
  console.log(response.status() === 200 ? 'ok  the page' : `FAILED  the page: ${response.status()}`);
  const all = kind === 'chrome' && url.startsWith('https:') ? {...conversations, 'a streamed upload': streamedUpload} : conversations;
  for (const [name, converse] of Object.entries(all)) {
    try {
      await page.evaluate(converse);
      console.log(`ok  ${name}`);
    } catch (error) {
      console.log(`FAILED  ${name}: ${error.message.split('\n')[0]}`);
    }
  }
  await page.screenshot({path: screenshot});
  console.log(`version: ${await browser.version()}`);
  await browser.close();
  console.log('done');
}
main().catch((error) => {
  console.log(`FAILED  the browser: ${error.message.split('\n')[0]}`);
  process.exit(1);
});
