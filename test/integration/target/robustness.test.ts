// What the embedded target does with peers that misbehave, with hooks that step in, and at its own end.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { loginStatus, opcode, rejectReason, reservedTag } from '../../../src/wire/index.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { loginRequest, RawInitiator } from '../../support/raw-initiator.ts';
import { cdb, openRawTarget, pattern } from '../../support/raw-target.ts';

suite('logins that do not come to an end', () => {
  test('§6.2: a login that takes too long is cut, and leaves no timer', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock, limits: { loginTimeoutMs: 5_000 } });
    await using initiator = await RawInitiator.connect(opened.port);
    initiator.send(loginRequest({ isTransit: false, nextStage: 0, isContinue: true }));
    await initiator.next(opcode.loginResponse);
    await clock.advance(5_000);
    assert.deepEqual(await initiator.closed(), []);
  });

  test('§11.13.5: any other PDU during login is answered with its status', async () => {
    await using opened = await openRawTarget();
    await using initiator = await RawInitiator.connect(opened.port);
    initiator.command(cdb.testUnitReady);
    const { pdu } = await initiator.next(opcode.loginResponse);
    assert.equal((pdu.statusClass << 8) | pdu.statusDetail, loginStatus.invalidDuringLogin);
    assert.deepEqual(await initiator.closed(), []);
  });

  test('text without end is refused at the bound', async () => {
    await using opened = await openRawTarget({ limits: { maxTextLength: 10_000 } });
    await using initiator = await RawInitiator.connect(opened.port);
    const request = loginRequest({ isTransit: false, nextStage: 0, isContinue: true });
    initiator.send(request, pattern(8_000));
    await initiator.next(opcode.loginResponse);
    initiator.send(request, pattern(8_000));
    const { pdu } = await initiator.next(opcode.loginResponse);
    assert.equal((pdu.statusClass << 8) | pdu.statusDetail, loginStatus.initiatorError);
  });
});

suite('§11.17: what cannot be taken is rejected with its header, and the connection goes on', () => {
  const header = (code: number, fill: (bhs: Buffer) => void = () => undefined): Buffer => {
    const bhs = Buffer.alloc(48);
    bhs[0] = code;
    bhs.writeUInt32BE(0x1234, 16);
    fill(bhs);
    return bhs;
  };
  const rows: readonly [claim: string, bhs: Buffer, reason: number][] = [
    ['an opcode that nobody knows', header(0x1c), rejectReason.commandNotSupported],
    ['an opcode of the target', header(opcode.dataIn), rejectReason.protocolError],
    [
      'a SNACK at error recovery level 0',
      header(opcode.snackRequest, (bhs) => (bhs[1] = 0x81)),
      rejectReason.snackReject,
    ],
    ['a command with neither F nor W', header(opcode.scsiCommand), rejectReason.invalidPduField],
    ['a second login', header(opcode.loginRequest, (bhs) => (bhs[1] = 0x87)), rejectReason.protocolError],
    ['a reserved logout reason', header(opcode.logoutRequest, (bhs) => (bhs[1] = 0x85)), rejectReason.invalidPduField],
  ];
  for (const [claim, bhs, reason] of rows) {
    test(claim, async () => {
      await using opened = await openRawTarget();
      const initiator = await opened.connect();
      initiator.sendHeader(bhs);
      const { pdu, data } = await initiator.next(opcode.reject);
      assert.deepEqual([pdu.reason, pdu.expCmdSn], [reason, initiator.cmdSn]);
      assert.ok(bhs.equals(data));
      initiator.command(cdb.testUnitReady);
      assert.equal((await initiator.next(opcode.scsiResponse)).pdu.expCmdSn, initiator.cmdSn);
    });
  }

  test('§4.2.2.1: a task tag that is in use, and more immediate commands than can be held', async () => {
    await using opened = await openRawTarget({ hooks: { onCommand: () => ({ kind: 'never' }) } });
    const initiator = await opened.connect();
    const { initiatorTaskTag } = initiator.command(cdb.testUnitReady);
    initiator.command(cdb.testUnitReady, { initiatorTaskTag, cmdSn: initiator.cmdSn });
    assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.taskInProgress);
    for (let i = 0; i < 33; i += 1) initiator.command(cdb.testUnitReady, { isImmediate: true });
    assert.equal((await initiator.next(opcode.reject)).pdu.reason, rejectReason.immediateCommandReject);
  });

  test('a text request that waited for its turn is rejected with its own header', async () => {
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    const { cmdSn } = initiator;
    const lun = { high: 0, low: 0 };
    const text = { opcode: opcode.textRequest, isImmediate: false, isFinal: true, isContinue: false, lun } as const;
    initiator.send({ ...text, initiatorTaskTag: 55, targetTransferTag: 9, cmdSn: cmdSn + 1, expStatSn: 0 });
    initiator.command(cdb.testUnitReady, { cmdSn });
    const rejected = await initiator.next(opcode.reject);
    assert.deepEqual([rejected.pdu.reason, rejected.data[19]], [rejectReason.invalidPduField, 55]);
  });
});

test('a data segment beyond what was declared ends the connection', async () => {
  await using opened = await openRawTarget({ parameters: { maxRecvDataSegmentLength: 4096 } });
  const initiator = await opened.connect();
  initiator.dataOut({ initiatorTaskTag: 1 }, pattern(4097));
  assert.deepEqual(await initiator.closed(), []);
});

test('whatever bytes come, before or after login, only their own connection ends', async () => {
  await using opened = await openRawTarget({ parameters: { maxRecvDataSegmentLength: 512 } });
  const witness = await opened.connect({ isid: 99 });
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (pieces, isLoggedIn) => {
      await using initiator = await RawInitiator.connect(opened.port);
      if (isLoggedIn) await initiator.login();
      for (const piece of pieces) initiator.sendBytes(piece);
      // Enough to fill what a header may have announced.
      initiator.sendBytes(Buffer.alloc(4096, 0xff));
      witness.command(cdb.requestSense, { isRead: true, expectedDataTransferLength: 18 });
      assert.equal((await witness.next(opcode.dataIn)).pdu.status, 0);
    }),
    { numRuns: 60 },
  );
});

test('headers with random fields after login never end more than their connection', async () => {
  await using opened = await openRawTarget({ limits: { taskManagementTimeoutMs: 50 } });
  const witness = await opened.connect({ isid: 99 });
  const requests = [
    opcode.nopOut,
    opcode.scsiCommand,
    opcode.taskManagementRequest,
    opcode.textRequest,
    opcode.dataOut,
  ];
  const codes = fc.constantFrom(...requests, opcode.logoutRequest, opcode.snackRequest);
  const pdu = fc.tuple(codes, fc.boolean(), fc.uint8Array({ minLength: 44, maxLength: 44 }), fc.nat(300));
  await fc.assert(
    fc.asyncProperty(fc.array(pdu, { minLength: 1, maxLength: 20 }), async (pdus) => {
      await using initiator = await RawInitiator.loggedIn(opened.port, { cmdSn: 0 });
      pdus.forEach(([code, isImmediate, fields, length], i) => {
        const bhs = Buffer.alloc(48);
        bhs.set(fields, 1);
        bhs[0] = code | (isImmediate ? 0x40 : 0);
        bhs.writeUInt32BE(i, 24);
        initiator.sendHeader(bhs, pattern(length));
      });
      witness.command(cdb.requestSense, { isRead: true, expectedDataTransferLength: 18 });
      while ((await witness.next(opcode.dataIn)).pdu.status !== 0);
    }),
    { numRuns: 60 },
  );
});

suite('hooks', () => {
  test('onCommand answers with a status, sense data, a target failure, or closes the connection', async () => {
    const sense = Uint8Array.of(0x70, 0, 0x03, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0);
    const verdicts = [
      { kind: 'status', status: 0x08 },
      { kind: 'status', status: 0x28 },
      { kind: 'status', status: 0x02, sense },
      { kind: 'targetFailure' },
      { kind: 'close' },
    ] as const;
    let next = 0;
    await using opened = await openRawTarget({ hooks: { onCommand: () => verdicts[next++] } });
    const initiator = await opened.connect();
    const answers = [];
    for (let i = 0; i < 4; i += 1) {
      initiator.command(cdb.testUnitReady);
      const { pdu, data } = await initiator.next(opcode.scsiResponse);
      answers.push([pdu.response, pdu.status, data.length]);
    }
    assert.deepEqual(answers, [
      [0, 0x08, 0],
      [0, 0x28, 0],
      [0, 0x02, 20],
      [1, 0, 0],
    ]);
    initiator.command(cdb.testUnitReady);
    assert.deepEqual(await initiator.closed(), []);
  });

  test('onPduReceived and beforePduSent swallow PDUs, or close the connection at the n-th', async () => {
    let isSilent = false;
    await using opened = await openRawTarget({
      hooks: {
        onPduReceived: (pdu, _length, { pdusReceived }) =>
          pdusReceived === 6 ? 'close' : pdu.opcode === opcode.nopOut ? 'ignore' : undefined,
        beforePduSent: () => (isSilent ? 'ignore' : undefined),
      },
    });
    const initiator = await opened.connect();
    const nop = { opcode: opcode.nopOut, isImmediate: true, lun: { high: 0, low: 0 }, initiatorTaskTag: 9 } as const;
    initiator.send({ ...nop, targetTransferTag: reservedTag, cmdSn: initiator.cmdSn, expStatSn: 0 });
    isSilent = true;
    initiator.command(cdb.testUnitReady);
    initiator.command(cdb.testUnitReady);
    initiator.command(cdb.testUnitReady);
    initiator.command(cdb.testUnitReady);
    assert.deepEqual(await initiator.closed(), []);
  });
});

suite('§7.14: a silent initiator', () => {
  test('is pinged, and dropped when it does not answer', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock, pingIntervalMs: 1_000, pingTimeoutMs: 300 });
    const initiator = await opened.connect();
    await clock.advance(1_000);
    const { pdu } = await initiator.next(opcode.nopIn);
    assert.equal(pdu.initiatorTaskTag, reservedTag);
    assert.notEqual(pdu.targetTransferTag, reservedTag);
    await clock.advance(300);
    assert.deepEqual(await initiator.closed(), []);
  });

  test('§11.9.1: and one that does not log out when asked is dropped too', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock });
    const initiator = await opened.connect();
    opened.target.sessions()[0]?.requestLogout({ seconds: 3 });
    await initiator.next(opcode.asyncMessage);
    await clock.advance(3_000);
    assert.deepEqual(await initiator.closed(), []);
  });
});

suite('the end of a target', () => {
  test('close ends every connection, waits for the device, and refuses new ones', async () => {
    let finishWrite = (): void => undefined;
    await using opened = await openRawTarget();
    const initiator = await opened.connect();
    initiator.command(cdb.testUnitReady);
    await initiator.next(opcode.scsiResponse);
    const write = opened.device.write.bind(opened.device);
    opened.device.write = async (offset, from) => {
      await new Promise<void>((resolve) => (finishWrite = resolve));
      await write(offset, from);
    };
    initiator.command(cdb.write(0, 1), { isWrite: true, expectedDataTransferLength: 512 }, pattern(512));
    assert.equal(await initiator.manage({ function: 99 }), 5);
    let isClosed = false;
    const closing = opened.target.close().then(() => (isClosed = true));
    await initiator.closed();
    assert.equal(isClosed, false);
    finishWrite();
    await closing;
    assert.deepEqual([opened.target.connectionCount, opened.target.sessions().length], [0, 0]);
    await assert.rejects(RawInitiator.connect(opened.port));
    await Promise.all([opened.target.close(), opened.target.destroy()]);
  });

  test('close leaves no timer behind', async () => {
    const clock = new FakeClock();
    await using opened = await openRawTarget({ clock, pingIntervalMs: 1_000 });
    const initiator = await opened.connect();
    opened.target.sessions()[0]?.requestLogout({ seconds: 3 });
    await using stranger = await RawInitiator.connect(opened.port);
    assert.ok(clock.pendingTimers >= 2);
    await opened.target.close();
    assert.equal(clock.pendingTimers, 0);
    assert.equal((await initiator.closed()).length, 1);
    assert.deepEqual(await stranger.closed(), []);
  });

  test('options that cannot be are refused before anything is opened', async () => {
    await assert.rejects(openRawTarget({ name: 'disk' }), { code: 'ISCSI_BAD_ARGUMENT' });
    await assert.rejects(openRawTarget({ portalGroupTag: 70_000 }), { code: 'ISCSI_BAD_ARGUMENT' });
    await assert.rejects(openRawTarget({ listen: [{ host: '203.0.113.1', port: 0 }] }), {
      code: 'ISCSI_CONNECT_FAILED',
    });
  });
});
