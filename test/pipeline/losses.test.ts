/** What a new file has no place for is said. */
import { expect, test } from 'vitest';
import type { FileDescription } from '../../src/base/file-description.ts';
import { Losses } from '../../src/pipeline/losses.ts';

const ATTACHMENTS = [{ name: 'font.ttf', mediaType: 'font/ttf', data: new Uint8Array(4) }];

test('attachments are said where the options of the new file have none', () => {
  const about = { attachments: ATTACHMENTS } as unknown as FileDescription;
  const losses = new Losses('mp4');
  losses.noteAbout(about, { attachments: ATTACHMENTS });
  losses.noteAbout({ ...about, attachments: [] }, {});
  expect(losses.problems).toEqual([]);
  losses.noteAbout(about, {});
  expect(losses.problems.map(({ message }) => message)).toEqual([
    'attachments (font.ttf) have no place in mp4; left out',
  ]);
});
