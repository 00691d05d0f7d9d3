// A Linux kernel of its own in QEMU (scripts/linux-vm.sh), which the tests boot as a target or an initiator.

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock, withDeadline } from '../../src/base/index.ts';
import { inRepository } from './repository.ts';
import { exitOf, spawnGuarded } from './run-tool.ts';

/** What a script in the guest left behind. */
export interface GuestResult {
  readonly status: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface LinuxGuest extends AsyncDisposable {
  /** Where the guest's iSCSI target is reached on the host's loopback; 0 for an initiator. */
  readonly port: number;
  /** Runs a shell script as root inside, 60 s at most unless set. Its standard input is empty. */
  run(script: string, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<GuestResult>;
}

/** How long a guest may take to boot. It takes about 5 s when the machine has nothing else to do. */
const bootLimitMs = 150_000;

/** Boots a guest with linux-vm.sh's arguments. Resolves once it is ready for use. */
export async function bootLinux(args: readonly string[], signal?: AbortSignal): Promise<LinuxGuest> {
  const script = inRepository('scripts/linux-vm.sh');
  const child = spawnGuarded('bash', [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }, 'SIGTERM');
  const ended = exitOf(child);
  const dispose = async (): Promise<void> => {
    child.kill('SIGTERM'); // the script ends its QEMU and waits for that
    await ended.catch(() => undefined);
  };
  try {
    const late = (): Error => new Error(`no guest within ${bootLimitMs} ms`);
    const [port, control] = await withDeadline(systemClock, bootLimitMs, late, signal, () =>
      readyPorts(child.stdout, child.stderr),
    );
    return {
      port,
      run: async (script, options = {}) =>
        await runInGuest(control, script, options.timeoutMs ?? 60_000, options.signal),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Waits for the line "READY ISCSI_PORT CONTROL_PORT". */
async function readyPorts(
  stdout: NodeJS.ReadableStream | null,
  stderr: NodeJS.ReadableStream | null,
): Promise<[iscsi: number, control: number]> {
  if (stdout === null || stderr === null) throw new Error('linux-vm.sh has no pipes');
  let complaint = '';
  stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  let printed = '';
  for await (const chunk of stdout) {
    printed += chunk.toString();
    const ready = /^READY (\d+) (\d+)$/m.exec(printed);
    if (ready !== null) return [Number(ready[1]), Number(ready[2])];
  }
  throw new Error(`no guest: ${complaint}`);
}

async function runInGuest(
  port: number,
  script: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<GuestResult> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    // The shell inside reads its commands from the connection itself, hence the closed standard input for the script.
    socket.write(`(\n${script}\n) </dev/null 2>&1\necho "GUEST-STATUS $?"\nexit\n`);
    const late = (): Error => new Error(`the guest ran for more than ${timeoutMs} ms: ${script}`);
    const printed = await withDeadline(systemClock, timeoutMs, late, signal, async () => await text(socket));
    const end = /GUEST-STATUS (\d+)\n$/.exec(printed);
    if (end === null) throw new Error(`the guest dropped a script: ${printed}`);
    return { status: Number(end[1]), output: printed.slice(0, end.index) };
  } finally {
    socket.destroy();
  }
}
