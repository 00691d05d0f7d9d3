#!/usr/bin/env node
// The program `hawser`: the command line wired to this process.

import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { type CliEnvironment, Interruption, run } from '../cli/index.ts';
import { askSecret } from './ask-secret.ts';
import { connectService } from './connect-service.ts';
import { files } from './files.ts';
import { ping } from './ping.ts';
import { tellSupervisor } from './tell-supervisor.ts';

process.title = 'hawser';
const interrupter = new AbortController();
// Every request in flight listens, so there is no number of listeners that would be a leak.
setMaxListeners(0, interrupter.signal);

function interrupt(signal: Interruption['signal']): void {
  const interruption = new Interruption(signal);
  // Asked a second time, nothing is waited for any more.
  if (interrupter.signal.aborted) process.exit(interruption.exitStatus);
  interrupter.abort(interruption);
}

function readVersion(): string {
  // This runs as dist/src/bin/hawser.js.
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// Whoever reads our output may stop reading: `hawser read … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (!interrupter.signal.aborted) interrupt('SIGPIPE');
});
process.stderr.on('error', () => {}); // with nobody to tell, there is nothing to say

const environment: CliEnvironment = {
  version: readVersion(),
  variables: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  terminals: { stdin: process.stdin.isTTY, stdout: process.stdout.isTTY, stderr: process.stderr.isTTY },
  interruption: interrupter.signal,
  files,
  askSecret,
  connectService,
  isRoot: process.getuid?.() === 0,
  tellSupervisor,
  ping,
};

process.exitCode = await run(process.argv.slice(2), environment);
