// What administrators do, by all doors, against tgtd: what depends on the target, and all of it with HAWSER_DOORS=all.

import { suiteOfScenarios } from '../support/doors/scenario.ts';
import { connections, loss, mutualChap, scenarios } from '../support/doors/scenarios.ts';
import { openTgtd } from '../support/doors/tgtd-opponent.ts';
import { skipWithout } from '../support/peers.ts';

const chosen = process.env['HAWSER_DOORS'] === 'all' ? scenarios : [connections, loss, mutualChap];

suiteOfScenarios('by all doors, against tgtd', chosen, () => openTgtd, { skip: skipWithout(['tgtd', 'tgtadm']) });
