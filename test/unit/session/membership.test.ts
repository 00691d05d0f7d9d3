// Several connections in one session: joining, numbering, allegiance.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opcode } from '../../../src/wire/index.ts';
import {
  lun,
  pattern,
  plainRequest,
  readRequest,
  SessionBench,
  soon,
  tsih,
  writeRequest,
} from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

test('§6.3 an added connection logs in with ISID and TSIH of the session and a CID of its own', async () => {
  await using bench = new SessionBench({ cmdSn: 10 });
  await bench.open();
  const { done, tag } = await bench.command(plainRequest());
  const line = await bench.add();
  const [leading, added] = [bench.line.logins, line.logins];
  for (const { pdu } of leading) assert.equal(pdu.tsih, 0);
  for (const { pdu } of added) {
    assert.equal(pdu.tsih, tsih);
    assert.equal(pdu.isid, leading[0]!.pdu.isid);
    assert.notEqual(pdu.cid, bench.line.cid);
    assert.equal(pdu.cmdSn, 11, '§11.12.8: the CmdSN of the command stream');
  }
  const text = added.map(({ data }) => Buffer.from(data).toString()).join('');
  assert.match(text, /MaxRecvDataSegmentLength=/);
  assert.doesNotMatch(text, /MaxConnections|InitialR2T|MaxBurstLength|ErrorRecoveryLevel|SessionType/);
  bench.line.response(tag);
  await soon(done);
  assert.deepEqual(
    bench.session.connections.map(({ cid, isLeading, state }) => [cid, isLeading, state]),
    [
      [bench.line.cid, true, 'loggedIn'],
      [line.cid, false, 'loggedIn'],
    ],
  );
});

test('§4.2.2.1 commands over three connections are numbered without a gap, in the order in which they were given', async () => {
  await using bench = new SessionBench({ cmdSn: 0xffff_fff8 });
  const lines = await bench.openWith(3);
  const commands = Array.from({ length: 12 }, (_, at) => bench.session.execute(plainRequest({ cdb: pattern(6, at) })));
  await turns();
  const heard = lines.flatMap((line) => line.drainHeard().map(({ pdu }) => ({ line, pdu })));
  const sent = heard.map(({ line, pdu }) => {
    assert.ok(pdu.opcode === opcode.scsiCommand);
    return { line, tag: pdu.initiatorTaskTag, at: (pdu.cmdSn - 0xffff_fff8) >>> 0, first: pdu.cdb[0] };
  });
  sent.sort((a, b) => a.at - b.at);
  assert.deepEqual(
    sent.map(({ at, first }) => [at, first]),
    Array.from({ length: 12 }, (_, at) => [at, pattern(6, at)[0]]),
  );
  for (const line of lines) assert.equal(sent.filter((one) => one.line === line).length, 4, 'least queue depth');
  for (const { line, tag } of sent) line.response(tag);
  await soon(Promise.all(commands));
});

test('§4.2.2.2 StatSN is counted for each connection by itself', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const two = await bench.add();
  two.nopIn({ targetTransferTag: 1 });
  bench.line.asyncMessage(255);
  bench.line.asyncMessage(255);
  bench.line.nopIn({ targetTransferTag: 1 });
  assert.equal((await two.expect(opcode.nopOut)).pdu.expStatSn, two.statSn);
  assert.equal((await bench.line.expect(opcode.nopOut)).pdu.expStatSn, bench.line.statSn);
  assert.notEqual(two.statSn, bench.line.statSn);
});

test('§4.2.5.1 data of a write go over the connection of its command', async () => {
  await using bench = new SessionBench({ keys: { ImmediateData: 'No' } });
  const [one, two] = await bench.openWith(2);
  const first = await bench.command(writeRequest(pattern(100)), one);
  const second = await bench.command(writeRequest(pattern(100)), two);
  two!.r2t(second.tag, { lun, desiredDataTransferLength: 100 });
  assert.equal((await two!.expect(opcode.dataOut)).pdu.initiatorTaskTag, second.tag);
  one!.r2t(first.tag, { lun, desiredDataTransferLength: 100 });
  assert.equal((await one!.expect(opcode.dataOut)).pdu.initiatorTaskTag, first.tag);
  one!.response(first.tag);
  two!.response(second.tag);
  assert.deepEqual([(await soon(first.done)).cid, (await soon(second.done)).cid], [one!.cid, two!.cid]);
});

test('§11.5.1 ABORT TASK goes over the connection of its command', async () => {
  await using bench = new SessionBench();
  const [one, two] = await bench.openWith(2);
  const abort = new AbortController();
  const first = await bench.command(plainRequest(), one);
  const second = await bench.command(plainRequest({ signal: abort.signal }), two);
  abort.abort(new Error('enough'));
  const { pdu } = await two!.expect(opcode.taskManagementRequest);
  assert.equal(pdu.referencedTaskTag, second.tag);
  two!.taskManagementResponse(pdu.initiatorTaskTag);
  await assert.rejects(soon(second.done), /enough/);
  one!.response(first.tag);
  await soon(first.done);
});

const foreign = ['response', 'dataIn', 'r2t'] as const;
for (const what of foreign) {
  test(`§4.2.5.1 a ${what} on another connection than its command’s ends that other connection`, async () => {
    await using bench = new SessionBench();
    const [one, two] = await bench.openWith(2);
    const request = what === 'r2t' ? writeRequest(pattern(10)) : readRequest(10);
    const first = await bench.command(request, one);
    if (what === 'r2t') two!.r2t(first.tag, { lun, desiredDataTransferLength: 10 });
    else if (what === 'dataIn') two!.dataIn(first.tag, {}, pattern(10));
    else two!.response(first.tag);
    const lost: string[] = [];
    bench.session.events.on('connectionLost', (cid, error) => lost.push(`${cid} ${error.code}`));
    await two!.ended();
    assert.deepEqual(lost, [`${two!.cid} ISCSI_UNEXPECTED_PDU`]);
    one!.response(first.tag);
    await soon(first.done);
  });
}

test('§13.2 MaxConnections: one connection more than agreed is refused before anything is sent', async () => {
  await using bench = new SessionBench({ keys: { MaxConnections: '2' } });
  await bench.openWith(2);
  await assert.rejects(soon(bench.session.addConnection()), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
  await turns();
  assert.equal(bench.lines.length, 2);
});

test('§13.2 MaxConnections counts logins under way', async () => {
  await using bench = new SessionBench({ keys: { MaxConnections: '2' } });
  await bench.open();
  const added = bench.session.addConnection();
  await assert.rejects(soon(bench.session.addConnection()), { code: 'ISCSI_TOO_MANY_CONNECTIONS' });
  await bench.login(await bench.accept());
  await soon(added);
});

test('§11.13.5 a target that has enough connections (0206h) refuses one, and the session goes on', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const added = session.addConnection();
  added.catch(() => undefined);
  const line = await bench.accept();
  line.logins.push(await line.expect(opcode.loginRequest));
  line.loginResponse({ statusClass: 2, statusDetail: 6 });
  await assert.rejects(soon(added), { code: 'ISCSI_TOO_MANY_CONNECTIONS', statusClass: 2, statusDetail: 6 });
  await line.ended();
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  await soon(done);
  assert.equal(session.connections.length, 1);
});

test('§13.9 a session does not span portal groups: a portal of another one is refused by us', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const portal = bench.listen('two', 2);
  const added = session.addConnection(portal);
  added.catch(() => undefined);
  const line = await bench.accept();
  await bench.login(line, { host: 'two', responses: 1 });
  await assert.rejects(soon(added), { code: 'ISCSI_WRONG_PORTAL_GROUP', key: 'TargetPortalGroupTag' });
  await line.ended();
  assert.equal(session.connections.length, 1);
});

test('§13.9 a portal that is known to be in another group is refused unasked: nothing is connected', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const portal = { ...bench.listen('two', 2), portalGroupTag: 2 };
  await assert.rejects(soon(session.addConnection(portal)), { code: 'ISCSI_WRONG_PORTAL_GROUP' });
  await turns();
  assert.deepEqual([bench.connects.length, bench.lines.length, bench.circuits], [1, 1, 1]);
  assert.equal(session.connections.length, 1);
});

test('§13.9 a portal that was said to be in the group, but is not, is refused when it answers', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const added = session.addConnection({ ...bench.listen('two', 2), portalGroupTag: 1 });
  added.catch(() => undefined);
  const line = await bench.accept();
  await bench.login(line, { host: 'two', responses: 1 });
  await assert.rejects(soon(added), { code: 'ISCSI_WRONG_PORTAL_GROUP' });
  await line.ended();
});

test('§6.3.1 the leading login too meets the portal group that was meant, or none', async () => {
  await using bench = new SessionBench({ session: { portal: { host: 'one', port: 3260, portalGroupTag: 7 } } });
  const opened = bench.start();
  opened.catch(() => undefined);
  const line = await bench.accept();
  await bench.login(line, { responses: 1 });
  await assert.rejects(soon(opened), { code: 'ISCSI_WRONG_PORTAL_GROUP', key: 'TargetPortalGroupTag' });
  await line.ended();
  await bench.nothingLeft();
});

test('§13.9 a redirect of an added connection into another group is refused, whatever the redirect says of it', async () => {
  await using bench = new SessionBench();
  const session = await bench.open();
  const added = session.addConnection();
  added.catch(() => undefined);
  const first = await bench.accept();
  first.logins.push(await first.expect(opcode.loginRequest));
  bench.listen('two', 2);
  first.loginResponse({ statusClass: 1, statusDetail: 1 }, ['TargetAddress=two:3260,2']);
  const second = await bench.accept();
  await bench.login(second, { host: 'two', responses: 1 });
  await assert.rejects(soon(added), { code: 'ISCSI_WRONG_PORTAL_GROUP' });
  await second.ended();
  assert.equal(session.connections.length, 1);
});

test('§13.9 another portal of the same group is taken', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const line = await bench.add(bench.listen('two', 1));
  assert.deepEqual(
    bench.session.connections.map(({ cid, address }) => [cid, address]),
    [
      [bench.line.cid, 'one:3260'],
      [line.cid, 'two:3260'],
    ],
  );
});

test('§4.2.2.1 a window that the login of an added connection opens lets waiting commands go', async () => {
  await using bench = new SessionBench({ window: 0 });
  const session = await bench.open();
  const waiting = session.execute(plainRequest());
  await bench.line.silence();
  bench.numbers.window = 4;
  const line = await bench.add();
  await turns();
  const [heard] = [...bench.line.drainHeard(), ...line.drainHeard()];
  assert.ok(heard?.pdu.opcode === opcode.scsiCommand);
  bench.line.response(heard.pdu.initiatorTaskTag);
  await soon(waiting);
});

test('a policy of the caller’s own chooses the connection', async () => {
  await using bench = new SessionBench({ session: { policy: (candidates) => candidates[0]! } });
  const [one, two] = await bench.openWith(2);
  for (let count = 0; count < 5; count += 1) {
    const { done, tag } = await bench.command(plainRequest(), one);
    one!.response(tag);
    await soon(done);
  }
  await two!.silence();
});

test('a connection that joined is told, with its CID', async () => {
  await using bench = new SessionBench();
  await bench.open();
  const told: number[] = [];
  bench.session.events.on('connectionAdded', (cid) => told.push(cid));
  const line = await bench.add();
  assert.deepEqual(told, [line.cid]);
});

test('a line that is cut at any byte of an added connection’s login: a clear error, and the session goes on', async () => {
  await using whole = new SessionBench();
  await whole.open();
  const length = (await whole.add()).sentBytes;
  assert.ok(length > 96);
  for (let budget = 0; budget < length; budget += 1) {
    await using bench = new SessionBench();
    const session = await bench.open();
    const added = session.addConnection();
    added.catch(() => undefined);
    const line = await bench.accept();
    line.budget = budget;
    await bench.login(line).catch(() => undefined);
    await assert.rejects(soon(added), { code: 'ISCSI_CONNECTION_LOST' }, `cut at ${budget} of ${length}`);
    assert.equal(session.connections.length, 1);
    assert.equal(bench.circuits, 1);
    if (budget % 20 !== 0) continue;
    const { done, tag } = await bench.command(plainRequest());
    bench.line.response(tag);
    await soon(done);
  }
});
