// npm run check: everything but the tests, in order, stopping at the first failure.
// Usage: node scripts/check.mjs [STEP...] (none: all steps; their names are printed in front of the times)
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv, execPath, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, fail, install, root } from './setup.mjs';

/** Runs a JavaScript program to its end; returns its output when it failed. */
function node(path, ...args) {
  const {
    status,
    stdout: out,
    stderr: err,
  } = spawnSync(execPath, [join(root, path), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return status === 0 ? undefined : `${out}${err}`;
}

const docs = 'dist/scripts/generate-docs.js';

/** Name → what to do; each returns the text to show when it failed. */
const steps = {
  format: () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--linter-enabled=false', '.'),
  types: () => (build({ force: true }) ? undefined : 'tsc found errors'),
  lint: () => node('node_modules/eslint/bin/eslint.js', '--max-warnings=0', '--concurrency=2', '.'),
  boundaries: () =>
    node(
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      'src',
      'test',
      '--config',
      '.dependency-cruiser.cjs',
    ),
  exports: () => node('node_modules/knip/bin/knip.js', '--no-progress'),
  package: () => node('node_modules/publint/src/cli.js', '--strict'),
  docs: () => (existsSync(join(root, docs)) ? node(docs, '--check') : undefined),
};

/** Runs the steps named, or all of them. Returns the name of the one that failed. */
export function check(names = Object.keys(steps)) {
  for (const name of names) {
    const started = performance.now();
    const failure = steps[name]();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (failure !== undefined) {
      stdout.write(`${failure.trimEnd()}\ncheck: ${name} failed after ${seconds} s\n`);
      return name;
    }
    stdout.write(`check: ${name.padEnd(10)} ok ${seconds.padStart(6)} s\n`);
  }
  return undefined;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const names = argv.slice(2);
  const unknown = names.find((name) => !Object.hasOwn(steps, name));
  if (unknown !== undefined) fail(`check: there is no step ${unknown}, but ${Object.keys(steps).join(', ')}`);
  if (!install()) fail('check: the packages could not be installed');
  exit(check(names.length > 0 ? names : undefined) === undefined ? 0 : 1);
}
