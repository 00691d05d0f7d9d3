// Text exchanges in full feature phase: continuations in both directions, and what may go wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTargets } from '../../../src/discovery/send-targets.ts';
import { opcode, reservedTag } from '../../../src/wire/index.ts';
import { lun, plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

test('§11.10 a Text Request: F, no C, TTT ffffffffh, a tag of its own, CmdSN and ExpStatSN as they stand', async () => {
  await using bench = new SessionBench({ cmdSn: 9 });
  const session = await bench.open();
  const command = await bench.command(plainRequest());
  const text = session.text([
    ['SendTargets', 'All'],
    ['X-a', 'b=c'],
  ]);
  const { pdu, data } = await bench.line.expect(opcode.textRequest);
  assert.deepEqual([pdu.isFinal, pdu.isContinue, pdu.isImmediate], [true, false, true]);
  assert.equal(pdu.targetTransferTag, reservedTag);
  assert.notEqual(pdu.initiatorTaskTag, command.tag);
  assert.notEqual(pdu.initiatorTaskTag, reservedTag);
  assert.equal(pdu.cmdSn, 10);
  assert.equal(pdu.expStatSn, bench.line.statSn);
  assert.equal(Buffer.from(data).toString(), 'SendTargets=All\0X-a=b=c\0');
  bench.line.textResponse(pdu.initiatorTaskTag, {}, 'TargetName=iqn.a\0');
  assert.deepEqual(await soon(text), [['TargetName', 'iqn.a']]);
  assert.equal((await bench.command(plainRequest())).heard.pdu.cmdSn, 10, 'an immediate request uses no number');
});

test('§11.11 F=0 with a TTT: the next request repeats tag, TTT and LUN, is empty, and F=1', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const text = session.text([['SendTargets', 'All']]);
  const { pdu: first } = await bench.line.expect(opcode.textRequest);
  const tag = first.initiatorTaskTag;
  // The text is cut in the middle of a pair: the C bit says so, but even without it the pieces form one answer.
  const pieces = ['TargetName=iqn.a\0Target', 'Name=iqn', '.b\0TargetAddress=h:1,1\0'];
  for (const [round, piece] of pieces.entries()) {
    const isLast = round === pieces.length - 1;
    const target = { lun, targetTransferTag: 0x100 + round };
    bench.line.textResponse(tag, isLast ? {} : { isFinal: false, isContinue: true, ...target }, piece);
    if (isLast) break;
    const { pdu, data } = await bench.line.expect(opcode.textRequest);
    assert.equal(pdu.initiatorTaskTag, tag);
    assert.equal(pdu.targetTransferTag, 0x100 + round);
    assert.deepEqual(pdu.lun, lun);
    assert.equal(pdu.isFinal, true);
    assert.equal(pdu.isImmediate, first.isImmediate, '§11.10.3');
    assert.equal(pdu.expStatSn, bench.line.statSn);
    assert.equal(data.length, 0);
  }
  assert.deepEqual(await soon(text), [
    ['TargetName', 'iqn.a'],
    ['TargetName', 'iqn.b'],
    ['TargetAddress', 'h:1,1'],
  ]);
});

test('§11.10.2 a text longer than the target takes goes out in pieces: C and F=0 on all but the last', async () => {
  await using bench = new SessionBench({ keys: { MaxRecvDataSegmentLength: '512' } });
  const session = await bench.open();
  const value = 'v'.repeat(1200);
  const text = session.text([['X-long', value]]);
  let got = '';
  for (let round = 0; round < 3; round += 1) {
    const { pdu, data } = await bench.line.expect(opcode.textRequest);
    const isLast = round === 2;
    assert.deepEqual([pdu.isFinal, pdu.isContinue], [isLast, !isLast]);
    assert.equal(pdu.targetTransferTag, round === 0 ? reservedTag : 40 + round - 1);
    assert.ok(data.length <= 512);
    got += Buffer.from(data).toString();
    const more = { isFinal: false, targetTransferTag: 40 + round };
    bench.line.textResponse(pdu.initiatorTaskTag, isLast ? {} : more, isLast ? 'X-long=ok\0' : '');
  }
  assert.equal(got, `X-long=${value}\0`);
  assert.deepEqual(await soon(text), [['X-long', 'ok']]);
});

test('§11.11.1 an answer that is final before our text was whole breaks the rules', async () => {
  await using bench = new SessionBench({ keys: { MaxRecvDataSegmentLength: '512' } });
  const session = await bench.open();
  const text = session.text([['X-long', 'v'.repeat(1200)]]);
  text.catch(() => undefined);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  bench.line.textResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(text), { code: 'ISCSI_BAD_FIELD' });
  await bench.line.silence();
});

test('§11.10.4 F=1 with a TTT: the TTT is ignored', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const text = session.text([['X-a', '1']]);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  bench.line.textResponse(pdu.initiatorTaskTag, { targetTransferTag: 77 }, 'X-a=1\0');
  assert.deepEqual(await soon(text), [['X-a', '1']]);
  await bench.line.silence();
});

test('§11.11.1 F=0 with TTT ffffffffh, and F with C, end the connection', async () => {
  for (const fields of [{ isFinal: false }, { isFinal: true, isContinue: true }]) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const text = session.text([['X-a', '1']]);
    text.catch(() => undefined);
    const { pdu } = await bench.line.expect(opcode.textRequest);
    bench.line.textResponse(pdu.initiatorTaskTag, fields, 'X-a=1\0');
    await assert.rejects(soon(text), { code: 'ISCSI_BAD_FIELD' });
    assert.equal((await soon(session.closed)).error?.code, 'ISCSI_BAD_FIELD');
  }
});

test('§6.1 an answer that is no list of pairs fails the exchange', async () => {
  for (const answer of ['no equal sign\0', 'X-a=1', '=1\0', `X-${'a'.repeat(70)}=1\0`]) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const text = session.text([['X-a', '1']]);
    text.catch(() => undefined);
    const { pdu } = await bench.line.expect(opcode.textRequest);
    bench.line.textResponse(pdu.initiatorTaskTag, {}, answer);
    await assert.rejects(soon(text), { code: 'ISCSI_BAD_TEXT' }, JSON.stringify(answer));
  }
});

test('§11.10 a connection carries one Text Request at a time; the next waits its turn', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const texts = ['1', '2', '3'].map((value) => session.text([['X-a', value]]));
  for (const value of ['1', '2', '3']) {
    const { pdu, data } = await bench.line.expect(opcode.textRequest);
    assert.equal(Buffer.from(data).toString(), `X-a=${value}\0`);
    await bench.line.silence();
    bench.line.textResponse(pdu.initiatorTaskTag, {}, `X-a=${value}\0`);
  }
  assert.deepEqual(
    (await soon(Promise.all(texts))).flat(),
    ['1', '2', '3'].map((value) => ['X-a', value]),
  );
});

test('a text that waits its turn ends with the loss of its connection, or with its signal', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const first = session.text([['X-a', '1']]);
  const second = session.text([['X-a', '2']]);
  const abort = new AbortController();
  const third = session.text([['X-a', '3']], { signal: abort.signal });
  for (const text of [first, second, third]) text.catch(() => undefined);
  await bench.line.expect(opcode.textRequest);
  abort.abort(new Error('enough'));
  await assert.rejects(soon(third), /enough/);
  bench.line.reset();
  await assert.rejects(soon(first), { code: 'ISCSI_CONNECTION_LOST' });
  await assert.rejects(soon(second), { code: 'ISCSI_CONNECTION_LOST' });
  await bench.nothingLeft();
});

test('a text without an answer ends after textTimeoutMs, each round by itself; the connection stays', async () => {
  await using bench = new SessionBench({ limits: { textTimeoutMs: 400 } });
  const session = await bench.open();
  const text = session.text([['X-a', '1']]);
  text.catch(() => undefined);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  await bench.clock.advance(399);
  bench.line.textResponse(pdu.initiatorTaskTag, { isFinal: false, targetTransferTag: 1 }, '');
  await bench.line.expect(opcode.textRequest);
  await bench.clock.advance(399);
  await bench.line.silence();
  await bench.clock.advance(1);
  await assert.rejects(soon(text), { code: 'ISCSI_TEXT_TIMEOUT', limitMs: 400 });
  bench.line.textResponse(pdu.initiatorTaskTag, {}, 'X-a=late\0');
  await turns();
  assert.equal(session.state, 'loggedIn');
});

test('a signal ends a text at once', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const abort = new AbortController();
  const text = session.text([['X-a', '1']], { signal: abort.signal });
  text.catch(() => undefined);
  await bench.line.expect(opcode.textRequest);
  abort.abort(new Error('enough'));
  await assert.rejects(soon(text), /enough/);
  await bench.line.silence();
});

test('§11.10.5 an answer of more than 16 MiB is refused, not gathered for ever', async () => {
  await using bench = new SessionBench({ offers: { maxRecvDataSegmentLength: 16_777_215 } });
  const session = await bench.open();
  const text = session.text([['SendTargets', 'All']]);
  text.catch(() => undefined);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  const piece = new Uint8Array(9 * 1024 * 1024).fill(0x41);
  bench.line.textResponse(pdu.initiatorTaskTag, { isFinal: false, isContinue: true, targetTransferTag: 1 }, piece);
  for (let turn = 0; turn < 5 && bench.line.drainHeard().length === 0; turn += 1) await turns(200);
  bench.line.textResponse(pdu.initiatorTaskTag, { isFinal: false, isContinue: true, targetTransferTag: 1 }, piece);
  await turns(600);
  await assert.rejects(soon(text), { code: 'ISCSI_BAD_TEXT' });
});

test('Appendix C SendTargets: names with their addresses, the portal asked where a target names none', async () => {
  await using bench = new SessionBench({ isDiscovery: true });
  const session = await bench.open();
  const login = bench.line.logins.map(({ data }) => Buffer.from(data).toString()).join('');
  assert.match(login, /SessionType=Discovery\0/);
  assert.doesNotMatch(login, /TargetName=|InitialR2T|MaxConnections/);
  const asked = session.text([['SendTargets', 'All']]);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  const first = 'TargetName=iqn.1993-11.com.disk-vendor:diskarrays.sn.45678\0TargetAddress=10.1.0.45:3000,1\0';
  const second = 'TargetAddress=[2001:db8::1]:3260,2\0TargetName=iqn.b\0TargetName=iqn.c\0TargetAddress=c.example\0';
  bench.line.textResponse(pdu.initiatorTaskTag, { isFinal: false, targetTransferTag: 3 }, first.slice(0, 70));
  const next = await bench.line.expect(opcode.textRequest);
  bench.line.textResponse(next.pdu.initiatorTaskTag, {}, first.slice(70) + second);
  assert.deepEqual(readTargets(await soon(asked), { host: 'one', port: 3260 }), [
    {
      name: 'iqn.1993-11.com.disk-vendor:diskarrays.sn.45678',
      addresses: [
        { host: '10.1.0.45', port: 3000, portalGroupTag: 1 },
        { host: '2001:db8::1', port: 3260, portalGroupTag: 2 },
      ],
    },
    { name: 'iqn.b', addresses: [{ host: 'one', port: 3260 }] },
    { name: 'iqn.c', addresses: [{ host: 'c.example', port: 3260 }] },
  ]);
});

test('Appendix C an answer with an address before any name, or a refusal, is ISCSI_BAD_TEXT', () => {
  const portal = { host: 'one', port: 3260 };
  for (const pairs of [[['TargetAddress', 'a:1,1']], [['SendTargets', 'Reject']]] as const) {
    assert.throws(() => readTargets(pairs, portal), { code: 'ISCSI_BAD_TEXT' });
  }
  assert.deepEqual(readTargets([], portal), [], 'no targets is an answer, too');
});

test('§4.3 a discovery session refuses SCSI commands: nothing is sent, and it goes on', async () => {
  await using bench = new SessionBench({ isDiscovery: true });
  const session = await bench.open();
  await assert.rejects(soon(session.execute(plainRequest())), {
    name: 'UsageError',
    code: 'ISCSI_WRONG_STATE',
    message: 'A discovery session takes no SCSI commands',
  });
  await bench.line.silence();
  const text = session.text([['SendTargets', 'All']]);
  const { pdu } = await bench.line.expect(opcode.textRequest);
  bench.line.textResponse(pdu.initiatorTaskTag, {}, '');
  assert.deepEqual(await soon(text), []);
});
