// One stream to an iSNS server: requests meet their answers, waits end, notices are answered.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextTurn } from '../../../../src/base/index.ts';
import {
  encodeAnswer,
  encodeAttributes,
  encodeMessage,
  functionId,
  IsnsLine,
  type IsnsMessage,
  type IsnsNotice,
  isnsTag,
  MessageAssembler,
  targetsRequest,
} from '../../../../src/discovery/isns/index.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

const me = 'iqn.2026-11.hawser.test:me';

interface Bench {
  readonly line: IsnsLine;
  readonly clock: FakeClock;
  readonly sent: IsnsMessage[];
  readonly notices: IsnsNotice[];
  readonly failures: Error[];
  /** The server says something. */
  readonly say: (functionId: number, transactionId: number, payload: Uint8Array) => void;
}

function bench(isOurs = true): Bench {
  const clock = new FakeClock();
  const sent: IsnsMessage[] = [];
  const notices: IsnsNotice[] = [];
  const failures: Error[] = [];
  const assembler = new MessageAssembler((message) => sent.push(message), 1 << 20);
  const line = new IsnsLine({
    clock,
    timeoutMs: 1000,
    send: (bytes) => {
      assembler.push(bytes);
    },
    noticed: (notice) => {
      notices.push(notice);
      return isOurs;
    },
    failed: (error) => failures.push(error),
  });
  const say: Bench['say'] = (id, transactionId, payload) => {
    line.received(encodeMessage({ functionId: id, transactionId, sender: 'server', replaces: false, payload }));
  };
  return { line, clock, sent, notices, failures, say };
}

const query = targetsRequest(me);
const queryResponse = functionId.devAttrQry | 0x8000;
const done = encodeAnswer(0, []);
const scn = encodeAttributes([
  { tag: isnsTag.iscsiName, value: me },
  { tag: isnsTag.timestamp, value: 1 },
  { tag: isnsTag.iscsiScnBitmap, value: 8 },
  { tag: isnsTag.iscsiName, value: 'iqn.a:1' },
]);

suite('IsnsLine', () => {
  test('RFC 4171 §5.1.5: answers meet their requests by transaction id, in any order', async () => {
    const { line, clock, sent, say } = bench();
    const first = line.request(query);
    const second = line.request(query);
    const [one, other] = sent;
    assert.ok(one && other && one.transactionId !== other.transactionId);
    assert.equal(one.sender, 'client');
    say(queryResponse, other.transactionId, encodeAnswer(9, []));
    say(queryResponse, one.transactionId, done);
    assert.deepEqual(await first, { key: [], operating: [] });
    await assert.rejects(second, { code: 'ISNS_REFUSED', status: 9 });
    assert.equal(clock.pendingTimers, 0);
  });

  test('an answer that does not come in time is ISNS_TIMEOUT, and the line is given up', async () => {
    const { line, clock, failures } = bench();
    const asked = assert.rejects(line.request(query), { code: 'ISNS_TIMEOUT' });
    const other = assert.rejects(line.request(query), { code: 'ISNS_TIMEOUT' });
    await clock.advance(999);
    assert.deepEqual(failures, []);
    await clock.advance(1);
    await Promise.all([asked, other]);
    assert.equal(failures.length, 1);
    await assert.rejects(line.request(query), { code: 'ISNS_TIMEOUT' });
  });

  test('an abort ends the wait with its reason, and the late answer does no harm', async () => {
    const { line, sent, failures, say } = bench();
    const ending = new AbortController();
    const asked = line.request(query, ending.signal);
    ending.abort(new Error('enough'));
    await assert.rejects(asked, { message: 'enough' });
    say(queryResponse, sent[0]?.transactionId ?? 0, done);
    assert.deepEqual(failures, []);
    await assert.rejects(line.request(query, ending.signal), { message: 'enough' });
    assert.equal(sent.length, 1);
  });

  test('a lost line is ISNS_UNREACHABLE for those who wait and those who come later', async () => {
    const { line, failures } = bench();
    const asked = line.request(query);
    line.disconnected(new Error('reset'));
    await assert.rejects(asked, { code: 'ISNS_UNREACHABLE' });
    await assert.rejects(line.request(query), { code: 'ISNS_UNREACHABLE' });
    assert.deepEqual(failures, []);
  });

  test('RFC 4171 §5.1.5: an answer that nobody asked for, or to another request, fails the line', async () => {
    for (const id of [queryResponse, functionId.scnReg | 0x8000]) {
      const { line, sent, failures, say } = bench();
      const asked = line.request(query);
      say(id, (sent[0]?.transactionId ?? 0) + (id === queryResponse ? 1 : 0), done);
      await assert.rejects(asked, { code: 'ISNS_BAD_ANSWER' });
      assert.equal(failures.length, 1);
      say(queryResponse, sent[0]?.transactionId ?? 0, done);
      assert.equal(failures.length, 1);
    }
  });

  test('the answer to one request that cannot be read fails that request and not the line', async () => {
    const { line, sent, failures, say } = bench();
    const asked = line.request(query);
    say(
      queryResponse,
      sent[0]?.transactionId ?? 0,
      Buffer.concat([done, Buffer.from('00000021000000', 'hex'), done]).subarray(0, 8),
    );
    await assert.rejects(asked, { code: 'ISNS_BAD_ANSWER' });
    assert.deepEqual(failures, []);
  });

  test('RFC 4171 §5.7.5.8: an SCN is told and answered with its destination', () => {
    const { sent, notices, say } = bench();
    say(functionId.scn, 77, scn);
    assert.equal(notices.length, 1);
    const payload = encodeAnswer(0, [{ tag: isnsTag.iscsiName, value: me }]);
    assert.deepEqual(sent, [{ functionId: 0x8008, transactionId: 77, sender: 'client', replaces: false, payload }]);
  });

  test('a notice for somebody else is answered with No Such Entry', () => {
    const { sent, say } = bench(false);
    say(functionId.scn, 1, scn);
    assert.equal(Buffer.from(sent[0]?.payload ?? []).readUInt32BE(0), 9);
  });

  test('RFC 4171 §5.4: a request that a client does not serve is answered so; a heartbeat is not answered', () => {
    const { sent, say } = bench();
    say(functionId.heartbeat, 1, new Uint8Array(32));
    assert.equal(sent.length, 0);
    say(functionId.devAttrReg, 2, new Uint8Array(0));
    assert.equal(sent[0]?.functionId, 0x8001);
    assert.deepEqual(sent[0].payload, encodeAnswer(15, []));
  });

  test('bytes that are no message fail the line once', async () => {
    const { line, failures } = bench();
    line.received(new Uint8Array(24));
    line.received(new Uint8Array(24));
    await nextTurn();
    assert.equal(failures.length, 1);
  });

  test('no more than 64 requests wait at a time', async () => {
    const { line } = bench();
    const waiting = Array.from({ length: 64 }, async () => await line.request(query));
    await assert.rejects(line.request(query), { code: 'ISCSI_QUEUE_FULL' });
    line.disconnected(undefined);
    const ends = await Promise.allSettled(waiting);
    assert.ok(ends.every(({ status }) => status === 'rejected'));
  });
});
