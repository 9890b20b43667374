/** docs/api is what `npm run docs:api` makes of the sources as they are, and says something of everything that is exported. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeApiPages } from '../../tools/api/make.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}docs/api/`;
const pages = makeApiPages(root);

describe('docs/api', () => {
  it('is current; otherwise run npm run docs:api', () => {
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(folder + name, 'utf8'), name).toBe(text);
  });

  it('has a page for each part, with what it exports', () => {
    const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    const parts = Object.keys(exports).filter((name) => !/\.(wasm|json)$/.test(name));
    for (const part of parts) {
      const page = pages.get(`vitrine${part.slice(1).replace('/', '-')}.md`);
      expect(page, part).toMatch(/^### \w+$/m);
    }
    expect(pages.size).toBe(parts.length + 1);
    expect(pages.get('vitrine.md')).toContain('### createReferenceVideoFrame\n');
    expect(pages.get('vitrine-h264.md')).toContain('docs/h264/options.md has them in tables');
    expect(pages.get('vitrine.md')).not.toMatch(/^\s+private /m);
  });

  it('says something of each function and class', () => {
    const bare: string[] = [];
    for (const [name, text] of pages) {
      for (const [, entry] of text.matchAll(/^### (\w+)\n\n```ts\n(?:function|class|const) /gm)) {
        bare.push(`${name}: ${entry}`);
      }
    }
    expect(bare).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    for (const [name, text] of pages) {
      for (const [, page, anchor] of text.matchAll(/\]\(([\w-]+\.md)(?:#(\w+))?\)/g)) {
        const target = pages.get(page!);
        expect(target, `${name}: ${page}`).toBeDefined();
        if (anchor === undefined) continue;
        const headings = [...target!.matchAll(/^### (\w+)$/gm)].map(([, h]) => h!.toLowerCase());
        expect(headings, `${name}: ${page}#${anchor}`).toContain(anchor);
      }
    }
  });
});
