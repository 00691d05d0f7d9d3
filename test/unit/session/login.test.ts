// Opening a session: redirects, limits, aborts and cut lines at every stage. A ready session comes out, or nothing is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, IscsiError } from '../../../src/base/index.ts';
import type { CircuitWay } from '../../../src/session/index.ts';
import { Session } from '../../../src/session/session.ts';
import { type LoginResponse, opcode } from '../../../src/wire/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { type TargetLine, turns } from '../../support/target-line.ts';

/** Answers the first Login Request with a redirect to `address`. */
async function redirect(line: TargetLine, address: string, fields: Partial<LoginResponse> = {}): Promise<void> {
  line.logins.push(await line.expect(opcode.loginRequest));
  line.loginResponse({ statusClass: 1, statusDetail: 1, ...fields }, [`TargetAddress=${address}`]);
}

test('§11.12 all requests of a login are immediate and have its ISID, CID, tag and CmdSN; ExpStatSN follows', async () => {
  await using bench = new SessionBench({ cmdSn: 77 });
  await bench.open();
  const { logins } = bench.line;
  assert.ok(logins.length >= 2);
  logins.forEach(({ pdu, bhs }, index) => {
    assert.equal(bhs[0], 0x43, 'the I bit is 1');
    assert.deepEqual([pdu.isid, pdu.cid, pdu.tsih, pdu.cmdSn], [0x8000_0000_0001, 1, 0, 77]);
    assert.equal(pdu.initiatorTaskTag, logins[0]!.pdu.initiatorTaskTag);
    if (index > 0) assert.equal(pdu.expStatSn, 0x1000 + index);
  });
});

test('what the login agreed is told', async () => {
  await using bench = new SessionBench({ keys: { MaxBurstLength: '2048', FirstBurstLength: '1024' } });
  const session = await bench.open();
  assert.equal(session.state, 'loggedIn');
  assert.equal(session.tsih, 0x77);
  assert.equal(session.parameters.maxBurstLength, 2048);
  assert.equal(session.parameters.firstBurstLength, 1024);
  assert.equal(session.parameters.targetPortalGroupTag, 1);
});

test('§11.13.5 a redirect is followed: a new connection to the address told, with a login from its start', async () => {
  await using bench = new SessionBench();
  bench.listen('two', 9);
  const opened = bench.start();
  const first = await bench.accept();
  await redirect(first, 'two:3260');
  const second = await bench.accept();
  assert.deepEqual(
    bench.connects,
    [
      ['one', 0],
      ['two', 0],
    ],
    'the first connection is gone before the next is made',
  );
  await bench.login(second, { host: 'two' });
  await soon(opened);
  const [one, two] = [first.logins[0]!.pdu, second.logins[0]!.pdu];
  assert.deepEqual([two.isid, two.tsih, two.cmdSn], [one.isid, 0, one.cmdSn]);
  assert.equal(bench.session.connections[0]?.address, 'two:3260');
  assert.equal(bench.session.connections[0].isLeading, true);
  const { done, tag } = await bench.command(plainRequest(), second);
  second.response(tag);
  await soon(done);
  assert.equal(bench.circuits, 1);
});

test('§11.13.5 redirects without end are followed maxRedirects times, then refused', async () => {
  for (const maxRedirects of [0, 2]) {
    await using bench = new SessionBench({ limits: { maxRedirects } });
    const opened = bench.start();
    opened.catch(() => undefined);
    for (let hop = 0; hop <= maxRedirects; hop += 1) await redirect(await bench.accept(), 'one:3260');
    await assert.rejects(soon(opened), { code: 'ISCSI_TOO_MANY_REDIRECTS' });
    await bench.nothingLeft();
    assert.equal(bench.lines.length, maxRedirects + 1);
  }
});

test('a redirect to where nobody listens ends as a connect that failed', async () => {
  await using bench = new SessionBench();
  const opened = bench.start();
  opened.catch(() => undefined);
  await redirect(await bench.accept(), 'nowhere:3260');
  await assert.rejects(soon(opened), { code: 'ISCSI_CONNECT_FAILED' });
  await bench.nothingLeft();
});

test('a portal where nobody listens is ISCSI_CONNECT_FAILED', async () => {
  await using bench = new SessionBench({ session: { portal: { host: 'nowhere', port: 3260 } } });
  await assert.rejects(soon(bench.start()), { code: 'ISCSI_CONNECT_FAILED', address: 'nowhere:3260' });
  await bench.nothingLeft();
});

test('§11.13.5 a login that is refused closes the connection and says why', async () => {
  for (const [statusClass, statusDetail, code] of [
    [2, 1, 'ISCSI_AUTH_FAILED'],
    [2, 3, 'ISCSI_TARGET_NOT_FOUND'],
    [3, 1, 'ISCSI_TARGET_ERROR'],
  ] as const) {
    await using bench = new SessionBench();
    const opened = bench.start();
    opened.catch(() => undefined);
    const line = await bench.accept();
    line.logins.push(await line.expect(opcode.loginRequest));
    line.loginResponse({ statusClass, statusDetail });
    await assert.rejects(soon(opened), { code, statusClass, statusDetail });
    await line.ended();
    await bench.nothingLeft();
  }
});

for (const responses of [0, 1]) {
  const when = responses === 0 ? 'the first request' : 'the request of the operational stage';

  test(`§8.1.2 T7 a target that is silent after ${when}: ISCSI_LOGIN_TIMEOUT after loginTimeoutMs, not before`, async () => {
    await using bench = new SessionBench({ limits: { loginTimeoutMs: 3000 } });
    const opened = bench.start();
    opened.catch(() => undefined);
    const line = await bench.accept();
    await bench.login(line, { responses });
    await line.expect(opcode.loginRequest);
    await bench.clock.advance(2999);
    assert.equal(line.end, undefined);
    await bench.clock.advance(1);
    await assert.rejects(soon(opened), { code: 'ISCSI_LOGIN_TIMEOUT', limitMs: 3000 });
    await line.ended();
    await bench.nothingLeft();
  });

  test(`a signal that is aborted after ${when} ends the opening with its reason`, async () => {
    await using bench = new SessionBench();
    const abort = new AbortController();
    const opened = bench.start(abort.signal);
    opened.catch(() => undefined);
    const line = await bench.accept();
    await bench.login(line, { responses });
    await line.expect(opcode.loginRequest);
    abort.abort(new Error('enough'));
    await assert.rejects(soon(opened), /enough/);
    await line.ended();
    await bench.nothingLeft();
  });

  test(`destroy after ${when} ends the opening`, async () => {
    await using bench = new SessionBench();
    const opened = bench.start();
    opened.catch(() => undefined);
    const line = await bench.accept();
    await bench.login(line, { responses });
    await line.expect(opcode.loginRequest);
    bench.session.destroy();
    await assert.rejects(soon(opened), { code: 'ISCSI_CLOSED' });
    await line.ended();
    await bench.nothingLeft();
  });
}

test('a signal that is aborted before or while the transport connects leaves nothing', async () => {
  for (const turnsBefore of [undefined, 0, 1, 2]) {
    await using bench = new SessionBench();
    const abort = new AbortController();
    if (turnsBefore === undefined) abort.abort(new Error('enough'));
    const opened = bench.start(abort.signal);
    opened.catch(() => undefined);
    await turns(turnsBefore ?? 0);
    abort.abort(new Error('enough'));
    await assert.rejects(soon(opened), /enough/);
    await bench.nothingLeft();
  }
});

test('a transport that comes after the signal was aborted is let go, and nothing is sent on it', async () => {
  await using bench = new SessionBench();
  const abort = new AbortController();
  const { options } = bench;
  const session = new Session({
    ...options,
    route: (portal) => {
      const way = options.route(portal);
      const connect: CircuitWay['connect'] = async (handlers, limits) => {
        const circuit = await way.connect(handlers, limits);
        abort.abort(new Error('enough'));
        await turns();
        return circuit;
      };
      return { ...way, connect };
    },
  });
  await assert.rejects(soon(session.open(abort.signal)), /enough/);
  const line = await bench.accept();
  await line.ended();
  assert.deepEqual(line.drainHeard(), []);
  await bench.nothingLeft();
});

test('a signal that is aborted after the login has no say over the session', async () => {
  await using bench = new SessionBench();
  const abort = new AbortController();
  const opened = bench.start(abort.signal);
  await bench.login(await bench.accept());
  await soon(opened);
  abort.abort(new Error('late'));
  const { done, tag } = await bench.command(plainRequest());
  bench.line.response(tag);
  await soon(done);
});

for (const what of ['the session', 'an added connection'] as const) {
  test(`a signal that is aborted while the last answer of the login of ${what} is read comes too late, and loses nothing`, async () => {
    await using bench = new SessionBench({ session: { reconnects: true } });
    const abort = new AbortController();
    const isFirst = what === 'the session';
    const expected = isFirst ? 1 : 2;
    const onMove = ({ cid, to }: { readonly cid?: number; readonly to: string }): void => {
      if (cid === expected && to === 'loggedIn') abort.abort(new Error('enough'));
    };
    if (!isFirst) await bench.open();
    channels.connectionStateChanged.subscribe(onMove);
    try {
      const opened = isFirst
        ? bench.start(abort.signal)
        : bench.session.addConnection(undefined, { signal: abort.signal });
      await bench.login(await bench.accept());
      await soon(opened as Promise<unknown>);
    } finally {
      channels.connectionStateChanged.unsubscribe(onMove);
    }
    assert.ok(abort.signal.aborted);
    assert.deepEqual([bench.session.state, bench.session.connections.length], ['loggedIn', expected]);
    assert.equal(bench.connects.length, expected, 'nothing is opened again');
  });
}

test('§6.3 another PDU than a Login Response during login ends it with ISCSI_UNEXPECTED_PDU', async () => {
  await using bench = new SessionBench();
  const opened = bench.start();
  opened.catch(() => undefined);
  const line = await bench.accept();
  await line.expect(opcode.loginRequest);
  line.nopIn({ targetTransferTag: 5 });
  await assert.rejects(soon(opened), { code: 'ISCSI_UNEXPECTED_PDU' });
  await line.ended();
  await bench.nothingLeft();
});

test('§6.3 a data segment of more than 8192 bytes during login is refused, whatever we declared', async () => {
  await using bench = new SessionBench();
  const opened = bench.start();
  opened.catch(() => undefined);
  const line = await bench.accept();
  line.logins.push(await line.expect(opcode.loginRequest));
  line.loginResponse({}, [`X-a=${'v'.repeat(9000)}`]);
  await assert.rejects(soon(opened), { code: 'ISCSI_SEGMENT_TOO_LONG' });
  await bench.nothingLeft();
});

test('PDUs that come in one chunk with the last Login Response are taken in full feature phase, digests and all', async () => {
  await using bench = new SessionBench({ keys: { HeaderDigest: 'CRC32C', DataDigest: 'CRC32C' } });
  const told: number[] = [];
  const opened = bench.start();
  bench.session.events.on('asyncMessage', ({ asyncEvent }) => told.push(asyncEvent));
  const line = await bench.accept();
  await bench.login(line, { responses: 1 });
  const request = await line.expect(opcode.loginRequest);
  line.logins.push(request);
  const text = ['HeaderDigest=CRC32C', 'DataDigest=CRC32C', 'MaxConnections=1'];
  line.together(() => {
    line.loginResponse({ isTransit: true, nextStage: 3, tsih: 5 }, text);
    line.hasHeaderDigest = true;
    line.hasDataDigest = true;
    line.asyncMessage(255, {}, Buffer.from([0, 0, 1]));
  });
  await soon(opened);
  assert.deepEqual(told, [255]);
});

/** Logs in over a line that is cut after `budget` bytes of the target; returns how many bytes a whole login takes. */
async function cutLogin(budget: number, afterCut: TargetLine['afterCut']): Promise<number> {
  await using bench = new SessionBench({ limits: { loginTimeoutMs: 3000 } });
  const opened = bench.start();
  opened.catch(() => undefined);
  const line = await bench.accept();
  line.budget = budget;
  line.afterCut = afterCut;
  const played = bench.login(line);
  if (budget === Number.POSITIVE_INFINITY) {
    await Promise.all([played, soon(opened)]);
    return line.sentBytes;
  }
  await played.catch(() => undefined);
  if (afterCut === 'silence') await bench.clock.advance(3000);
  await assert.rejects(soon(opened), (error) => {
    assert.ok(error instanceof IscsiError, `cut at ${budget}: ${String(error)}`);
    const code = afterCut === 'silence' ? 'ISCSI_LOGIN_TIMEOUT' : 'ISCSI_CONNECTION_LOST';
    assert.equal(error.code, code, `cut at ${budget}`);
    assert.match(error.message, /one:3260/);
    return true;
  });
  await bench.nothingLeft();
  return 0;
}

for (const afterCut of ['end', 'reset', 'silence'] as const) {
  test(`a line that is cut after any byte of a login (${afterCut}): a clear error, nothing left`, async () => {
    const length = await cutLogin(Number.POSITIVE_INFINITY, afterCut);
    assert.ok(length > 96);
    const step = afterCut === 'silence' ? 7 : 1;
    for (let budget = 0; budget < length; budget += step) await cutLogin(budget, afterCut);
  });
}
