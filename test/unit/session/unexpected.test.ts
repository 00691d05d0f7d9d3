// PDUs that are not due, numbers out of sequence, garbage and cut PDUs in full feature phase: a clear error, or no matter.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import { pattern, plainRequest, readRequest, SessionBench, soon } from '../../support/session-bench.ts';
import type { TargetLine } from '../../support/target-line.ts';

/** Sends something that ends the connection, and expects that end. */
async function endsWith(code: string, work: (line: TargetLine) => void): Promise<void> {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done } = await bench.command(readRequest(10));
  work(bench.line);
  await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' });
  const end = await soon(session.closed);
  assert.deepEqual([end.how, end.error?.code], ['lost', code]);
  assert.equal(await bench.line.ended(), 'reset');
  await bench.nothingLeft();
}

function header(code: number): Uint8Array {
  const bhs = new Uint8Array(48);
  bhs.set([code, 0x80]);
  return bhs;
}

for (const code of [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x10]) {
  test(`§11.2.1.2 an initiator’s opcode ${code.toString(16)}h from the target ends the connection`, async () => {
    await endsWith('ISCSI_BAD_OPCODE', (line) => {
      line.sendBytes(header(code));
    });
  });
}

for (const code of [0x07, 0x11, 0x1f, 0x27, 0x30, 0x33, 0x3e]) {
  test(`§11.2.1.2 the unknown opcode ${code.toString(16)}h ends the connection`, async () => {
    await endsWith('ISCSI_BAD_OPCODE', (line) => {
      line.sendBytes(header(code));
    });
  });
}

test('§6.3 a Login Response in full feature phase ends the connection', async () => {
  await endsWith('ISCSI_UNEXPECTED_PDU', (line) => {
    line.loginResponse({ isTransit: true, nextStage: 3 });
  });
});

test('§7.9 a StatSN that skips one ends the connection, with every PDU that carries status', async () => {
  const senders: ((line: TargetLine, statSn: number) => void)[] = [
    (line, statSn) => {
      line.response(0, { statSn });
    },
    (line, statSn) => {
      line.dataIn(0, { hasStatus: true, statSn });
    },
    (line, statSn) => {
      line.nopIn({ initiatorTaskTag: 5, statSn });
    },
    (line, statSn) => {
      line.asyncMessage(255, { statSn });
    },
    (line, statSn) => {
      line.reject(4, undefined, { statSn });
    },
    (line, statSn) => {
      line.textResponse(7, { statSn });
    },
    (line, statSn) => {
      line.logoutResponse(7, { statSn });
    },
    (line, statSn) => {
      line.taskManagementResponse(7, { statSn });
    },
  ];
  for (const send of senders) {
    await endsWith('ISCSI_BAD_SEQUENCE', (line) => {
      send(line, line.statSn + 1);
    });
  }
});

test('§4.2.2.2 a StatSN 2^31 away ends the connection, in either direction', async () => {
  for (const away of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1]) {
    await endsWith('ISCSI_BAD_SEQUENCE', (line) => {
      line.asyncMessage(255, { statSn: (line.statSn + away) >>> 0 });
    });
  }
});

test('§7.9 a StatSN that was had already is a repetition, which is dropped', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag, { statSn: bench.line.statSn - 1, status: 2 });
  await bench.line.silence();
  bench.line.response(tag, { status: 0 });
  assert.equal((await soon(done)).status, 0);
  assert.equal(session.state, 'loggedIn');
});

test('answers that nobody waits for, or to another kind of request, are dropped', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  const text = session.text([['X-a', '1']]);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  for (const wrong of [tag, pdu.initiatorTaskTag, 0x7777_7777]) {
    bench.line.logoutResponse(wrong);
    bench.line.taskManagementResponse(wrong);
    bench.line.nopIn({ initiatorTaskTag: wrong });
  }
  bench.line.textResponse(tag, {}, 'X-b=2\0');
  bench.line.response(pdu.initiatorTaskTag);
  await bench.line.silence();
  bench.line.textResponse(pdu.initiatorTaskTag, {}, 'X-a=1\0');
  assert.deepEqual(await soon(text), [['X-a', '1']]);
  bench.line.response(tag);
  await soon(done);
});

test('§11 garbage ends the connection: bytes of every value in place of a PDU', async () => {
  // Of these, those that happen to form a header that is allowed announce a data segment that is too long.
  for (let byte = 0; byte < 256; byte += 5) {
    await using bench = new SessionBench({ offers: { maxRecvDataSegmentLength: 512 } });
    const session = await bench.open();
    bench.line.sendBytes(new Uint8Array(4096).fill(byte));
    const end = await soon(session.closed);
    assert.equal(end.how, 'lost', `byte ${byte}`);
    assert.match(end.error?.code ?? '', /^ISCSI_(BAD_OPCODE|BAD_FIELD|SEGMENT_TOO_LONG|BAD_SEQUENCE|UNEXPECTED_PDU)$/);
    await bench.nothingLeft();
  }
});

test('§11 a PDU that is cut at any byte ends the connection as lost, and its command with it', async () => {
  const length = 48 + 100;
  for (let cut = 0; cut < length; cut += 1) {
    for (const afterCut of ['end', 'reset'] as const) {
      await using bench = new SessionBench();
      const session = await bench.open();
      const { done, tag } = await bench.command(readRequest(100));
      bench.line.budget = cut;
      bench.line.afterCut = afterCut;
      bench.line.dataIn(tag, { hasStatus: true }, pattern(100));
      await assert.rejects(soon(done), { code: 'ISCSI_CONNECTION_LOST', effect: 'none' }, `cut at ${cut}`);
      assert.equal((await soon(session.closed)).error?.code, 'ISCSI_CONNECTION_LOST');
      await bench.nothingLeft();
    }
  }
});

test('§11 a PDU that is cut and followed by nothing leaves its command to its own limit', async () => {
  const limits = { taskTimeoutMs: 1000, abortTimeoutMs: 300, lunResetTimeoutMs: 200 };
  await using bench = new SessionBench({ limits });
  const session = await bench.open();
  const { done, tag } = await bench.command(readRequest(100));
  bench.line.budget = 60;
  bench.line.afterCut = 'silence';
  bench.line.dataIn(tag, { hasStatus: true }, pattern(100));
  await bench.clock.advance(1500);
  await assert.rejects(soon(done), { code: 'ISCSI_TASK_TIMEOUT', effect: 'none' });
  assert.equal((await soon(session.closed)).error?.code, 'ISCSI_TASK_MANAGEMENT_TIMEOUT');
});
