// What administrators do, by all doors, against the target that comes with us.

import { openEmbedded } from '../../support/doors/opponent.ts';
import { suiteOfScenarios } from '../../support/doors/scenario.ts';
import { scenarios } from '../../support/doors/scenarios.ts';

suiteOfScenarios('by all doors, against the embedded target', scenarios, () => openEmbedded);
