// Bytes and backpressure, over any transport.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../src/base/index.ts';
import { type OpenTransport, openStage, pattern } from './transport-under-test.ts';

export function circuitFlowTests(open: OpenTransport): void {
  test('every byte sent arrives once and in order, whatever the pieces', async () => {
    await using stage = await openStage(open);
    const { circuit, far } = await stage.connect();
    const headers = pattern(48 * 400, 7);
    const sent: Uint8Array[] = [];
    for (let index = 0; index < 400; index += 1) {
      const header = headers.subarray(index * 48, index * 48 + 48);
      const pieces = index % 3 === 0 ? [header] : [header, pattern((index % 7) * 1500, index), new Uint8Array(0)];
      sent.push(...pieces);
      circuit.send(pieces);
      if (index % 100 === 99) await nextTurn();
    }
    const all = Buffer.concat(sent);
    assert.equal(Buffer.compare(await far.expect(all.length), all), 0);
    assert.equal(far.available, 0);
  });

  test('every byte received arrives once and in order, and a chunk is used again afterwards', async () => {
    await using stage = await openStage(open);
    const { far, recorder } = await stage.connect();
    const all = pattern(3 * 1024 * 1024);
    far.send(all);
    await recorder.until(() => recorder.receivedLength === all.length);
    assert.equal(Buffer.compare(recorder.bytes, all), 0);
  });

  test('no handler runs inside send, pause or resume, and a handler that sends is not run again inside it', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    recorder.onChunk = (chunk) => {
      recorder.isInCall = true;
      circuit.pause();
      circuit.send([chunk.slice()]);
      circuit.resume();
      recorder.isInCall = false;
    };
    const all = pattern(200_000);
    far.send(all);
    assert.equal(Buffer.compare(await far.expect(all.length), all), 0);
    assert.equal(recorder.reentries, 0);
  });

  test('a paused circuit receives nothing, and loses nothing', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    const all = pattern(1024 * 1024);
    let isPaused = false;
    recorder.onChunk = () => {
      assert.equal(isPaused, false);
      isPaused = true;
      circuit.pause();
    };
    far.send(all);
    while (recorder.receivedLength < all.length) {
      await recorder.until(() => isPaused);
      await nextTurn();
      await nextTurn();
      isPaused = false;
      circuit.resume();
      await nextTurn();
    }
    assert.equal(Buffer.compare(recorder.bytes, all), 0);
  });

  test('send asks to wait above the high-water mark, and drained tells when to go on', async () => {
    await using stage = await openStage(open, 1024 * 1024);
    const { circuit, far, recorder } = await stage.connect();
    far.pause();
    const piece = pattern(512 * 1024);
    let count = 1;
    while (circuit.send([piece])) {
      count += 1;
      await nextTurn();
      assert.ok(count < 1000, 'a peer that does not read must be felt');
    }
    assert.ok(circuit.pendingBytes >= 1024 * 1024);
    assert.equal(recorder.drains, 0);
    far.resume();
    await recorder.until(() => recorder.drains === 1);
    assert.ok(circuit.pendingBytes <= 512 * 1024);
    const all = await far.expect(count * piece.length);
    assert.equal(Buffer.compare(all.subarray((count - 1) * piece.length), piece), 0);
    assert.equal(recorder.drains, 1);
  });

  test('a peer that paused stops the flow towards it without an event on this side', async () => {
    await using stage = await openStage(open);
    const { circuit, far, recorder } = await stage.connect();
    far.pause();
    circuit.send([pattern(100)]);
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.deepEqual(recorder.ends, []);
    far.resume();
    assert.deepEqual(new Uint8Array(await far.expect(100)), pattern(100));
  });
}
