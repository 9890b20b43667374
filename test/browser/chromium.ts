/** The browser of these tests: a Chromium that is installed, found on the PATH, driven without a window. */
import { spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** No window, no sandbox (CI runs as root), no graphics card, and no traffic of the browser's own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

/** Path of a Chromium, or `null`; then says so, or throws if `VITRINE_REQUIRE_BROWSER` is set (CI). */
export function findChromium(): string | null {
  const names = [process.env.VITRINE_CHROMIUM ?? '', ...NAMES].filter((name) => name !== '');
  for (const name of names) {
    const found = spawnSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.trim();
  }
  const message = `no Chromium on the PATH (${names.join(', ')}): install one, or set VITRINE_CHROMIUM`;
  if (process.env.VITRINE_REQUIRE_BROWSER !== undefined) throw new Error(message);
  console.warn(`${message}; the browser tests are skipped`);
  return null;
}

/** Starts the Chromium at `executablePath`, headless. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}
