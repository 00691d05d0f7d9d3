// Makes a checkout ready: installs what package-lock.json lists when it is not there, and builds dist/ when a source is
// newer. Needs nothing but Node and npm. Usage: node scripts/setup.mjs (quiet when there is nothing to do)
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, execPath, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folders that tsconfig.json compiles. */
const sourceFolders = ['src', 'test', 'examples', 'bench', 'scripts'];

/** Tells what is being done; never on standard output, which belongs to the program. */
export function say(line) {
  stderr.write(`${line}\n`);
}

/** Runs a program to its end with its output on standard error, and returns its exit status. */
function run(command, args) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw error;
  return signal === null ? status : 1;
}

/** Whether everything that the lock file asks for on this machine is installed in the version it names. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed[path];
    // An optional package may be for another platform.
    return path === '' || (found === undefined ? optional === true : found.version === version);
  });
}

/** Installs the packages of package-lock.json when they are not there. Returns whether they are there now. */
export function install() {
  if (isInstalled()) return true;
  say('setup: installing packages');
  return run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']) === 0;
}

/** Every file below `folder` (a path in the repository) whose name passes `matches`, as paths in the repository. */
export function filesBelow(folder, matches) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path, matches);
    return matches(entry.name) ? [path] : [];
  });
}

function newest(paths) {
  return Math.max(0, ...paths.map((path) => statSync(join(root, path)).mtimeMs));
}

/** Removes what was compiled from sources that are gone, so that it is neither tested nor shipped. */
function removeOrphans(sources) {
  const compiled = new Set(sources.map((path) => `dist/${path.slice(0, -'.ts'.length)}`));
  for (const path of sourceFolders.flatMap((folder) => filesBelow(`dist/${folder}`, () => true))) {
    if (!compiled.has(path.replace(/\.(js|d\.ts)(\.map)?$/, ''))) rmSync(join(root, path));
  }
}

/** Compiles to dist/ when a source is newer than the last build, or always with `force`. Returns whether it stands. */
export function build({ force = false } = {}) {
  const sources = sourceFolders.flatMap((folder) => filesBelow(folder, (name) => name.endsWith('.ts')));
  // Folders count as well: their time changes when a file is removed or renamed.
  const folders = [...new Set(sources.map((path) => dirname(path)))];
  const stamp = join(root, 'dist', '.built');
  const changed = newest([...sources, ...folders, 'tsconfig.json', 'package.json', 'package-lock.json']);
  if (!force && existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return true;
  say('setup: building');
  rmSync(stamp, { force: true });
  if (run(execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']) !== 0) return false;
  removeOrphans(sources);
  writeFileSync(stamp, '');
  // Dated by its newest source, so that an edit made while the compiler ran is seen next time.
  const seconds = Math.ceil(changed) / 1000;
  utimesSync(stamp, seconds, seconds);
  return true;
}

/** Ends the process with status 1 unless the checkout is ready, saying what failed. */
export function setup() {
  if (!install()) fail('setup: the packages could not be installed');
  if (!build()) fail('setup: the build failed');
}

/** Ends the process with status 1, saying why. */
export function fail(line) {
  say(line);
  exit(1);
}

if (argv[1] === fileURLToPath(import.meta.url)) setup();
