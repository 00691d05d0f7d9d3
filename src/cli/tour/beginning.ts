// How the tour begins: the service starts, learns of targets, logs in, and lists what is there.

import type { KnownTarget, LoginResult, UniqueId } from '../../service/index.ts';
import { formatPortal } from '../client/place.ts';
import { formatSize } from '../sizes.ts';
import { require } from './checks.ts';
import type { Tour } from './context.ts';

/** Starts the service in this process; from here on it is asked over its socket. */
export async function startService({ running, stage, guide, signal }: Tour): Promise<void> {
  await guide.step('Start the service', async () => {
    await running.start();
    const { client, socketPath, stateDirectory } = running;
    await client.setInitiator({ alias: 'hawser tour' }, { signal });
    await client.setChapSecret({ secret: stage.chapSecret }, { signal });
    const { nodeName } = await client.initiator({ signal });
    const secrets = await client.secrets({ signal });
    require(secrets.length === 1, 'the service does not keep one secret');
    const told =
      `It keeps its records in ${stateDirectory} and is asked at ${socketPath}\n` +
      `It is the node ${nodeName}; the secret by which targets prove themselves is kept encrypted, and never shown`;
    return { told, facts: { nodeName, stateDirectory, socketPath, secrets } };
  });
}

/** One target is discovered, the other one is told. */
export async function findTargets({ running, stage, guide, signal }: Tour): Promise<void> {
  const { main, side, proof } = stage;
  const { client } = running;
  await guide.step('Add a SendTargets portal', async () => {
    const { outcome } = await client.addPortal({ ...main.portal, loginOptions: proof }, { signal });
    require(outcome.targetCount === 1, `the portal told of ${outcome.targetCount} targets`);
    const told = `${formatPortal(main.portal)} was asked, after mutual CHAP, and told of ${outcome.targetCount} target`;
    return { told, facts: { outcome } };
  });
  await guide.step('List the targets', async () => {
    await client.addStaticTarget({ targetName: side.target.name, portals: [side.portal] }, { signal });
    const targets = await client.targets({}, { signal });
    require(targets.length === 2, `${targets.length} targets are known`);
    return { told: targets.map(describeTarget).join('\n'), facts: { targets } };
  });
}

function describeTarget({ targetName, instances }: KnownTarget): string {
  const sources = instances.map(
    ({ mechanism, portals }) => `${mechanism}, at ${portals.map(formatPortal).join(' and ')}`,
  );
  return `${targetName}: by ${sources.join('; ')}`;
}

/** Logs in to both targets side by side; the first login is kept for every start of the service. */
export async function logIn({ running, stage, guide, signal }: Tour): Promise<{ main: UniqueId; side: UniqueId }> {
  return await guide.step('Log in to both', async () => {
    const { client } = running;
    // Targets commonly have a connection that was lost wait for 2 s; that is long for who looks on.
    const loginOptions = { ...stage.proof, connections: 2, defaultTime2Wait: 1 };
    const [main, side] = await Promise.all([
      client.login({ targetName: stage.main.target.name, loginOptions, isPersistent: true }, { signal }),
      client.login({ targetName: stage.side.target.name }, { signal }),
    ]);
    const { connections, tsih, parameters } = await client.session({ sessionId: main.sessionId }, { signal });
    require(connections.length === 2, 'the session does not have two connections');
    const told =
      `Session ${main.sessionId}: mutual CHAP, two connections (the target allows ${parameters.maxConnections}), ` +
      `kept for every start of the service\nSession ${side.sessionId}: with the other target`;
    const facts = {
      sessionId: main.sessionId,
      tsih,
      connections: connections.length,
      parameters,
      side: side.sessionId,
    };
    return { main: idOf(main), side: idOf(side), told, facts };
  });
}

function idOf({ sessionId, wasThere }: LoginResult): UniqueId {
  require(!wasThere, 'there was a session before the login');
  return sessionId;
}

/** What the sessions bring. */
export async function showDevices({ running, guide, signal }: Tour): Promise<void> {
  await guide.step('List the devices', async () => {
    const devices = await running.client.devices({ rescan: true }, { signal });
    require(devices.length === 2, `there are ${devices.length} devices`);
    const lines = devices.map(({ path, vendor, product, size, osBusNumber, osTargetNumber, osLun }) => {
      const about = `${vendor} ${product}${size === undefined ? '' : ` of ${formatSize(size)}`}`;
      return `${path}: a ${about}, as bus ${osBusNumber} target ${osTargetNumber} LUN ${osLun}`;
    });
    return { told: lines.join('\n'), facts: { devices } };
  });
}
