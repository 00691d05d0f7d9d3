// Links bench: what a second connection brings over links of limited rate, and what the loss of a link costs.
// Usage: npm run bench -- links [--rate MBIT] [--rounds N] [--seconds N] [--erl 0|1|2] [--cut-seconds N]
// Two veth pairs between two network namespaces, each limited by tbf both ways; our target on one side, our initiator on
// the other. Both namespaces are nameless: they live in the processes of this run and end with them, whatever ends them.

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { getuid } from 'node:process';

const tools = ['ip', 'tc', 'unshare', 'nsenter'];
const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
if (missing.length > 0) {
  console.error(`links: ${missing.join(', ')} not installed (Debian: iproute2, util-linux)`);
  process.exit(1);
}

// Who is not root is root in a user namespace, where the system allows it.
const asRoot = getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const node = [process.execPath, '--enable-source-maps', join(import.meta.dirname, 'run.js')];
const child = spawn(
  'unshare',
  [...asRoot, '--net', '--fork', '--kill-child', '--', ...node, ...process.argv.slice(2)],
  // The run ends when its standard input does, so that it never outlives this process.
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.stdin.end());
child.once('exit', (status) => process.exit(status ?? 1));
