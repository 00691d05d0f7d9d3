// A trace as a whole: what it hears on the channels is in the file, and what goes wrong with the file is told.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { channels } from '../../../src/base/index.ts';
import { openTrace } from '../../../src/trace/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A block of a capture file, read by a second reading of the format. */
interface Block {
  readonly type: number;
  readonly body: Buffer;
}

function readBlocks(file: Buffer): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32BE(at + 4);
    assert.equal(length % 4, 0);
    assert.equal(file.readUInt32BE(at + length - 4), length, 'a block repeats its length');
    blocks.push({ type: file.readUInt32BE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

/** The payloads of all packets that went to `port`, joined. */
function payloadTo(blocks: readonly Block[], port: number): Buffer {
  const packets = blocks
    .filter(({ type }) => type === 6)
    .map(({ body }) => body.subarray(20, 20 + body.readUInt32BE(12)));
  const payloads = packets
    .filter((packet) => packet.readUInt16BE(22) === port)
    .map((packet) => packet.subarray(20 + (packet.readUInt8(32) >> 4) * 4));
  return Buffer.concat(payloads);
}

const local = { address: '127.0.0.1', port: 50_000 };
const remote = { address: '127.0.0.1', port: 3260 };

suite('trace', () => {
  let folder = '';
  let lastCircuit = 1_000_000;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hawser-trace-'));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  function connect(): number {
    lastCircuit += 1;
    channels.circuitConnected.publish({ circuitId: lastCircuit, transport: 'tcp', local, remote });
    return lastCircuit;
  }

  test('holds every byte of every circuit that was connected while it was open', async () => {
    const path = join(folder, 'whole.pcapng');
    const early = connect();
    const trace = await openTrace(path, { application: 'hawser 1.2.3' });
    const circuitId = connect();
    const sent = Array.from({ length: 40 }, (_unused, index) => Buffer.alloc(1 + index * 5_003, index));
    const received = Buffer.alloc(300_001, 0x55);
    for (const piece of sent) channels.circuitBytesSent.publish({ circuitId, pieces: [piece] });
    channels.circuitBytesSent.publish({ circuitId: early, pieces: [Buffer.from('not of this trace')] });
    channels.circuitBytesReceived.publish({ circuitId, pieces: [received] });
    channels.circuitClosed.publish({ circuitId });
    await trace.close();
    assert.deepEqual(trace.targetPorts, [3260]);
    const file = await readFile(path);
    const blocks = readBlocks(file);
    assert.deepEqual([blocks[0]?.type, blocks[1]?.type], [0x0a0d0d0a, 1]);
    assert.ok(blocks[0]?.body.includes('hawser 1.2.3'));
    assert.equal(blocks.length - 2, trace.packets);
    assert.ok(payloadTo(blocks, 3260).equals(Buffer.concat(sent)));
    assert.ok(payloadTo(blocks, 50_000).equals(received));
  });

  test('hears nothing after its close, which gives the same promise twice', async () => {
    const trace = await openTrace(join(folder, 'closed.pcapng'));
    const circuitId = connect();
    const closed = trace.close();
    assert.equal(trace.close(), closed);
    await closed;
    const { packets } = trace;
    channels.circuitBytesSent.publish({ circuitId, pieces: [Buffer.from('late')] });
    assert.equal(trace.packets, packets);
    assert.equal((await readFile(trace.path)).length > 0, true);
  });

  test('writes what a pause leaves behind, so that a process that hangs has its trace', async () => {
    const clock = new FakeClock();
    const trace = await openTrace(join(folder, 'pause.pcapng'), { clock });
    const length = async (): Promise<number> => (await readFile(trace.path)).length;
    const empty = await length();
    connect();
    assert.equal(await length(), empty);
    await clock.advance(1_000);
    assert.equal(readBlocks(await readFile(trace.path)).length, 2 + 3);
    await trace.close();
  });

  test('a file that cannot be made, or takes nothing, is BLOCK_IO_FAILED', async () => {
    await assert.rejects(openTrace(join(folder, 'no', 'such', 'folder.pcapng')), { code: 'BLOCK_IO_FAILED' });
    if (process.platform === 'linux') await assert.rejects(openTrace('/dev/full'), { code: 'BLOCK_IO_FAILED' });
  });

  test('a file that takes no more ends the trace and is told at its close; circuits go on', async () => {
    const path = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    const reader = execFile('head', ['-c', '10', path]);
    const readerGone = once(reader, 'exit');
    const trace = await openTrace(path);
    await readerGone;
    const circuitId = connect();
    const pieces = [Buffer.alloc(3_000_000)];
    channels.circuitBytesSent.publish({ circuitId, pieces });
    channels.circuitBytesSent.publish({ circuitId, pieces });
    assert.equal(trace.error?.code, 'BLOCK_IO_FAILED');
    await assert.rejects(trace.close(), { code: 'BLOCK_IO_FAILED' });
  });
});
