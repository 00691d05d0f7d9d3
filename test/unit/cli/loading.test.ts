// What a command loads: no command but the service itself needs the service, its store and its log.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inRepository } from '../../support/repository.ts';

const built = inRepository('dist/src');

/** All modules and packages that are loaded with one, before it does anything: `import(…)` is left out. */
function loadedWith(module: string, seen: Set<string> = new Set()): Set<string> {
  const url = new URL(module, `file://${built}/`);
  const path = fileURLToPath(url);
  if (seen.has(path)) return seen;
  seen.add(path);
  const imports = /^(?:import|export|\}) .*?["'](.*?)["'];$/gm;
  for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(imports)) {
    if (specifier.startsWith('.')) loadedWith(new URL(specifier, url).href, seen);
    else seen.add(specifier);
  }
  return seen;
}

suite('the command line', () => {
  test('loads nothing of the service before a command runs it: others start faster without', () => {
    const loaded = [...loadedWith('bin/hawser.js')].map((path) =>
      path.startsWith('/') ? relative(built, path) : path,
    );
    for (const found of ['cli/program.js', 'commander']) assert.ok(loaded.includes(found), 'the search finds it all');
    assert.deepEqual(
      loaded.filter((path) => /^(?:service\/|store\/|control\/|iscsidsc\/|libsql|pino|fastify|prom-client)/.test(path)),
      [],
    );
  });
});
