// npm test: makes the checkout ready, sets the peers up, checks, and runs the tests.
// Usage: npm test [-- PATH...]  PATH is a folder or a file below test/ ("unit", "test/unit/wire", "interop/peers.test.ts").
// HAWSER_ENGINE=rxce has everything run over the RxCe names (docs/rxce.md).
// With paths, only the tests below them run, without the check. The last line counts: "N passed, N failed, N skipped".
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import process, { argv, execPath, exit, stdout } from 'node:process';
import { pathToFileURL } from 'node:url';
import { check } from './check.mjs';
import { fail, filesBelow, install, root, setup } from './setup.mjs';

const folders = ['unit', 'vectors', 'spec', 'property', 'compliance', 'conformance', 'integration', 'interop', 'leak'];

/** A test file that takes longer than this hangs; Node 20 counts whole files, newer ones each test too. */
const limitMs = 240_000;

/** The test sources below the given paths, or all of them. */
function selected(paths) {
  const all = folders.flatMap((folder) => filesBelow(`test/${folder}`, (name) => name.endsWith('.test.ts')));
  if (paths.length === 0) return all;
  const wanted = paths.map((path) => {
    const inside = relative(root, resolve(root, path));
    return inside.startsWith('test/') ? inside : `test/${inside}`;
  });
  return all.filter((file) => wanted.some((path) => file === path || file.startsWith(`${path}/`)));
}

/** The environment of the tests: every process loads what the switch of the engine asks for. */
function environment() {
  if (process.env.HAWSER_ENGINE === undefined) return process.env;
  const load = `--import=${pathToFileURL(join(root, 'dist/test/support/engine-switch.js'))}`;
  return { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${load}`.trim() };
}

/** Runs Node's test runner over the sources' compiled files and resolves with its exit status. */
async function run(sources, countsFile) {
  const compiled = sources.map((path) => `dist/${path.slice(0, -'.ts'.length)}.js`);
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=./scripts/count-tests.mjs', `--test-reporter-destination=${countsFile}`],
  ];
  const limits = [`--test-timeout=${limitMs}`, '--test-concurrency=2'];
  const child = spawn(execPath, ['--enable-source-maps', '--test', ...limits, ...reporters, ...compiled], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return await new Promise((done) => {
    child.once('exit', (status, signal) => done(status ?? 128 + constants.signals[signal]));
  });
}

function setUpPeers() {
  spawnSync('bash', [join(root, 'scripts/peers.sh')], { cwd: root, stdio: ['ignore', 2, 2] });
}

const paths = argv.slice(2);
const sources = selected(paths);
if (sources.length === 0) fail(`test: no test file below ${paths.length > 0 ? paths.join(', ') : 'test/'}`);
const started = performance.now();

if (!install()) fail('test: the packages could not be installed');
if (sources.some((path) => path.startsWith('test/interop/'))) setUpPeers();
if (paths.length > 0) setup();
else if (check() !== undefined) exit(1);

const work = mkdtempSync(join(tmpdir(), 'hawser-test-'));
const status = await run(sources, join(work, 'counts'));
let counts;
try {
  counts = JSON.parse(readFileSync(join(work, 'counts'), 'utf8'));
} catch {
  counts = { passed: 0, failed: 0, skipped: 0, reasons: {}, empty: [] };
}
rmSync(work, { recursive: true, force: true });

for (const [reason, count] of Object.entries(counts.reasons)) stdout.write(`skipped ${count}: ${reason}\n`);
for (const file of counts.empty) stdout.write(`no test in ${relative(root, file)}\n`);
if (counts.passed + counts.failed === 0) stdout.write('no test ran\n');
stdout.write(`took ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
const isGood = status === 0 && counts.passed > 0 && counts.failed === 0 && counts.empty.length === 0;
exit(isGood ? 0 : status || 1);
