// The child process of leak-check.ts: runs a module, and tells what is left when it does not end by itself.
// Arguments: LIMIT_MS MODULE [ARGUMENT...]

import { pathToFileURL } from 'node:url';
import { systemClock } from '../../src/base/index.ts';
import { leakStatus } from './leak-check.ts';

const [limitMs, module] = process.argv.splice(2, 2);
if (limitMs === undefined || module === undefined) throw new Error('usage: leak-runner LIMIT_MS MODULE [ARGUMENT...]');

// Does not keep the process alive, so it fires only when something else does.
systemClock.schedule(
  Number(limitMs),
  () => {
    process.stderr.write(`still active: ${process.getActiveResourcesInfo().join(', ')}\n`, () =>
      process.exit(leakStatus),
    );
  },
  { unref: true },
);

await import(pathToFileURL(module).href);
