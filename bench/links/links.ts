// Links of limited rate: veth pairs from the namespace of this process into that of another one.

import { spawnSync } from 'node:child_process';

/** One link. */
export interface Link {
  readonly name: string;
  /** The address of this end, and of the other. */
  readonly near: string;
  readonly far: string;
}

/** Makes `count` links of `rateMbit` each way into the network namespace of process `pid`. */
export function makeLinks(count: number, rateMbit: number, pid: number): Link[] {
  run('ip', 'link', 'set', 'lo', 'up');
  inside(pid, 'ip', 'link', 'set', 'lo', 'up');
  return Array.from({ length: count }, (_, index) => makeLink(index, rateMbit, pid));
}

/** Cuts a link without a word: frames of both ends go to nobody from now on, and neither is told. */
export function cut({ name, near, far }: Link, pid: number): void {
  const nobody = ['lladdr', '02:00:00:00:00:01', 'dev', name, 'nud', 'permanent'];
  run('ip', 'neigh', 'replace', far, ...nobody);
  inside(pid, 'ip', 'neigh', 'replace', near, ...nobody);
}

/** Undoes `cut`. */
export function mend({ name, near, far }: Link, pid: number): void {
  run('ip', 'neigh', 'del', far, 'dev', name);
  inside(pid, 'ip', 'neigh', 'del', near, 'dev', name);
}

function makeLink(index: number, rateMbit: number, pid: number): Link {
  const name = `link${index + 1}`;
  // Addresses for documentation (RFC 5737), which no real network has; each link is a subnet of its own.
  const subnet = `198.51.100.${index * 4}`;
  const [near, far] = [`198.51.100.${index * 4 + 1}`, `198.51.100.${index * 4 + 2}`];
  run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', name, 'netns', String(pid));
  run('ip', 'addr', 'add', `${near}/30`, 'dev', name);
  run('ip', 'link', 'set', name, 'up');
  inside(pid, 'ip', 'addr', 'add', `${far}/30`, 'dev', name);
  inside(pid, 'ip', 'link', 'set', name, 'up');
  const limit = ['tc', 'qdisc', 'add', 'dev', name, 'root', 'tbf', 'rate', `${rateMbit}mbit`, 'burst', '128kb'];
  run(...limit, 'latency', '50ms');
  inside(pid, ...limit, 'latency', '50ms');
  console.log(`${name}: ${subnet}/30, ${rateMbit} Mbit/s each way`);
  return { name, near, far };
}

function inside(pid: number, ...command: string[]): void {
  run('nsenter', '--target', String(pid), '--net', ...command);
}

function run(...[command = '', ...args]: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}: ${stderr.trim()}`);
}
