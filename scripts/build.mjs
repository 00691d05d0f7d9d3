// npm run build: installs what is missing and compiles to dist/. Usage: node scripts/build.mjs
import { build, fail, install } from './setup.mjs';

if (!install()) fail('build: the packages could not be installed');
if (!build({ force: true })) fail('build: failed');
