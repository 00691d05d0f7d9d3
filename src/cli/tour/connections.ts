// The steps of the tour that change connections: added, removed and preferred under load; and removals that are refused.

import type { UniqueId } from '../../service/index.ts';
import { commandsOn, connectionThat, openConnections, refusal, require, until } from './checks.ts';
import type { LoadedTour, Tour } from './context.ts';

/** A connection joins while requests run, and leaves while they run. */
export async function addAndRemove({ running, guide, signal, load, sessionId }: LoadedTour): Promise<void> {
  const { client } = running;
  const { connectionId } = await guide.step('Add a connection under load', async () => {
    await until(() => load.requests > 500, load, signal);
    const added = await client.addConnection({ sessionId }, { signal });
    const carried = async (): Promise<number> => await commandsOn(client, sessionId, added.connectionId);
    await until(async () => (await carried()) >= 500, load, signal);
    const connections = openConnections(await client.session({ sessionId }, { signal }));
    const told = `${added.connectionId} joined while requests ran, and has carried ${await carried()} of them`;
    return { ...added, told, facts: { ...added, connections } };
  });
  await guide.step('Remove it under load', async () => {
    const carried = await commandsOn(client, sessionId, connectionId);
    await client.removeConnection({ sessionId, connectionId }, { signal });
    const { requests } = load;
    await until(() => load.requests > requests + 500, load, signal);
    const connections = openConnections(await client.session({ sessionId }, { signal }));
    require(connections.length === 2, 'the session does not have two connections again');
    const told = `It was drained after ${carried} commands and logged out; the others go on`;
    return { told, facts: { connectionId, connections } };
  });
}

/** One connection carries everything for a while. */
export async function changePolicy({ running, guide, signal, load, sessionId }: LoadedTour): Promise<void> {
  const { client } = running;
  await guide.step('Change the policy under load', async () => {
    const session = await client.session({ sessionId }, { signal });
    const [idle, busy] = [true, false].map((isLeading) => connectionThat(isLeading, session).connectionId) as [
      UniqueId,
      UniqueId,
    ];
    await client.setPolicy({ sessionId, policy: 'failOver', active: [busy] }, { signal });
    const before = await Promise.all([idle, busy].map((id) => commandsOn(client, sessionId, id)));
    await until(async () => (await commandsOn(client, sessionId, busy)) > (before[1] ?? 0) + 500, load, signal);
    const idled = (await commandsOn(client, sessionId, idle)) - (before[0] ?? 0);
    require(idled === 0, `the connection that was not preferred carried ${idled} commands`);
    const { policy } = await client.setPolicy({ sessionId, policy: session.policy }, { signal });
    const told = `With failOver, ${busy} carried everything and the other connection nothing; ${policy} is back`;
    return { told, facts: { busy, idle, policy } };
  });
}

/** The leading connection stays, and so does the last one. */
export async function refuseRemovals({ running, guide, signal }: Tour, sessionId: UniqueId): Promise<void> {
  const { client } = running;
  const session = await client.session({ sessionId }, { signal });
  const leading = connectionThat(true, session).connectionId;
  const second = connectionThat(false, session).connectionId;
  const remove = async (connectionId: UniqueId): Promise<void> => {
    await client.removeConnection({ sessionId, connectionId }, { signal });
  };
  await guide.step('Try to remove the leading connection', async () => {
    const error = await refusal('ISCSI_LEADING_CONNECTION', () => remove(leading));
    return { told: `Refused: ${error.message} (${error.code})`, facts: { code: error.code } };
  });
  await guide.step('Try to remove the last connection', async () => {
    await remove(second);
    const error = await refusal('ISCSI_LAST_CONNECTION', () => remove(leading));
    const connections = openConnections(await client.session({ sessionId }, { signal }));
    return {
      told: `The other one went; then refused: ${error.message} (${error.code})`,
      facts: { code: error.code, connections },
    };
  });
}
