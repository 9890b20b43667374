/** A page of Chromium with a `<video id="video">` and nothing else. It has an origin: media of a blank page is not decoded. */
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { startFileServer } from './server.ts';

/** Opens the page and runs `script` in it; `close` ends the browser and the server. */
export async function openVideoPage(
  executable: string,
  script: string,
): Promise<{ readonly page: Page; close(): Promise<void> }> {
  const server = await startFileServer(new URL('.', import.meta.url).pathname, {
    '/': '<!doctype html><link rel="icon" href="data:,"><video id="video" muted playsinline></video>',
  });
  const browser = await launchChromium(executable);
  const page = await browser.newPage();
  await page.goto(`${server.origin}/`);
  await page.evaluate(script);
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { page, close };
}
