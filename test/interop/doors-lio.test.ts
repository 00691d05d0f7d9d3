// What administrators do, by all doors, against LIO: what is different there, in one guest; more with HAWSER_DOORS=all.

import { after, before, suite } from 'node:test';
import { openLioIn } from '../support/doors/lio-opponent.ts';
import { suiteOfScenarios } from '../support/doors/scenario.ts';
import { connections, holders, loss, mutualChap, restart } from '../support/doors/scenarios.ts';
import { type LioVm, startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';

suite('LIO', { skip: skipWithout([linuxVm]) }, () => {
  let lio: LioVm;
  before(async () => {
    lio = await startLio({ sizeMib: 4 });
  });
  after(async () => {
    await lio[Symbol.asyncDispose]();
  });
  const all = [connections, holders, restart, loss, mutualChap];
  const scenarios = process.env['HAWSER_DOORS'] === 'all' ? all : [connections, loss];
  suiteOfScenarios('by all doors, against LIO', scenarios, () => openLioIn(lio));
});
