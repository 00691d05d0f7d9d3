// Faults of connections: an initiator finds its connection gone, cut in the middle of a PDU, or silent.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { isSilent, nextStatus, openReady, openTwo } from '../../support/fault-bench.ts';
import { loginRequest, RawInitiator, textOf } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget } from '../../support/raw-target.ts';

const loginKeys = textOf({ InitiatorName: 'iqn.2026-01.test:raw', TargetName: 'iqn.2026-01.test:target' });

for (const name of ['drop-connection', 'reset-connection'] as const) {
  suite(`${name} (§7.2)`, () => {
    test('a connection ends in place of the chosen PDU; the others stay', async () => {
      await using opened = await openRawTarget();
      const [first, second] = await openTwo(opened);
      const fault = opened.target.inject({ name, cid: 1, opcode: 'scsi-response', after: 1 });
      second.command(cdb.testUnitReady);
      assert.equal(await nextStatus(second), 0);
      second.command(cdb.testUnitReady);
      assert.deepEqual(await second.closed(), []);
      assert.deepEqual([fault.hits, fault.isSpent], [1, true]);
      first.command(cdb.testUnitReady, { cmdSn: second.cmdSn });
      assert.equal(await nextStatus(first), 0);
      assert.equal(opened.target.connectionCount, 1);
    });

    test('a PDU is cut at a byte of the stream: what is before it has arrived', async () => {
      await using opened = await openRawTarget();
      // The Login Response is the first that the target sends, and longer than this.
      opened.target.inject(`${name}:byte=60`);
      await using raw = await RawInitiator.connect(opened.port);
      raw.send(loginRequest({}), loginKeys);
      assert.deepEqual(await raw.closed(), []);
      if (name === 'drop-connection') assert.equal(raw.receivedLength, 60);
      else assert.ok(raw.receivedLength <= 60); // a reset may overtake what is before it
    });

    test('the byte may lie in any later PDU, counted from the start of the connection', async () => {
      await using opened = await openRawTarget();
      const initiator = await openReady(opened);
      const fault = opened.target.inject(`${name}:byte=${initiator.receivedLength + 48 + 10}`);
      initiator.command(cdb.testUnitReady);
      assert.equal(await nextStatus(initiator), 0);
      assert.equal(fault.hits, 0);
      initiator.command(cdb.testUnitReady);
      assert.deepEqual(await initiator.closed(), []);
      assert.equal(fault.hits, 1);
    });

    test('a received PDU in the place of which it ends is never acted on', async () => {
      await using opened = await openRawTarget();
      const initiator = await openReady(opened);
      opened.target.inject({ name, direction: 'received', opcode: 'scsi-command' });
      initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, Buffer.alloc(512, 7));
      assert.deepEqual(await initiator.closed(), []);
      const block = Buffer.alloc(512);
      await opened.device.read(0, block);
      assert.ok(block.equals(Buffer.alloc(512)));
    });
  });
}

suite('stall-connection (§7.14)', () => {
  test('until it is removed nothing is read and nothing is sent; then all goes on in order', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('stall-connection');
    const first = initiator.command(cdb.testUnitReady);
    const second = initiator.command(cdb.testUnitReady);
    await fault.hit();
    assert.ok(await isSilent(initiator));
    assert.equal(opened.target.sessions()[0]?.taskCount, 0); // not even read
    assert.equal(fault.hits, 1);
    fault.remove();
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.initiatorTaskTag, first.initiatorTaskTag);
    assert.equal((await initiator.next(opcode.scsiResponse)).pdu.initiatorTaskTag, second.initiatorTaskTag);
  });

  test('writes alone: commands are carried out, and their answers wait for the time given', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await openReady(opened);
    opened.target.inject('stall-connection:direction=sent,ms=500');
    initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, Buffer.alloc(512, 7));
    initiator.command(cdb.testUnitReady);
    assert.ok(await isSilent(initiator));
    const block = Buffer.alloc(512);
    await opened.device.read(0, block);
    assert.ok(block.equals(Buffer.alloc(512, 7)));
    await clock.advance(499);
    assert.ok(await isSilent(initiator));
    await clock.advance(1);
    assert.deepEqual([await nextStatus(initiator), await nextStatus(initiator)], [0, 0]);
  });

  test('reads alone: what the target has to say still comes', async () => {
    await using opened = await openRawTarget();
    const initiator = await openReady(opened);
    const fault = opened.target.inject('stall-connection:direction=received');
    initiator.command(cdb.testUnitReady);
    assert.ok(await isSilent(initiator));
    opened.target.sessions()[0]?.requestNegotiation();
    assert.equal((await initiator.next(opcode.asyncMessage)).pdu.asyncEvent, 4);
    fault.remove();
    assert.equal(await nextStatus(initiator), 0);
  });

  test('at a byte: the beginning of the PDU has come, the rest waits', async () => {
    await using opened = await openRawTarget();
    const fault = opened.target.inject('stall-connection:direction=sent,byte=50');
    await using raw = await RawInitiator.connect(opened.port);
    raw.send(loginRequest({}), loginKeys);
    await fault.hit();
    assert.ok(await isSilent(raw));
    assert.equal(raw.receivedLength, 50);
    fault.remove();
    assert.equal((await raw.next(opcode.loginResponse)).pdu.statusClass, 0);
  });

  test('one connection of a session: the other goes on', async () => {
    await using opened = await openRawTarget();
    const [first, second] = await openTwo(opened);
    const fault = opened.target.inject('stall-connection:cid=1,count=0');
    second.command(cdb.testUnitReady, { isImmediate: true });
    first.command(cdb.testUnitReady);
    assert.equal(await nextStatus(first), 0);
    assert.ok(await isSilent(second));
    fault.remove();
    assert.equal(await nextStatus(second), 0);
  });

  test('a stalled connection does not keep the target from closing', async () => {
    const opened = await openRawTarget();
    const initiator = await openReady(opened);
    opened.target.inject('stall-connection');
    initiator.command(cdb.testUnitReady);
    await isSilent(initiator);
    await opened.target.destroy();
    await initiator.closed();
    assert.equal(opened.target.connectionCount, 0);
  });
});
