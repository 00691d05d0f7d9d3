// What a person at the terminal is told while a command runs: losses, returns, and disks that are taken away.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';

import type { InitiatorSession } from '../../../src/adapter/index.ts';
import { SessionError } from '../../../src/base/index.ts';
import { tellOfRecovery } from '../../../src/cli/recovery-notes.ts';

const device = {
  lun: 1,
  name: 'LUN 1 of iqn.test',
  vendor: '',
  product: '',
  revision: '',
  deviceType: 0,
  state: 'gone',
  size: 512,
  isDirty: false,
  holders: [],
} as const;

test('each event is told in a line', () => {
  const lines: string[] = [];
  const events: InitiatorSession['events'] = new EventEmitter();
  const deviceEvents: InitiatorSession['deviceEvents'] = new EventEmitter();
  tellOfRecovery({ events, deviceEvents, state: 'loggedIn' }, (line) => lines.push(line));
  const error = new SessionError('ISCSI_SESSION_LOST', 'The line was cut');
  events.emit('connectionLost', 0, error);
  events.emit('connectionRecovered', 0);
  events.emit('suspended', error);
  events.emit('resumed', 'reinstated');
  events.emit('gone');
  deviceEvents.emit('deviceRemovedInUse', device, undefined);
  deviceEvents.emit('deviceRemovedInUse', { ...device, isDirty: true }, undefined);
  const identity = { vendor: '', product: '', revision: '', serial: undefined, designators: [] };
  deviceEvents.emit('deviceReplaced', { device, from: identity, to: identity });
  deviceEvents.emit('deviceResized', { lun: 1, name: device.name, from: 512, to: 1024 });
  assert.deepEqual(lines, [
    'hawser: connection 0 was lost: The line was cut',
    'hawser: connection 0 is open again',
    'hawser: the session is lost; waiting for it to come back',
    'hawser: the session is back (reinstated)',
    'hawser: the session did not come back in time',
    'hawser: the target took LUN 1 of iqn.test away',
    'hawser: the target took LUN 1 of iqn.test away; not all that was written has been flushed',
    'hawser: another device has taken the place of LUN 1 of iqn.test',
    'hawser: LUN 1 of iqn.test has 1024 bytes now, no longer 512',
  ]);
});

test('a connection that ends with a logout that is under way is no news', () => {
  const lines: string[] = [];
  const events: InitiatorSession['events'] = new EventEmitter();
  const deviceEvents: InitiatorSession['deviceEvents'] = new EventEmitter();
  tellOfRecovery({ events, deviceEvents, state: 'leaving' }, (line) => lines.push(line));
  events.emit('connectionLost', 2, new SessionError('ISCSI_CLOSED', 'closed by the target'));
  assert.deepEqual(lines, []);
});
