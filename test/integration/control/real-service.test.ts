// The service itself behind the control API: both doors show the same, and refuse the same.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { type ControlClient, openControlClient, openControlServer } from 'hawser/control';
import { listenTarget, type Target } from 'hawser/target';
import type { IscsiError } from '../../../src/base/index.ts';
import { type InitiatorService, openService, type Service, type ServiceEvent } from '../../../src/service/index.ts';
import { makeTempDir } from '../../support/temp.ts';

interface Bench extends AsyncDisposable {
  readonly service: Service;
  readonly client: ControlClient;
  readonly target: Target;
}

async function openBench(): Promise<Bench> {
  const folder = await makeTempDir();
  const target = await listenTarget({
    name: 'iqn.2026-11.test:real',
    luns: [{ lun: 0, device: createMemoryDevice(1024 * 1024) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4 },
  });
  const service = await openService({ stateDirectory: folder.file('state') });
  const server = await openControlServer({ service, socketPath: folder.file('s') });
  const client = openControlClient({ socketPath: folder.file('s') });
  return {
    service,
    client,
    target,
    async [Symbol.asyncDispose]() {
      await client.close();
      await service.close();
      await server.close();
      await target.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const reads = [
  'initiator',
  'portals',
  'isnsServers',
  'targets',
  'sessions',
  'devices',
  'holds',
  'persistentLogins',
  'persistentDevices',
  'secrets',
  'radiusServers',
  'tunnelAddresses',
  'version',
] as const;

/** Everything that can be read, as a door shows it. */
async function look(door: InitiatorService): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for (const name of reads)
    seen[name] = await (name === 'targets' ? door.targets({ includesHidden: true }) : door[name]());
  seen['state'] = await door.exportState({ includesSecrets: true });
  seen['ike'] = await door.ikeSettings({});
  return seen;
}

async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'done',
    (error: unknown) => {
      const { name, code, message, effect, isRetryable } = error as IscsiError;
      return { name, code, message, effect, isRetryable, field: (error as { readonly field?: string }).field };
    },
  );
}

/** The type of the next event. */
async function nextType(events: AsyncIterator<ServiceEvent>): Promise<string | undefined> {
  const step = await events.next();
  return step.done === true ? undefined : step.value.type;
}

suite('the service behind its control API', () => {
  test('does all that it does in the process, and shows the same at both doors', async () => {
    await using bench = await openBench();
    const { client, service, target } = bench;
    const portal = target.portals[0]!;
    await client.setInitiator({ alias: 'me' });
    assert.equal((await client.addPortal({ ...portal, symbolicName: 'first' })).outcome.targetCount, 1);
    await client.addStaticTarget({
      targetName: 'iqn.2026-11.test:static',
      isHidden: true,
      portals: [{ host: 'host.example', port: 3260 }],
      loginOptions: { authType: 'chap', password: 'correct horse battery' },
    });
    const { sessionId } = await client.login({
      targetName: target.name,
      isPersistent: true,
      loginOptions: { maximumConnections: 4 },
    });
    const { connectionId } = await client.addConnection({ sessionId });
    await client.setPolicy({ sessionId, policy: 'weightedPaths', weights: { [connectionId]: 5 } });
    const inquiry = await client.scsiInquiry({ sessionId, lun: 0 });
    assert.equal(inquiry.scsiStatus, 0);
    assert.deepEqual(await client.scsiReportLuns({ sessionId }), await service.scsiReportLuns({ sessionId }));
    assert.deepEqual(
      await client.scsiReadCapacity({ sessionId, lun: 0 }),
      await service.scsiReadCapacity({ sessionId, lun: 0 }),
    );
    const { holdId } = await client.holdDevice({ path: `${target.name}/0`, label: 'backup', leaseMs: 60_000 });
    await client.addPersistentDevice({ path: `${target.name}/0` });
    await client.waitForPersistentDevices({ timeoutMs: 5000 });
    await client.setChapSecret({ secret: { hex: '00112233445566778899aabbcc' } });
    await client.addRadiusServer({ address: '192.0.2.1' });
    assert.deepEqual(await look(client), await look(service));
    const busy = await refusalOf(client.logout({ sessionId, askTimeoutMs: 100 }));
    assert.deepEqual(busy, await refusalOf(service.logout({ sessionId, askTimeoutMs: 100 })));
    assert.equal((busy as { code: string }).code, 'ISCSI_DEVICE_BUSY');
    await client.releaseHold({ holdId });
    await client.removeConnection({ sessionId, connectionId });
    const { isClean } = await client.logout({ sessionId });
    assert.equal(isClean, true);
    assert.deepEqual(target.sessions(), []);
    assert.deepEqual(await look(client), await look(service));
  });

  test('refuses at both doors with the same class, code and field', async () => {
    await using bench = await openBench();
    const { client, service } = bench;
    const both = async (work: (door: InitiatorService) => Promise<unknown>, code: string): Promise<void> => {
      const over = await refusalOf(work(client));
      assert.deepEqual(over, await refusalOf(work(service)));
      assert.equal((over as { code?: string }).code, code);
    };
    await both((door) => door.session({ sessionId: '0000000000000001-0000000000000002' }), 'SERVICE_SESSION_UNKNOWN');
    await both((door) => door.logout({ sessionId: '0000000000000001-0000000000000002' }), 'SERVICE_SESSION_UNKNOWN');
    await both((door) => door.login({ targetName: 'iqn.2026-11.test:none' }), 'SERVICE_TARGET_UNKNOWN');
    await both((door) => door.removePortal({ host: '192.0.2.9', port: 3260 }), 'SERVICE_PORTAL_UNKNOWN');
    await both((door) => door.removeStaticTarget({ targetName: 'iqn.2026-11.test:none' }), 'SERVICE_TARGET_UNKNOWN');
    await both((door) => door.removePersistentLogin({ targetName: 'iqn.2026-11.test:none' }), 'SERVICE_LOGIN_UNKNOWN');
    await both((door) => door.addPersistentDevice({ path: 'iqn.2026-11.test:none/0' }), 'SERVICE_DEVICE_UNKNOWN');
    await both((door) => door.releaseHold({ holdId: 'none' }), 'SERVICE_HOLD_UNKNOWN');
    await both((door) => door.setChapSecret({ secret: 'short' }), 'SERVICE_SECRET_INVALID');
    await both((door) => door.addPortal({ host: 'a b', port: 3260 }), 'SERVICE_BAD_REQUEST');
    await both((door) => door.login({ targetName: 'no name' }), 'SERVICE_BAD_REQUEST');
    await both((door) => door.removeIsnsServer({ address: '192.0.2.9' }), 'SERVICE_SERVER_UNKNOWN');
  });

  test('tells events over the socket as it tells them in the process', async () => {
    await using bench = await openBench();
    const { client, service, target } = bench;
    const near = service.events({ after: 'none-0' })[Symbol.asyncIterator]();
    const far = client.events({ after: 'none-0' })[Symbol.asyncIterator]();
    assert.equal(await nextType(near), 'eventsMissed');
    assert.equal(await nextType(far), 'eventsMissed');
    await client.addPortal(target.portals[0]!);
    await client.login({ targetName: target.name });
    for (let type: string | undefined; type !== 'sessionLoggedIn'; ) {
      const { value } = (await near.next()) as IteratorYieldResult<{ readonly type: string }>;
      assert.deepEqual((await far.next()).value, value);
      type = value.type;
    }
    await service.close();
    for (let isDone = false; !isDone; ) {
      const step = await near.next();
      assert.deepEqual(await far.next(), step);
      isDone = step.done === true;
    }
  });
});
