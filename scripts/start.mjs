// npm start: makes the checkout ready, then runs hawser. Usage: npm start -- ARGUMENTS (none: the tour)
// The program runs in this very process, so that its streams, signals and exit status are its own.
import { join } from 'node:path';
import { argv, setSourceMapsEnabled } from 'node:process';
import { pathToFileURL } from 'node:url';
import { root, setup } from './setup.mjs';

setup();
setSourceMapsEnabled(true);
const program = join(root, 'dist/src/bin/hawser.js');
const given = argv.slice(2);
argv.splice(1, argv.length, program, ...(given.length > 0 ? given : ['tour']));
await import(pathToFileURL(program).href);
