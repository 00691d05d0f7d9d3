// What administrators do, by all doors, against tgtd.

import { suiteOfScenarios } from '../support/doors/scenario.ts';
import { scenarios } from '../support/doors/scenarios.ts';
import { openTgtd } from '../support/doors/tgtd-opponent.ts';
import { skipWithout } from '../support/peers.ts';

suiteOfScenarios('by all doors, against tgtd', scenarios, () => openTgtd, { skip: skipWithout(['tgtd', 'tgtadm']) });
