/**
 * Gives the event loop a turn after each test: the runner's messages wait for one, and it gives up on those that wait for a minute,
 * as they do in a long file of tests that never await anything.
 */
import { setImmediate } from 'node:timers/promises';
import { afterEach } from 'vitest';

afterEach(() => setImmediate());
