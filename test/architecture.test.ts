/** The ways that ARCHITECTURE.md tells name functions that are there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['src/pipeline', 'src/codecs/h264', 'src/syntax/h264'];

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, folder, path), 'utf8')),
);

/** The steps of a picture's way, as the document numbers them. */
function steps(): string[] {
  const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const [, way] = document.split('## The way of a picture through H.264');
  return way!
    .split('\n## ')[0]!
    .split(/\n\d+\. /)
    .slice(1);
}

/** Whether a class or interface has the method, or a file the function, class or type. */
function isThere(name: string): boolean {
  const [owner, method] = name.split('.');
  if (method === undefined) {
    const declared = new RegExp(
      `\\b(?:function|class|interface|type) ${owner}\\b|^ {2}${owner}\\(`,
      'm',
    );
    return sources.some((text) => declared.test(text));
  }
  const owned = new RegExp(`\\b(?:class|interface) ${owner}\\b`);
  const defined = new RegExp(`^ {2}(?:async )?${method}\\(`, 'm');
  return sources.some((text) => owned.test(text) && defined.test(text));
}

describe('the way of a picture through H.264', () => {
  it('has ten steps', () => {
    expect(steps()).toHaveLength(10);
  });

  it.each(steps().map((text, i) => [i + 1, text] as const))(
    'step %i names what is there',
    (_, text) => {
      const names = [...text.matchAll(/`([A-Za-z]+(?:\.[a-z]\w*)?)`/g)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(`${name} ${isThere(name)}`).toBe(`${name} true`);
    },
  );
});
