// Tells systemd how this process is. Node speaks no Unix datagrams, which sd_notify needs, so systemd's own program says it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CliEnvironment } from '../cli/index.ts';

/** The message is a few bytes; a program that needs longer hangs, and must not hold the service up. */
const limitMs = 5000;

export const tellSupervisor: CliEnvironment['tellSupervisor'] = async (assignments) => {
  if ((process.env['NOTIFY_SOCKET'] ?? '') === '') return;
  const child = spawn('systemd-notify', assignments, { stdio: 'ignore', timeout: limitMs });
  try {
    await once(child, 'close');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`hawser: the service manager cannot be told ${assignments.join(' ')}: ${reason}\n`);
  }
};
