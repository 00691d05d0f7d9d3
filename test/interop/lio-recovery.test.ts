// Connections to LIO, the Linux kernel's target, are lost under verified random I/O: killed from our side, and cut on the
// way by RST, FIN and silence, one by one and all at once. Nothing is lost, nothing is done twice, no read is stale.
//
// What LIO (Linux 6.1) makes of it stands in docs/lio.md. Time2Wait is 3 s here, since LIO takes
// two seconds to notice a loss, and may not survive a session's reinstatement while it tears down what it has noticed.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, suite, test } from 'node:test';
import { type ConnectOptions, Initiator, type InitiatorSession } from 'hawser';
import { tcpDriver } from 'hawser/engine';
import { eventually } from '../support/eventually.ts';
import { kernelFault } from '../support/lio-fault.ts';
import { type LioTarget, type LioVm, startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';
import { severable } from '../support/severable-transport.ts';
import { type ContestedExercise, startContested } from './contested-exercise.ts';
import { foreignTools, foreignUrl, readByQemu } from './foreign-tools.ts';
import { type LineCut, type LineProxy, startLineProxy } from './line-proxy.ts';

const name = 'iqn.2026-11.hawser.test:lio-recovery';
const sizeMib = 6;
/** A silent line is noticed after their sum. */
const limits = { pingIntervalMs: 1000, pingTimeoutMs: 1500, reconnectIntervalMs: 500 };

/** An initiator whose lines can be cut at either end, and one session of it. */
interface Lab {
  readonly session: InitiatorSession;
  readonly line: LineProxy;
  /** Ends all our sockets, or the newest. */
  readonly sever: (which: 'all' | 'newest') => void;
  readonly close: () => Promise<void>;
}

async function openLab(target: LioTarget, more: Partial<ConnectOptions> = {}): Promise<Lab> {
  const line = await startLineProxy(target);
  const own = severable(tcpDriver());
  const initiator = new Initiator({ name, transport: own.driver });
  const { host, port } = line;
  const { targetName } = target;
  const session = await initiator.connect({ portal: { host, port }, targetName, reconnects: true, limits, ...more });
  const close = async (): Promise<void> => {
    await initiator.close();
    await line[Symbol.asyncDispose]();
  };
  const sever = (which: 'all' | 'newest'): void => {
    own.sever(which);
  };
  return { session, line, sever, close };
}

/** What is done to the lines of a session, one after the other. */
type Blow = readonly [title: string, strike: (lab: Lab) => void];

function cut(lab: Lab, how: LineCut, count = 1): void {
  for (const each of lab.line.lines.slice(0, count)) each.cut(how);
}

const kill: Blow = [
  'a kill from our side',
  ({ sever }) => {
    sever('newest');
  },
];
const reset: Blow = [
  'a RST',
  (lab) => {
    cut(lab, 'reset');
  },
];
const end: Blow = [
  'a FIN',
  (lab) => {
    cut(lab, 'end');
  },
];
const silence: Blow = [
  'silence that the target does not notice',
  (lab) => {
    cut(lab, 'void');
  },
];
const all: Blow = [
  'a RST on all',
  (lab) => {
    cut(lab, 'reset', 4);
  },
];
const killAll: Blow = [
  'a kill of all from our side',
  ({ sever }) => {
    sever('all');
  },
];
const three: Blow = [
  'three of four in three ways',
  (lab) => {
    lab.sever('newest');
    cut(lab, 'end');
    cut(lab, 'void');
  },
];

/** Strikes, and waits until I/O goes on over as many connections as before. */
async function endure(lab: Lab, work: ContestedExercise, count: number, [title, strike]: Blow): Promise<void> {
  const { session, line } = lab;
  const isWhole = async (): Promise<void> => {
    await eventually(
      () => [title, session.state, session.connections.length, line.lines.length],
      ([, state, connections, lines]) => state === 'loggedIn' && connections === count && lines === count,
      { withinMs: 20_000 },
    );
  };
  await isWhole();
  const lost = once(session.events, 'connectionLost');
  strike(lab);
  await lost;
  await work.progress(10);
  await isWhole();
  await work.progress(20);
}

interface Trial {
  readonly erl: 0 | 2;
  readonly connections: number;
  readonly blows: readonly Blow[];
  /** Chooses the part of the disk. */
  readonly index: number;
}

/** Random I/O on a part of LUN 0 while the blows fall; checked by us at the end, and the session logged out. */
async function exercise(lio: LioVm, { erl, connections, blows, index }: Trial): Promise<ContestedExercise> {
  const target = await lio.addTarget(`random${index}`, { erl, time2WaitSeconds: 3 });
  const lab = await openLab(target, { connections, reassignsTasks: false });
  try {
    const { session } = lab;
    assert.equal(session.parameters.errorRecoveryLevel, erl);
    const disk = await session.openDisk(0);
    const length = disk.size / 3;
    const work = await startContested(disk, { seed: index, workers: 6, from: (index % 3) * length, length });
    await work.progress(20);
    for (const blow of blows) await endure(lab, work, connections, blow);
    await work.stop();
    await disk.close();
    const { isClean, error } = await session.logout();
    if (!isClean) throw error ?? new Error('the logout was not confirmed');
    return work;
  } finally {
    await lab.close();
  }
}

suite('LIO, and lines that are cut', { skip: skipWithout([linuxVm, ...foreignTools]) }, () => {
  // A guest for each level: what happens to the kernel at one does not concern the other.
  const guests = new Map<0 | 2, LioVm>();
  const finished: { readonly erl: 0 | 2; readonly work: ContestedExercise }[] = [];
  before(async () => {
    const levels = [0, 2] as const;
    await Promise.all(levels.map(async (erl) => guests.set(erl, await startLio({ sizeMib }))));
  });
  after(async () => {
    await Promise.all([...guests.values()].map((guest) => guest[Symbol.asyncDispose]()));
  });

  suite('verified random I/O', { concurrency: true }, () => {
    const cases = [
      { erl: 0, connections: 1, blows: [kill, reset, end, silence] },
      { erl: 0, connections: 2, blows: [kill, silence, all] },
      { erl: 0, connections: 4, blows: [three, killAll] },
      { erl: 2, connections: 1, blows: [kill, reset, end, silence] },
      { erl: 2, connections: 2, blows: [kill, silence, all] },
      { erl: 2, connections: 4, blows: [three, killAll] },
    ] as const;
    cases.forEach(({ erl, connections, blows }, index) => {
      const told = blows.map(([title]) => title).join(', ');
      test(`§7.1.4 ErrorRecoveryLevel ${erl}, ${connections} connections: survives ${told}`, async (t) => {
        const lio = guests.get(erl)!;
        try {
          finished.push({ erl, work: await exercise(lio, { erl, connections, blows, index }) });
        } catch (error) {
          // Wrong data are wrong whatever the kernel says.
          const fault = erl === 2 && !(error instanceof assert.AssertionError) ? await kernelFault(lio) : undefined;
          if (fault === undefined) throw error;
          t.skip(`LIO has failed: ${fault}`);
        }
      });
    });
  });

  for (const erl of [0, 2] as const) {
    test(`QEMU reads what the writes at level ${erl} have left`, async (t) => {
      const lio = guests.get(erl)!;
      const works = finished.filter((each) => each.erl === erl);
      const fault = erl === 2 ? await kernelFault(lio) : undefined;
      const bytes = await readByQemu(foreignUrl(lio, 0)).catch((error: unknown) => {
        if (fault === undefined) throw error;
      });
      if (bytes === undefined) {
        t.skip(`LIO has failed: ${fault ?? ''}`);
        return;
      }
      assert.ok(works.length === 3 || fault !== undefined);
      for (const { work } of works) work.check(bytes, 'QEMU');
    });
  }
});
