// A process that has closed its WS-Management endpoint exits by itself, whatever clients had begun.

import { suite, test } from 'node:test';
import { assertExits } from '../support/leak-check.ts';

const child = new URL('./wsman-child.js', import.meta.url);

suite('a process with WS-Management exits by itself', () => {
  for (const how of [
    'enumerations and subscriptions that are open',
    'a client that waits for events',
    'a method that does not end',
  ]) {
    test(`after ${how}`, async () => {
      await assertExits(child, { args: [how] });
    });
  }
});
