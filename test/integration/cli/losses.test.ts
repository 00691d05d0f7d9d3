// Commands whose connections are lost: they wait, tell why, and go on; or end when told not to wait.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMemoryDevice } from '../../../src/block/index.ts';
import { listenTarget, type Target } from '../../../src/target/index.ts';
import { eventually } from '../../support/eventually.ts';
import { startHawser } from '../../support/hawser-program.ts';
import { exitOf } from '../../support/run-tool.ts';

interface Served extends AsyncDisposable {
  readonly target: Target;
  readonly url: string;
  /** How many commands have come. */
  readonly commands: () => number;
}

async function listen(): Promise<Served> {
  let commands = 0;
  const target = await listenTarget({
    name: 'iqn.2026-11.io.hawser:losses',
    luns: [{ lun: 0, device: createMemoryDevice(64 << 20) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 2 },
    hooks: {
      onCommand: () => {
        commands += 1;
        return undefined;
      },
    },
  });
  const url = `iscsi://127.0.0.1:${target.portals[0]!.port}/${target.name}/0`;
  return { target, url, commands: () => commands, [Symbol.asyncDispose]: () => target.destroy() };
}

/** Starts a reading load, and waits until it runs. */
async function load(
  { commands }: Served,
  args: readonly string[],
): Promise<{ said: () => string; ended: Promise<number | undefined> }> {
  const child = startHawser(['bench', ...args, '--rw', 'randread']);
  let told = '';
  child.stderr?.on('data', (piece: Buffer) => {
    told += piece.toString();
  });
  child.stdout?.resume();
  const ended = exitOf(child);
  await eventually(commands, (count) => count > 200);
  return { said: () => told, ended };
}

suite('losses', () => {
  test('a session that is lost comes back, and the command succeeds; standard error tells of it', async () => {
    await using served = await listen();
    const { said, ended } = await load(served, [served.url, '--time', '1', '--connections', '2']);
    served.target.sessions()[0]?.drop();
    assert.equal(await ended, 0);
    assert.match(said(), /^hawser: connection 1 was lost: .+$/m);
    assert.match(said(), /^hawser: the session is lost; waiting for it to come back$/m);
    assert.match(said(), /^hawser: the session is back \(reinstated\)$/m);
  });

  test('with --replacement-timeout 0 the command ends: ISCSI_SESSION_LOST', async () => {
    await using served = await listen();
    const args = [served.url, '--time', '60', '--replacement-timeout', '0', '--timeout', '1'];
    const { said, ended } = await load(served, args);
    await served.target.destroy();
    assert.equal(await ended, 72);
    assert.match(said(), /\(ISCSI_SESSION_LOST\)$/m);
  });
});
