// How the tour ends: a look back, a service that stops and starts again with what it has kept, and nothing that is left.

import type { UniqueId } from '../../service/index.ts';
import { require, until, untilThere } from './checks.ts';
import type { Tour } from './context.ts';
import { openDisk, readImage } from './data.ts';

/** Metrics that say what the tour did so far. */
const shownMetrics = ['hawser_logins_total', 'hawser_losses_total', 'hawser_recoveries_total'];

/** Events of which the tour knows how many there have been. */
const knownEvents = { sessionLoggedIn: 2, sessionLost: 2, sessionBack: 2, sessionLoggedOut: 2, holdTaken: 1 } as const;

/** What readers of the event stream were told, and what Prometheus would be told. */
export async function lookBack({ running, guide, signal }: Tour): Promise<void> {
  const { events } = running;
  await guide.step('Look back at the events', async () => {
    const areThere = (): boolean =>
      Object.entries(knownEvents).every(([type, count]) => (events.counts().get(type) ?? 0) >= count);
    await until(areThere, undefined, signal);
    const counts = [...events.counts()];
    const told =
      `${counts.map(([type, count]) => `${type} ${count}`).join(', ')}\n` +
      `The last one is ${events.lastId ?? ''}: whoever loses the line goes on from there`;
    return { told, facts: { events: Object.fromEntries(counts) } };
  });
  await guide.step('Look at the metrics', async () => {
    const lines = (await running.inProcess.metrics.metrics()).split('\n');
    const shown = lines.filter((line) => shownMetrics.some((name) => line.startsWith(`${name}{`)));
    const isCounted = shown.some((line) => /^hawser_recoveries_total\{of="session"\} [1-9]/.test(line));
    require(isCounted, 'the metrics do not count the session that came back');
    return { told: shown.join('\n'), facts: { metrics: shown } };
  });
}

/** Stops the service and starts it again: what is persistent comes back. Resolves with the new session. */
export async function restartService(tour: Tour): Promise<UniqueId> {
  const { running, stage, guide, signal } = tour;
  const { sessionId } = await guide.step('Stop the service and start it again', async () => {
    const last = running.events.lastId;
    await running.stop();
    require(stage.main.target.sessions().length === 0, 'the target still has a session');
    await running.start(last);
    const { client } = running;
    const id = await untilThere(
      async () => (await client.persistentLogins({ signal }))[0]?.actual.sessionId,
      undefined,
      signal,
    );
    await until(async () => (await client.status({ signal })).isReady, undefined, signal);
    const { connections, targetName, authType } = await client.session({ sessionId: id }, { signal });
    require(connections.length === 2 && targetName === stage.main.target.name, 'the session is not the one wanted');
    const told = `The login that was kept was carried out: session ${id}, two connections, CHAP by the secrets in the store`;
    return { sessionId: id, told, facts: { sessionId: id, targetName, authType } };
  });
  const disk = await openDisk(tour, sessionId);
  await readImage(tour, disk, 'Read the archive once more');
  await disk.close();
  return sessionId;
}

/** Nothing is wanted any more, and nothing is there. */
export async function endEverything({ running, stage, guide, signal }: Tour, sessionId: UniqueId): Promise<void> {
  const { client } = running;
  await guide.step('Forget the login and log out', async () => {
    const { removed } = await client.removePersistentLogin({ targetName: stage.main.target.name }, { signal });
    const { isClean } = await client.logout({ sessionId }, { signal });
    const { counts } = await client.status({ signal });
    require(isClean && removed === 1 && counts.sessions === 0, 'something of the login is left');
    return { told: 'No login is wanted any more, and none is there', facts: { counts } };
  });
}

/** Targets without sessions. */
export async function lookAtTargets({ stage, guide, signal }: Tour): Promise<void> {
  await guide.step('Look at the targets', async () => {
    const all = [stage.main.target, stage.side.target];
    const areLeft = (): boolean => all.every((target) => target.sessions().length + target.connectionCount === 0);
    await until(areLeft, undefined, signal);
    return { told: 'They have no session and no connection left', facts: { sessions: 0, connections: 0 } };
  });
}
