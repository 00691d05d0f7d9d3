// A registration with an iSNS server over the memory transport, with time in the test's hands.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import { type IsnsNode, IsnsRegistration, type IsnsRegistrationOptions } from '../../../src/adapter/index.ts';
import type { IscsiError } from '../../../src/base/index.ts';
import {
  encodeAnswer,
  encodeAttributes,
  encodeMessage,
  functionId,
  type IsnsAttribute,
  isnsTag,
} from '../../../src/discovery/index.ts';
import { Engine, type MemoryDriver, memoryDriver } from '../../../src/engine/index.ts';
import { CircuitRecorder } from '../../support/circuit-recorder.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeIsnsServer, isnsPlace, knownTarget } from '../../support/fake-isns-server.ts';

const me = 'iqn.2026-11.hawser.test:me';

interface Bench extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly driver: MemoryDriver;
  readonly server: FakeIsnsServer;
  readonly registration: IsnsRegistration;
  readonly lost: IscsiError[];
  readonly changes: () => number;
}

function openBench(options: Partial<IsnsRegistrationOptions> = {}, driver: MemoryDriver = memoryDriver()): Bench {
  const clock = new FakeClock();
  const server = new FakeIsnsServer(driver);
  const registration = new IsnsRegistration({
    server: { host: isnsPlace.host },
    node: () => ({ name: me, alias: undefined }),
    binding: { localAddress: '192.0.2.50' },
    transport: driver,
    clock,
    random: () => 1,
    ...options,
  });
  const lost: IscsiError[] = [];
  let changed = 0;
  registration.events.on('lost', (error) => lost.push(error));
  registration.events.on('changed', () => {
    changed += 1;
  });
  return {
    clock,
    driver,
    server,
    registration,
    lost,
    changes: () => changed,
    async [Symbol.asyncDispose]() {
      const closed = registration.close();
      await clock.advance(20_000);
      await closed;
      assert.equal(clock.pendingTimers, 0);
    },
  };
}

/** Connects to the port that was registered for notices, and says something there. */
async function notify(
  { driver, server }: Bench,
  id: number,
  attributes: readonly IsnsAttribute[],
): Promise<CircuitRecorder> {
  const far = new Engine();
  const recorder = new CircuitRecorder();
  const port = Number(server.value(functionId.devAttrReg, isnsTag.scnPort));
  const circuit = await far
    .buildTransport(driver)
    .buildAddress()
    .buildConnection({ host: '192.0.2.50', port })
    .buildCircuit({ handlers: recorder });
  const payload = encodeAttributes(attributes);
  circuit.send([encodeMessage({ functionId: id, transactionId: 9, sender: 'server', replaces: false, payload })]);
  return recorder;
}

/** Ends every connection to the server, which goes on at once, and waits until that is noticed. */
async function loseServer({ server, registration }: Bench): Promise<void> {
  const lost = once(registration.events, 'lost');
  server.stop();
  server.start();
  await lost;
}

const scn = [
  { tag: isnsTag.iscsiName, value: me },
  { tag: isnsTag.timestamp, value: 1 },
  { tag: isnsTag.iscsiScnBitmap, value: 8 },
  { tag: isnsTag.iscsiName, value: knownTarget },
];

suite('IsnsRegistration', () => {
  test('RFC 4171 §5.6.5.1 it registers by itself, at the address from which the server is reached, and replaces what was', async () => {
    await using bench = openBench();
    const { server, registration } = bench;
    await once(registration.events, 'registered');
    assert.equal(registration.isRegistered, true);
    const [first] = server.asked;
    assert.equal(first?.functionId, functionId.devAttrReg);
    assert.equal(first.replaces, true);
    assert.equal(server.value(functionId.devAttrReg, isnsTag.portalIpAddress), '192.0.2.50');
    assert.equal(server.value(functionId.devAttrReg, isnsTag.entityIdentifier), me);
    assert.deepEqual(
      (await registration.targets()).map(({ name }) => name),
      [knownTarget],
    );
    assert.equal(server.requests(functionId.devAttrReg).length, 1);
    await registration.close();
    assert.equal(server.value(functionId.devDereg, isnsTag.entityIdentifier), me);
  });

  test('attempts to register come with growing pauses, at most the longest, and begin anew after a success', async () => {
    await using bench = openBench({ limits: { longestRetryMs: 4_000 } });
    const { server, clock, lost, registration } = bench;
    server.stop();
    await clock.advance(0);
    const counts = [];
    for (const ms of [1_000, 2_000, 4_000, 4_000]) {
      await clock.advance(ms);
      counts.push(lost.length);
    }
    assert.deepEqual(counts, [2, 3, 4, 5]);
    assert.ok(lost.every(({ code }) => code === 'ISNS_UNREACHABLE'));
    server.start();
    const back = once(registration.events, 'registered');
    await clock.advance(4_000);
    await back;
    await loseServer(bench);
    assert.equal(registration.isRegistered, false);
    const again = once(registration.events, 'registered');
    await clock.advance(1_000);
    await again;
    assert.equal(registration.isRegistered, true);
  });

  test('a question does not wait for the end of a pause', async () => {
    await using bench = openBench();
    const { server, clock, registration } = bench;
    server.stop();
    await clock.advance(10_000);
    server.start();
    assert.equal((await registration.targets()).length, 1);
    assert.equal(registration.isRegistered, true);
  });

  test('after a loss it registers again without replacing, and news are asked for', async () => {
    await using bench = openBench();
    const { server, clock, registration, changes } = bench;
    await registration.targets();
    assert.equal(changes(), 0);
    await loseServer(bench);
    const again = once(registration.events, 'registered');
    await clock.advance(1_000);
    await again;
    assert.equal(changes(), 0);
    await clock.advance(200);
    assert.equal(changes(), 1);
    const registrations = server.asked.filter((each) => each.functionId === functionId.devAttrReg);
    assert.deepEqual(
      registrations.map(({ replaces }) => replaces),
      [true, false],
    );
  });

  test('a line that is cut after any byte of the answers is ISNS_UNREACHABLE, and the next question is answered', async () => {
    const whole = openBench();
    await whole.registration.targets();
    const { sentBytes } = whole.server;
    await whole[Symbol.asyncDispose]();
    assert.ok(sentBytes > 100);
    for (let cutAfter = 0; cutAfter < sentBytes; cutAfter += 1) {
      await using bench = openBench();
      bench.server.cutAfter = cutAfter;
      await assert.rejects(bench.registration.targets(), { code: 'ISNS_UNREACHABLE' }, `after ${cutAfter}`);
      if (bench.lost.length === 0) await once(bench.registration.events, 'lost');
      assert.equal((await bench.registration.targets()).length, 1, `after ${cutAfter}`);
    }
  });

  test('RFC 4171 §6.2.6 it lets the server hear from it at half the period, and registers again where it is not known any more', async () => {
    await using bench = openBench();
    const { server, clock, registration, changes } = bench;
    server.periodSeconds = 100;
    await registration.targets();
    const queries = server.requests(functionId.devAttrQry).length;
    await clock.advance(49_000);
    assert.equal(server.requests(functionId.devAttrQry).length, queries);
    await clock.advance(1_000);
    assert.equal(server.requests(functionId.devAttrQry).length, queries + 1);
    assert.equal(server.requests(functionId.devAttrReg).length, 1);
    server.knowsNode = false;
    const again = once(registration.events, 'registered');
    await clock.advance(50_000);
    await again;
    assert.equal(server.requests(functionId.devAttrReg).length, 2);
    await clock.advance(200);
    assert.equal(changes(), 1);
  });

  test('a server that refuses the presence query is taken not to know us', async () => {
    await using bench = openBench();
    const { server, clock, registration } = bench;
    await registration.targets();
    server.rule = (id) => (id === functionId.devAttrQry ? 6 : 0);
    const again = once(registration.events, 'registered');
    await clock.advance(300_000);
    await again;
    assert.equal(server.requests(functionId.devAttrReg).length, 2);
  });

  test('RFC 4171 §5.6.5.5 a server that sends no notices is asked all the same', async () => {
    await using bench = openBench();
    const { server, registration } = bench;
    server.rule = (id) => (id === functionId.scnReg ? 17 : 0);
    assert.equal((await registration.targets()).length, 1);
    assert.equal(registration.isRegistered, false);
  });

  test('a refused registration is ISNS_REFUSED with its status, for whoever asks', async () => {
    await using bench = openBench();
    const { server, registration } = bench;
    server.rule = () => 8;
    await assert.rejects(registration.targets(), { code: 'ISNS_REFUSED', status: 8 });
  });

  test('RFC 4171 §5.4 without status inquiries where the server has none', async () => {
    await using bench = openBench({ statusInquirySeconds: 30 });
    const { server, registration } = bench;
    server.rule = (id) => (id === functionId.devAttrReg && server.requests(id).length === 1 ? 21 : 0);
    await registration.targets();
    const [first, second] = server
      .requests(functionId.devAttrReg)
      .map((all) => all.some(({ tag }) => tag === isnsTag.esiPort));
    assert.deepEqual([first, second], [true, false]);
  });

  test('RFC 4171 §5.7.5.8 notices are answered, and gathered into one change', async () => {
    await using bench = openBench();
    const { clock, registration, changes } = bench;
    await registration.targets();
    const recorders = await Promise.all([notify(bench, functionId.scn, scn), notify(bench, functionId.scn, scn)]);
    await Promise.all(recorders.map((recorder) => recorder.until(() => recorder.receivedLength >= 16)));
    assert.equal(Buffer.from(recorders[0].bytes).readUInt32BE(12), 0);
    assert.equal(changes(), 0);
    await clock.advance(200);
    assert.equal(changes(), 1);
  });

  test('a change that comes while a question is open is told when that is answered', async () => {
    await using bench = openBench();
    const { clock, server, registration, changes } = bench;
    await registration.targets();
    server.rule = (id) => (id === functionId.devAttrQry ? undefined : 0);
    const asked = registration.targets();
    const recorder = await notify(bench, functionId.scn, scn);
    await recorder.until(() => recorder.receivedLength >= 16);
    await clock.advance(1_000);
    assert.equal(changes(), 0);
    const last = server.asked.at(-1);
    assert.ok(last);
    const answer = { ...last, functionId: 0x8002, sender: 'server', payload: encodeAnswer(0, []) } as const;
    server.peers.at(-1)?.send([encodeMessage(answer)]);
    assert.deepEqual(await asked, []);
    await clock.advance(200);
    assert.equal(changes(), 1);
  });

  test('a notice for somebody else changes nothing, and the server hears so', async () => {
    await using bench = openBench();
    const { clock, registration, changes } = bench;
    await registration.targets();
    const stranger = { tag: isnsTag.iscsiName, value: 'iqn.2026-11.hawser.test:stranger' };
    const recorder = await notify(bench, functionId.scn, [stranger, ...scn.slice(1)]);
    await recorder.until(() => recorder.receivedLength >= 16);
    assert.equal(Buffer.from(recorder.bytes).readUInt32BE(12), 9);
    await clock.advance(1_000);
    assert.equal(changes(), 0);
  });

  test('a connection that says nothing, or nonsense, to the notice port is ended', async () => {
    await using bench = openBench();
    const { clock, registration } = bench;
    await registration.targets();
    const nonsense = await notify(bench, functionId.scn, scn.slice(1));
    await nonsense.until(() => nonsense.ends.length === 1);
    const silent = await notify(bench, functionId.heartbeat, []);
    await clock.advance(59_000);
    assert.equal(silent.ends.length, 0);
    await clock.advance(2_000);
    await silent.until(() => silent.ends.length === 1);
  });

  test('a new name is registered in place of the old one, and a new alias beside it', async () => {
    let node: IsnsNode = { name: me, alias: undefined };
    await using bench = openBench({ node: () => node });
    const { server, registration } = bench;
    await registration.targets();
    node = { name: me, alias: 'disks' };
    await registration.targets();
    assert.equal(server.value(functionId.devAttrReg, isnsTag.iscsiAlias), 'disks');
    assert.equal(server.requests(functionId.devDereg).length, 0);
    node = { name: 'iqn.2026-11.hawser.test:new', alias: 'disks' };
    await Promise.all([registration.targets(), registration.targets()]);
    assert.equal(server.value(functionId.devDereg, isnsTag.entityIdentifier), me);
    assert.equal(server.value(functionId.devAttrReg, isnsTag.iscsiName), node.name);
    assert.equal(server.requests(functionId.devAttrReg).length, 3);
  });

  test('a notice port that somebody has is ISCSI_LISTEN_FAILED, and is had when it is free', async () => {
    const driver = memoryDriver();
    const taken = driver.listen({ host: '192.0.2.50', port: 4000 }, () => ({ received: () => undefined }));
    await using bench = openBench({ noticePort: 4000 }, driver);
    await assert.rejects(bench.registration.targets(), { code: 'ISCSI_LISTEN_FAILED' });
    taken.close();
    await bench.registration.targets();
    assert.equal(bench.server.value(functionId.devAttrReg, isnsTag.scnPort), 4000);
  });

  test('closing waits for a silent server no longer than its limit, and ends every question', async () => {
    await using bench = openBench();
    const { clock, server, registration } = bench;
    await registration.targets();
    server.rule = () => undefined;
    const asked = assert.rejects(registration.targets(), { code: 'ISCSI_CLOSED' });
    let isClosed = false;
    const closed = registration.close().then(() => {
      isClosed = true;
    });
    await clock.advance(2_999);
    assert.equal(isClosed, false);
    await clock.advance(1);
    await Promise.all([asked, closed]);
    await assert.rejects(registration.targets(), { code: 'ISCSI_CLOSED' });
  });

  test('closing while the server is out of reach is done at once', async () => {
    const bench = openBench();
    bench.server.stop();
    await bench.clock.advance(5_000);
    await bench.registration.close();
    assert.equal(bench.clock.pendingTimers, 0);
  });
});
