// What a command loads: no more than it needs, since loading takes longer than most commands.

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

/** What is loaded with a module, by path below src or by the package's name. */
function namesLoadedWith(module: string): string[] {
  const names = [...loadedWith(module)].map((path) => (path.startsWith('/') ? relative(built, path) : path));
  assert.ok(names.includes(module) && names.includes('base/index.js'), 'the search finds it all');
  return names;
}

const service = /^(?:service\/|store\/|control\/|iscsidsc\/|libsql|pino|fastify|prom-client|zod)/;
const initiator = /^(?:adapter|devices|disk|session|connection|engine|discovery|target|trace|hdr-histogram-js)/;

suite('the command line', () => {
  test('loads no command before it knows which one is meant', () => {
    const commands = /^cli\/(?:client|iscsicli|service|tour|completion|own-commands|copy|target)\b/;
    for (const never of [service, initiator, commands]) {
      assert.deepEqual(
        namesLoadedWith('bin/hawser.js').filter((name) => never.test(name)),
        [],
      );
    }
  });

  test('loads nothing of the service for the commands that need none', () => {
    const loaded = namesLoadedWith('cli/own-commands.js');
    assert.deepEqual(
      loaded.filter((name) => service.test(name)),
      [],
    );
  });

  test('loads neither the service nor an initiator before a command of the service runs', () => {
    const loaded = namesLoadedWith('cli/client/commands.js');
    assert.deepEqual(
      loaded.filter((name) => service.test(name) || initiator.test(name)),
      [],
    );
  });
});
