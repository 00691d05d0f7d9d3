// What administrators do with iSNS and RADIUS servers, by all doors: Debian's isnsd and freeradius.

import { after, before, suite } from 'node:test';
import { openEmbedded } from '../support/doors/opponent.ts';
import { suiteOfScenarios } from '../support/doors/scenario.ts';
import { isns, radius, radiusRefuses, startRadiusOfScenarios } from '../support/doors/server-scenarios.ts';
import type { FreeRadius } from '../support/freeradius.ts';
import { skipWithout } from '../support/peers.ts';

suiteOfScenarios('by all doors, with isnsd', [isns], () => openEmbedded, { skip: skipWithout(['isnsd', 'isnsadm']) });

suite('freeradius', { skip: skipWithout(['freeradius']) }, () => {
  let server: FreeRadius;
  before(async () => {
    server = await startRadiusOfScenarios();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });
  const scenarios = [radius(() => server), radiusRefuses(() => server)];
  suiteOfScenarios('by all doors, with freeradius', scenarios, () => openEmbedded);
});
