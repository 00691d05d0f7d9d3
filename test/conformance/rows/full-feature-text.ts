// Full feature phase, 17 and 18: Logout and Text Requests.

import assert from 'node:assert/strict';
import { type DiscoveredTarget, discoverTargets } from '../../../src/discovery/index.ts';
import { opcode } from '../../../src/wire/index.ts';
import { lun, plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { type Heard, type TargetLine, turns } from '../../support/target-line.ts';
import { fieldsOf, holds, noTag, type Row, row } from '../harness.ts';

/** A discovery whose Text Request has come. */
interface Discovery {
  readonly line: TargetLine;
  readonly request: Heard;
  readonly tag: number;
  readonly found: Promise<DiscoveredTarget[]>;
}

async function discovering(bench: SessionBench): Promise<Discovery> {
  const found = discoverTargets(bench.options);
  found.catch(() => undefined);
  const line = await bench.accept();
  await bench.login(line);
  const request = await line.expect(opcode.textRequest);
  return { line, request, tag: request.pdu.initiatorTaskTag, found };
}

/** Takes the Logout that ends a discovery session, and answers it. */
async function loggedOut({ line, tag, found }: Discovery): Promise<void> {
  const logout = await line.expect(opcode.logoutRequest);
  holds(logout, { reason: 0, expStatSn: line.statSn });
  assert.notEqual(fieldsOf(logout.bhs)['initiatorTaskTag'], tag, 'the Logout has a tag of its own');
  line.logoutResponse(logout.pdu.initiatorTaskTag);
  await line.ended();
  await soon(found.catch(() => undefined));
}

export const rows: readonly Row[] = [
  row(
    '17.1',
    '§11.14',
    'After a Logout no command; FIN after its answer; a later login goes to the original address',
    async () => {
      await using bench = new SessionBench();
      bench.listen('two');
      const opened = bench.start();
      const moved = await bench.accept();
      moved.logins.push(await moved.expect(opcode.loginRequest));
      moved.loginResponse({ statusClass: 1, statusDetail: 1 }, ['TargetAddress=two:3260,1']);
      const line = await bench.accept();
      await Promise.all([opened, bench.login(line, { host: 'two' })]);
      const session = bench.session;
      const left = session.logout();
      const logout = await line.expect(opcode.logoutRequest);
      holds(logout, { isImmediate: true, reason: 0, cmdSn: 1, expStatSn: line.statSn });
      await assert.rejects(session.execute(plainRequest()));
      await line.silence();
      assert.equal(line.end, undefined, 'the initiator waits for the answer');
      line.logoutResponse(logout.pdu.initiatorTaskTag);
      assert.equal(await line.ended(), 'ended');
      await soon(left);
      await bench.open();
      assert.deepEqual(
        bench.connects.map(([host]) => host),
        ['one', 'two', 'one'],
      );
    },
  ),

  row('18.1', '§11.10', 'Text Request: current CmdSN, no transfer tag, a task tag of its own, F', async () => {
    await using bench = new SessionBench({ cmdSn: 9 });
    const session = await bench.open();
    const { tag } = await bench.command(plainRequest());
    const text = session.text([['SendTargets', 'All']]);
    const heard = await bench.line.expect(opcode.textRequest);
    holds(heard, {
      isFinal: true,
      isContinue: false,
      targetTransferTag: noTag,
      lun: { high: 0, low: 0 },
      cmdSn: 10,
      expStatSn: bench.line.statSn,
    });
    const own = fieldsOf(heard.bhs)['initiatorTaskTag'];
    assert.ok(own !== tag && own !== noTag);
    assert.equal(Buffer.from(heard.data).toString(), 'SendTargets=All\0');
    bench.line.textResponse(heard.pdu.initiatorTaskTag, {}, 'TargetName=iqn.a\0');
    assert.deepEqual(await soon(text), [['TargetName', 'iqn.a']]);
  }),

  row(
    '18.2',
    '§11.10.4',
    'Answered with F=0 and a transfer tag, the next request repeats task tag, transfer tag, LUN',
    async () => {
      await using bench = new SessionBench({ isDiscovery: true });
      const discovery = await discovering(bench);
      const { line, tag, found } = discovery;
      const more = { isFinal: false, isContinue: true, lun, targetTransferTag: 0x4321 };
      line.textResponse(tag, more, 'TargetName=iqn.2001-04.test:a\0TargetNa');
      const heard = await line.expect(opcode.textRequest);
      holds(heard, { initiatorTaskTag: tag, targetTransferTag: 0x4321, lun, isFinal: true, expStatSn: line.statSn });
      assert.equal(heard.data.length, 0);
      line.textResponse(tag, {}, 'me=iqn.2001-04.test:b\0');
      await loggedOut(discovery);
      assert.deepEqual(
        (await found).map(({ name }) => name),
        ['iqn.2001-04.test:a', 'iqn.2001-04.test:b'],
      );
    },
  ),

  row(
    '18.3.1',
    '§11.11.4',
    'A transfer tag in an answer with F=1 is ignored; the Logout follows with a fresh tag',
    async () => {
      await using bench = new SessionBench({ isDiscovery: true });
      const discovery = await discovering(bench);
      discovery.line.textResponse(discovery.tag, { isFinal: true, targetTransferTag: 77, lun }, 'TargetName=iqn.a\0');
      await loggedOut(discovery);
      assert.deepEqual(
        (await discovery.found).map(({ name }) => name),
        ['iqn.a'],
      );
    },
  ),

  row('18.3.2', '§11.11.4', 'F=0 without a transfer tag breaks the rules: Logout or disconnection', async () => {
    await using bench = new SessionBench({ isDiscovery: true });
    const discovery = await discovering(bench);
    discovery.line.textResponse(discovery.tag, { isFinal: false, targetTransferTag: noTag }, 'TargetName=iqn.a\0');
    await turns();
    if (discovery.line.end === undefined) await loggedOut(discovery);
    await discovery.line.silence();
    await assert.rejects(soon(discovery.found), 'what came is no answer');
  }),

  row(
    '18.4',
    '§6.1',
    'A text answer that is no list of keys: the discovery fails, logs out, and can be made again',
    async () => {
      await using bench = new SessionBench({ isDiscovery: true });
      const first = await discovering(bench);
      first.line.textResponse(first.tag, {}, 'TargetName=iqn.a\0This is no key\0');
      await loggedOut(first);
      await assert.rejects(first.found);
      const second = await discovering(bench);
      second.line.textResponse(second.tag, {}, 'TargetName=iqn.a\0');
      await loggedOut(second);
      assert.equal((await second.found).length, 1);
    },
  ),

  row(
    '18.5',
    '§7.12',
    'A rejected negotiation changes nothing, the connection stays, and it can be begun anew',
    async () => {
      await using bench = new SessionBench();
      await bench.open();
      bench.line.asyncMessage(4, { parameter3: 3 });
      const first = await bench.line.expect(opcode.textRequest);
      bench.line.reject(4, first.bhs);
      await turns();
      assert.equal(bench.session.state, 'loggedIn');
      bench.line.asyncMessage(4, { parameter3: 3 });
      const second = await bench.line.expect(opcode.textRequest);
      holds(second, { isFinal: true, targetTransferTag: noTag });
      assert.notEqual(fieldsOf(second.bhs)['initiatorTaskTag'], fieldsOf(first.bhs)['initiatorTaskTag']);
      bench.line.textResponse(second.pdu.initiatorTaskTag, {}, 'MaxRecvDataSegmentLength=512\0');
      const { done, tag } = await bench.command(plainRequest());
      bench.line.response(tag);
      await soon(done);
    },
  ),
];
