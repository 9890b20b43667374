/** Laws of the element table. Its rows were compared by program with two independent copies of the standards' lists. */
import { expect, test } from 'vitest';
import { idLength } from '../../../src/containers/matroska/ebml-writer.ts';
import {
  ELEMENTS,
  elementById,
  ID,
  RECURSIVE,
} from '../../../src/containers/matroska/element-table.ts';

test('no two elements share an ID or a name', () => {
  expect(new Set(ELEMENTS.map((e) => e.id)).size).toBe(ELEMENTS.length);
  expect(new Set(ELEMENTS.map((e) => e.name)).size).toBe(ELEMENTS.length);
});

test('every ID has its length marker, and value bits neither all clear nor all set (RFC 8794 clause 5)', () => {
  for (const { id, name } of ELEMENTS) {
    const length = idLength(id);
    const marker = 2 ** (7 * length);
    expect(Math.floor(id / marker), name).toBe(1);
    // ChapterDisplay is older than the rule.
    if (name !== 'ChapterDisplay') expect(id % marker, name).not.toBe(0);
    expect(id % marker, name).not.toBe(marker - 1);
  }
});

test('no ID could be written shorter (RFC 8794 clause 5)', () => {
  for (const { id, name } of ELEMENTS) {
    const length = idLength(id);
    if (length === 1) continue;
    const value = id % 2 ** (7 * length);
    // All bits set on the shorter length is reserved, so such a value needs the next one.
    expect(value, name).toBeGreaterThanOrEqual(2 ** (7 * (length - 1)) - 1);
  }
});

test('every parent is a master of the table, and leads to a root', () => {
  for (const element of ELEMENTS) {
    let parent = element.parent;
    for (let depth = 0; parent !== '' && parent !== '*'; depth++) {
      const found = ELEMENTS.find((e) => e.name === parent);
      expect(found?.type, `parent of ${element.name}`).toBe('master');
      expect(depth).toBeLessThan(8);
      parent = found!.parent;
    }
  }
});

test('masters have children, other elements have none', () => {
  for (const { name, type } of ELEMENTS) {
    const hasChildren = ELEMENTS.some((e) => e.parent === name);
    expect(hasChildren, name).toBe(type === 'master');
  }
});

test('elements are found by ID and by name', () => {
  for (const { name, id } of ELEMENTS) {
    expect(elementById(id)?.name).toBe(name);
    expect(ID[name as keyof typeof ID]).toBe(id);
  }
  expect(elementById(0x4fff)).toBeUndefined();
  expect(RECURSIVE.every((name) => ELEMENTS.some((e) => e.name === name))).toBe(true);
});
