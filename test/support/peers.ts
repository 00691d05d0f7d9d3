// Which foreign programs are there, and the words with which a test skips without them.

import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inRepository } from './repository.ts';

/** Stands for a Linux guest that is ready to boot (scripts/linux-vm.sh). */
export const linuxVm = 'linux-vm';

/** The path of a program, looked for in PATH and where Debian keeps the system's own; undefined when it is not there. */
export function findTool(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** The `skip` option for a test that needs these programs: the reason, or false when all are there. */
export function skipWithout(names: readonly string[]): string | false {
  const missing = names.filter((name) => (name === linuxVm ? !canBootLinux() : findTool(name) === undefined));
  return missing.length > 0 && `${missing.join(', ')} not installed (scripts/peers.sh)`;
}

function canBootLinux(): boolean {
  return spawnSync('bash', [inRepository('scripts/linux-vm.sh'), 'status'], { stdio: 'ignore' }).status === 0;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
