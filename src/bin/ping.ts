// Whether an address answers, by the program that hosts have for it: ICMP takes a right that this process does not have.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CliEnvironment } from '../cli/index.ts';

export const ping: CliEnvironment['ping'] = async ({ address, count, size, timeoutSeconds }, signal) => {
  const numbers = ['-c', count, '-s', size, '-W', Math.max(1, timeoutSeconds)].map(String);
  const child = spawn('ping', ['-n', ...numbers, '--', address], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  child.stderr.on('data', (piece: Buffer) => {
    complaint += piece.toString();
  });
  try {
    await once(child, 'close');
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { replies: 0, problem: `The program ping cannot be run: ${reason}` };
  }
  const received = /(\d+)(?: packets)? received/.exec(output)?.[1];
  if (received === undefined) return { replies: 0, problem: complaint.trim() || 'The program ping says nothing' };
  return { replies: Number(received), problem: undefined };
};
