// TASK REASSIGN to LIO, the Linux kernel's target, at ErrorRecoveryLevel 2: commands whose connection is lost before their
// answers arrive go on over another one, or over the same one once it is back. tshark tells what was on the wire.
//
// LIO (Linux 6.1) goes on with the task, and answers 0xff, "function rejected", by a fault of its own; a kernel that has
// reassigned tasks is not to be trusted any more (docs/lio.md). Hence the guest of its own, and one command a session.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import { connect, type InitiatorSession } from 'hawser';
import { eventually } from '../support/eventually.ts';
import { type LioTarget, type LioVm, startLio } from '../support/lio-vm.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';
import { makeTempDir } from '../support/temp.ts';
import { type DecodedPdu, decodeCapture } from '../support/tshark.ts';
import { captureFile, pduSegments } from './capture-file.ts';
import { foreignTools, foreignUrl, readByQemu } from './foreign-tools.ts';
import { type LineProxy, startLineProxy } from './line-proxy.ts';

const name = 'iqn.2026-11.hawser.test:lio-reassign';
const length = 16_384;
const contents: Buffer = Buffer.alloc(length, 'of a command whose connection was lost');
/** RFC 7143 §11.5.1, §11.6.1, §11.14.1. */
const taskReassign = 8;
const functionRejected = 0xff;
const removeForRecovery = 2;

/** What tshark shows of an exchange, in order: the fields that count, as numbers. */
interface Exchange {
  readonly logouts: readonly { readonly reason: number; readonly response: number }[];
  readonly reassigned: readonly { readonly tag: number; readonly response: number }[];
  /** Tags of tasks whose status GOOD came on the connection to which they were reassigned, after that was asked for. */
  readonly ended: ReadonlySet<number>;
}

/** What was said on all connections through a line. */
async function exchangeOn(line: LineProxy): Promise<Exchange> {
  await using folder = await makeTempDir();
  const exchanges: Exchange[] = [];
  for (const [index, record] of line.records.entries()) {
    const path = folder.file(`${index}.pcap`);
    // A PDU a frame: tshark 4.0 does not look into a frame that begins with an Asynchronous Message, as LIO sends one.
    await writeFile(path, captureFile(pduSegments(record), line.port));
    exchanges.push(exchangeIn((await decodeCapture(path, line.port)).pdus));
  }
  return {
    logouts: exchanges.flatMap(({ logouts }) => logouts),
    reassigned: exchanges.flatMap(({ reassigned }) => reassigned),
    ended: new Set(exchanges.flatMap(({ ended }) => [...ended])),
  };
}

/** What was said on one connection. */
function exchangeIn(pdus: readonly DecodedPdu[]): Exchange {
  const value = ({ fields }: DecodedPdu, field: string): number => Number(fields[field]?.[0]);
  const answers = (code: number): Map<number, DecodedPdu> =>
    new Map(pdus.filter((pdu) => value(pdu, 'iscsi.opcode') === code).map((pdu) => [tagOf(pdu), pdu]));
  const tagOf = (pdu: DecodedPdu): number => value(pdu, 'iscsi.initiatortasktag');
  const ask = (code: number): DecodedPdu[] =>
    pdus.filter((pdu) => !pdu.fromTarget && value(pdu, 'iscsi.opcode') === code);
  const functions = answers(0x22);
  const logouts = answers(0x26);
  const reassigned = ask(0x02).map((pdu) => {
    assert.equal(value(pdu, 'iscsi.taskmanfun.function'), taskReassign);
    const answer = functions.get(tagOf(pdu));
    assert.ok(answer, 'every TASK REASSIGN was answered');
    return {
      frame: pdu.frame,
      tag: value(pdu, 'iscsi.taskmanfun.referencedtasktag'),
      response: value(answer, 'iscsi.taskmanfun.response'),
    };
  });
  const statuses = pdus.filter((pdu) => pdu.fromTarget && pdu.fields['iscsi.scsiresponse.status'] !== undefined);
  return {
    logouts: ask(0x06).map((pdu) => ({
      reason: value(pdu, 'iscsi.logout.reason'),
      response: value(logouts.get(tagOf(pdu))!, 'iscsi.logout.response'),
    })),
    reassigned: reassigned.map(({ tag, response }) => ({ tag, response })),
    ended: new Set(
      reassigned.flatMap(({ frame, tag }) =>
        statuses.some(
          (pdu) => pdu.frame >= frame && tagOf(pdu) === tag && value(pdu, 'iscsi.scsiresponse.status') === 0,
        )
          ? [tag]
          : [],
      ),
    ),
  };
}

/** A loss that is played to LIO, and its traces. */
interface Loss {
  readonly kind: 'read' | 'write';
  readonly connections: 1 | 2;
  readonly exchange: Exchange;
  /** The only answer to `resumed`, or the CID of `connectionRecovered`. */
  readonly back: unknown;
  readonly cid: number;
}

type Played = Pick<Loss, 'back' | 'cid'> & { readonly line: LineProxy };

const plays = [
  { kind: 'read', connections: 1 },
  { kind: 'write', connections: 1 },
  { kind: 'read', connections: 2 },
  { kind: 'write', connections: 2 },
] as const;

/** Sessions and their lines, all of which end together. */
class Stage implements AsyncDisposable {
  readonly #sessions: InitiatorSession[] = [];
  readonly #lines: LineProxy[] = [];

  /** Has a connection carry a command whose answer does not arrive, and ends it. Resolves when the command has ended. */
  async play(target: LioTarget, kind: Loss['kind'], connections: 1 | 2, index: number): Promise<Played> {
    const line = await startLineProxy(target, undefined, true);
    this.#lines.push(line);
    const { host, port } = line;
    const { targetName } = target;
    const limits = { pingIntervalMs: 0, commandRetryIntervalMs: 0 };
    const options = { portal: { host, port }, targetName, connections, reassignsTasks: true, limits };
    const session = await connect(options, { name });
    this.#sessions.push(session);
    assert.equal(session.parameters.errorRecoveryLevel, 2);
    const disk = await session.openDisk(0);
    const offset = index * length;
    if (kind === 'read') await disk.write(offset, contents);
    const { cid } = session.connections.at(-1)!;
    session.setPolicy({ kind: 'failOver', preferred: cid });
    const back = new Promise((resolve) => {
      session.events.once(connections === 1 ? 'resumed' : 'connectionRecovered', resolve);
    });
    const lost = line.lines.at(-1)!;
    lost.mute();
    const into = Buffer.alloc(length);
    const done = kind === 'read' ? disk.read(offset, into) : disk.write(offset, contents);
    // LIO has carried it out, or asked for its data.
    await eventually(
      () => lost.swallowed,
      (bytes) => bytes > 0,
    );
    lost.cut('reset');
    await done;
    if (kind === 'read') assert.ok(into.equals(contents));
    return { line, cid, back: await back };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // No logout: LIO may wait for ever for a command that it has miscounted.
    for (const session of this.#sessions) session.destroy();
    await Promise.all(this.#sessions.map(({ closed }) => closed));
    await Promise.all(this.#lines.map((line) => line[Symbol.asyncDispose]()));
  }
}

suite('TASK REASSIGN to LIO', { skip: skipWithout([linuxVm, 'tshark', ...foreignTools]) }, () => {
  const losses: Loss[] = [];
  let lio: LioVm;
  let image: Buffer;

  // All at once, and nothing after the proof: the next PDU on their connections would acknowledge the statuses, upon which
  // the kernel frees the reassigned commands and, by accident, fails.
  before(async () => {
    lio = await startLio({ sizeMib: 4 });
    await using stage = new Stage();
    const played = await Promise.all(
      plays.map(async ({ kind, connections }, index) => {
        const target = await lio.addTarget(`reassign${index}`, { erl: 2, time2WaitSeconds: 1 });
        return { kind, connections, ...(await stage.play(target, kind, connections, index)) };
      }),
    );
    image = await readByQemu(foreignUrl(lio, 0));
    for (const { line, ...rest } of played) losses.push({ ...rest, exchange: await exchangeOn(line) });
  });
  after(async () => {
    await lio[Symbol.asyncDispose]();
  });

  plays.forEach(({ kind, connections }, index) => {
    const which = connections === 1 ? 'the only connection' : 'one of two connections';
    const where = connections === 1 ? 'the same one, once it is back' : 'the other, after a logout for recovery';
    test(`§7.2.2 ${which} is lost with a ${kind}: TASK REASSIGN to ${where}; LIO says 0xff, and ends it there with GOOD`, () => {
      const { exchange, back, cid } = losses[index]!;
      // A login under the same CID implies the logout (§6.3.4).
      assert.deepEqual(exchange.logouts, connections === 1 ? [] : [{ reason: removeForRecovery, response: 0 }]);
      assert.deepEqual(
        exchange.reassigned.map(({ response }) => response),
        [functionRejected],
      );
      assert.deepEqual([...exchange.ended], [exchange.reassigned[0]?.tag]);
      assert.equal(back, connections === 1 ? 'continued' : cid);
      assert.ok(image.subarray(index * length, (index + 1) * length).equals(contents));
    });
  });
});
