// The steps of the tour in which things fail under load: one connection, all of them at once, the whole target.

import type { ServiceEvent, SessionInfo } from '../../service/index.ts';
import { commandsOn, connectionThat, require, until, untilTold } from './checks.ts';
import type { LoadedTour } from './context.ts';

/** How long the target is away. */
const downMs = 300;

/** Cuts one connection while requests run: the others carry what was on it, and it is opened again under its id. */
export async function loseConnection(tour: LoadedTour): Promise<void> {
  const { running, stage, guide, signal, load, sessionId } = tour;
  const { client, events } = running;
  await guide.step('Lose a connection under load', async () => {
    const { cid, connectionId } = connectionThat(false, await session(tour));
    const ofIt = { events, from: events.count, isMeant: (event: ServiceEvent) => event.connectionId === connectionId };
    const before = load.requests;
    stage.main.target.sessions()[0]?.cut(cid);
    const { detail } = await untilTold({ ...ofIt, type: 'connectionLost' }, load, signal);
    await untilTold({ ...ofIt, type: 'connectionRecovered' }, load, signal);
    const meanwhile = load.requests - before;
    const carried = await commandsOn(client, sessionId, connectionId);
    await until(async () => (await commandsOn(client, sessionId, connectionId)) >= carried + 100, load, signal);
    const { code, message } = detail['error'] as { readonly code: string; readonly message: string };
    const told =
      `${message} (${code})\nThe other one took over, and carried ${meanwhile} requests before ${connectionId} was open ` +
      `again; none failed`;
    return { told, facts: { connectionId, code, requestsMeanwhile: meanwhile } };
  });
}

/** Cuts every connection at once: requests wait until the session is back. */
export async function loseAllConnections(tour: LoadedTour): Promise<void> {
  const { stage, guide } = tour;
  await guide.step('Lose all connections at once', async () => {
    const target = stage.main.target.sessions()[0];
    return await loseSession(tour, async () => {
      for (const { cid } of (await session(tour)).connections) target?.cut(cid);
    });
  });
}

/** The target loses its power: it has forgotten the session when it is back. */
export async function loseTarget(tour: LoadedTour): Promise<void> {
  const { stage, guide } = tour;
  await guide.step('Lose the target', async () => {
    return await loseSession(tour, async () => {
      await stage.main.target.reboot({ downMs });
    });
  });
}

/** The session is the same one when it is back, by its id and by those of its connections. */
async function loseSession(
  tour: LoadedTour,
  lose: () => Promise<void>,
): Promise<{ readonly told: string; readonly facts: Readonly<Record<string, unknown>> }> {
  const { running, load, signal, sessionId } = tour;
  const { events } = running;
  const before = await session(tour);
  const from = events.count;
  await lose();
  const { detail } = await untilTold({ events, type: 'sessionBack', from }, load, signal);
  const { requests } = load;
  await until(() => load.requests > requests + 500, load, signal);
  await until(async () => (await session(tour)).connections.every(isOpen), load, signal);
  const after = await session(tour);
  require(idsOf(after) === idsOf(before), 'the connections have other ids than before');
  const how = String(detail['how']);
  const told =
    `The session was ${how} and goes on as ${sessionId} with ${after.connections.length} connections, all ids as before; ` +
    `requests waited, none failed`;
  return { told, facts: { how, sessionId, connections: after.connections.length, recoveries: after.recoveries } };
}

async function session({ running, sessionId, signal }: LoadedTour): Promise<SessionInfo> {
  return await running.client.session({ sessionId }, { signal });
}

function isOpen({ state }: SessionInfo['connections'][number]): boolean {
  return state === 'loggedIn';
}

function idsOf({ connections }: SessionInfo): string {
  return connections
    .map(({ connectionId }) => connectionId)
    .sort()
    .join(' ');
}
