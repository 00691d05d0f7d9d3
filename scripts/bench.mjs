// npm run bench -- NAME [ARGS]: sets the checkout up, then runs bench/NAME (see below for the names). Long; not part of npm test.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { argv, execPath, exit } from 'node:process';
import { fail, root, setup } from './setup.mjs';

const benches = {
  micro: 'micro/main.js',
  macro: 'macro/main.js',
  links: 'links/main.js',
  service: 'service/main.js',
  portals: 'portals/main.js',
};
const [name = '', ...args] = argv.slice(2);
if (!Object.hasOwn(benches, name)) fail(`bench: npm run bench -- ${Object.keys(benches).join('|')} [--help]`);
setup();
const child = spawn(execPath, ['--enable-source-maps', join(root, 'dist/bench', benches[name]), ...args], {
  stdio: 'inherit',
});
child.once('exit', (status) => exit(status ?? 1));
