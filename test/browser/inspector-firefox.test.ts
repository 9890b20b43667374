/**
 * The inspector in Firefox, without a driver: a script in the page that is served goes through its views and takes what it saw to the server as
 * an address. Needs `dist/inspector.html` (`npm run build:inspector`) and a Firefox.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { encodePictures } from '../../inspector/engine.ts';
import { createSample } from '../../inspector/sample.ts';
import { onPath } from '../runtimes/installed.ts';

const PAGE = fileURLToPath(new URL('../../dist/inspector.html', import.meta.url));
const program = existsSync(PAGE) ? onPath(['firefox-esr', 'firefox']) : null;

/** What the page saw. */
interface Seen {
  readonly errors: readonly string[];
  readonly status: string;
  readonly labels: readonly string[];
  readonly lead: string;
  readonly pixel: string;
  readonly tabs: number;
}

/** The script in the page; it is text, since it runs there. */
const WALK = `
const errors = [];
addEventListener('error', (event) => errors.push(String(event.message)));
console.error = (...all) => errors.push(all.join(' '));
const until = async (ask) => {
  for (;;) {
    const answer = ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const textOf = (selector) => document.querySelector(selector)?.textContent ?? '';
addEventListener('load', async () => {
  const seen = { errors };
  await until(() => /10 pictures in .*encoded in/.test(textOf('#status')));
  seen.status = textOf('#status');
  seen.tabs = document.querySelectorAll('nav button:not([hidden])').length;
  seen.labels = [...document.querySelectorAll('.strip button')].map((one) => one.getAttribute('aria-label'));
  for (const layer of document.querySelectorAll('[data-layer], [data-overlay]')) layer.click();
  document.getElementById('picture').dispatchEvent(new MouseEvent('click', { clientX: 500, clientY: 300, bubbles: true }));
  location.hash = '#preset=superfast&qp=32&view=sound&frame=20&kbps=64';
  seen.lead = await until(() => /^Frame 20/.test(textOf('#frame-lead')) && textOf('#frame-lead'));
  location.hash = '#preset=superfast&qp=32&view=image&kind=jpeg&scan=2';
  seen.pixel = await until(() => /after scan 3/.test(textOf('#pixel-lead')) && textOf('#pixel-lead'));
  location.href = '/result?' + encodeURIComponent(JSON.stringify(seen));
});
`;

/** Ends a browser with the processes that it started: they are a group of their own. */
function ended(browser: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (browser.exitCode !== null || browser.pid === undefined) return resolve();
    browser.once('exit', () => resolve());
    process.kill(-browser.pid, 'SIGKILL');
  });
}

it.skipIf(program === null)(
  'Firefox loads the inspector, and it encodes pictures, sound and a JPEG file',
  { timeout: 180_000 },
  async () => {
    let tell: (seen: Seen) => void = () => {};
    const result = new Promise<Seen>((resolve) => {
      tell = resolve;
    });
    const page = readFileSync(PAGE, 'utf8').replace(
      '<style>',
      () => `<script>${WALK}</script><style>`,
    );
    const server = createServer((request, response) => {
      const [path, query = ''] = (request.url ?? '/').split('?');
      if (path === '/result') tell(JSON.parse(decodeURIComponent(query)) as Seen);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(path === '/' ? page : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const profile = mkdtempSync(join(tmpdir(), 'vitrine-firefox-'));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/#preset=superfast&qp=32`;
    const args = ['--headless', '--no-remote', '--profile', profile, url];
    const browser = spawn(program!, args, { stdio: 'ignore', detached: true });
    try {
      const seen = await result;
      expect(seen.errors).toEqual([]);
      expect(seen.tabs).toBe(7);
      expect(seen.lead).toContain('bits');
      expect(seen.pixel).toContain('have arrived');
      const { figures } = await encodePictures(
        createSample(),
        { preset: 'superfast', qp: 32, profile: 'main', bframes: 2, coding: 'CAVLC' },
        false,
      );
      const sizes = [...figures].sort((a, b) => a.pts - b.pts).map(({ bytes }) => bytes);
      for (const [i, bytes] of sizes.entries()) {
        const text =
          bytes < 10_000
            ? `${bytes.toLocaleString('en-US')} byte`
            : `${(bytes / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} kB`;
        expect(seen.labels[i]).toContain(text);
      }
    } finally {
      await ended(browser);
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
