/** The option of filters that work on some of the channels only. */
import type { ChannelLayout } from '../definition/channel-layout.ts';
import type { OptionValues } from '../definition/options.ts';

/** Whether each channel is named by the option `channels`: names with + or | between, or `all`. */
export function chosenChannels(options: OptionValues, layout: ChannelLayout): boolean[] {
  const names = options.text('channels');
  if (names === 'all') return Array(layout.numChannels).fill(true);
  const wanted = names.split(/[+|]/);
  const unknown = wanted.find((name) => !layout.channels.includes(name));
  if (unknown !== undefined) {
    throw options.error('channels', `${layout.name} has no channel ${unknown}`);
  }
  return layout.channels.map((name) => wanted.includes(name));
}
