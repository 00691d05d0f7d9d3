// The test switch HAWSER_ENGINE: with `rxce`, everything that runs over the engine runs over the RxCe names. Loaded into each
// process of a test run (scripts/test.mjs) by --import, so that no test has to know of it.

import { register } from 'node:module';

const chosen = process.env['HAWSER_ENGINE'];
if (chosen === 'rxce') register('./engine-switch-hooks.js', import.meta.url);
else if (chosen !== undefined) throw new Error(`HAWSER_ENGINE is ${chosen}, which is no engine; there is rxce`);
