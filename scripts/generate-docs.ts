// Prints the generated pages, or with --check says which of them are stale.
// Usage: npm run docs, or node dist/scripts/generate-docs.js [--check]

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { architecture } from './docs/architecture-page.ts';
import { conformancePage } from './docs/conformance-page.ts';
import { diagnosticsPage } from './docs/diagnostics-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import { faultsPage } from './docs/faults-page.ts';
import { iscsidscPage } from './docs/iscsidsc-page.ts';
import { manPage } from './docs/man-page.ts';
import { openApiPage } from './docs/openapi-page.ts';
import { rxcePage } from './docs/rxce-page.ts';
import { statesPage } from './docs/states-page.ts';
import { wireFormatPage } from './docs/wire-format-page.ts';
import { wmiPage } from './docs/wmi-page.ts';

/** The repository: this file is dist/scripts/generate-docs.js when it runs. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function read(path: string): string {
  const whole = join(root, path);
  return existsSync(whole) ? readFileSync(whole, 'utf8') : '';
}

const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/errors.md': errorsPage,
  'docs/faults.md': faultsPage,
  'docs/iscsidsc.md': () => iscsidscPage(root),
  'docs/rxce.md': () => rxcePage(root),
  'docs/states.md': statesPage,
  'docs/wire-format.md': wireFormatPage,
  'docs/wmi.md': wmiPage,
  'docs/diagnostics.md': () => diagnosticsPage(read('src/base/channels.ts')),
  'docs/conformance.md': conformancePage,
  'docs/openapi.json': openApiPage,
  'docs/hawser.1': () => manPage((JSON.parse(read('package.json')) as { version: string }).version),
  'ARCHITECTURE.md': () => architecture(read('ARCHITECTURE.md')),
};

const isCheck = process.argv.includes('--check');
const stale: string[] = [];
for (const [path, print] of Object.entries(pages)) {
  const text = await print();
  if (read(path) === text) continue;
  stale.push(path);
  if (isCheck) continue;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
if (isCheck && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run npm run docs`);
  process.exitCode = 1;
} else if (!isCheck) {
  console.log(stale.length === 0 ? 'all pages are fresh' : `printed ${stale.join(', ')}`);
}
