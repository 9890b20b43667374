/** Trees as data and as text. */
import { describe, expect, it } from 'vitest';
import {
  formatTree,
  formatValue,
  hexText,
  type TreeNode,
  tableOf,
  walkTree,
} from '../../src/inspect/index.ts';

const leaf: TreeNode = {
  name: 'stts',
  start: 8,
  end: 40,
  clause: 'ISOBMFF 8.6.1.2',
  fields: [
    { name: 'version', value: 0, start: 16, end: 17 },
    {
      name: 'sample_count,sample_delta',
      value: tableOf(['sample_count', 'sample_delta'], Uint32Array.of(3, 10, 1, 7, 2, 5), 2),
      start: 24,
      end: 40,
    },
  ],
  children: [],
};

const root: TreeNode = {
  name: 'm\u001b[o',
  start: 0,
  end: 40,
  clause: '',
  fields: [{ name: 'type', value: 'a\nb', start: 4, end: 8 }],
  children: [leaf],
  problem: 'cut off',
};

describe('a tree', () => {
  it('is walked parents first', () => {
    expect([...walkTree([root])].map(({ name }) => name)).toEqual(['m\u001b[o', 'stts']);
  });

  it('is text with one line per node and field, and no control characters', () => {
    expect(formatTree([root])).toEqual([
      'm\\x1b[o @0 +40  ! cut off',
      "  type = 'a\\x0ab'",
      '  stts @8 +32  (ISOBMFF 8.6.1.2)',
      '    version = 0',
      '    sample_count,sample_delta = [(3 10) (1 7) … 1 more]',
    ]);
  });

  it('survives the way through JSON', () => {
    expect(JSON.parse(JSON.stringify([root]))).toEqual([root]);
  });

  it('shows bytes as hexadecimal, cut where they are long', () => {
    expect(hexText(Uint8Array.of(0, 15, 255), 3)).toBe('000fff');
    expect(hexText(Uint8Array.of(0, 15, 255), 2)).toBe('000f…');
    expect(formatValue(tableOf(['size'], Float64Array.of(2 ** 40, 1), 9))).toBe(
      '[1099511627776 1]',
    );
  });
});
