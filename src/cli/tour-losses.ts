// The steps of the tour in which the network fails: one connection under load, then all of them at once.

import { once } from 'node:events';
import type { InitiatorSession } from '../adapter/index.ts';
import { type IscsiError, raceAbort } from '../base/index.ts';
import { commandsOn, connectionsOf, require, until } from './tour-checks.ts';
import type { TourGuide } from './tour-guide.ts';
import type { TourLoad } from './tour-load.ts';
import type { TourStage } from './tour-stage.ts';

/** What these steps need of the tour. */
interface LossTour {
  readonly stage: TourStage;
  readonly guide: TourGuide;
  readonly signal: AbortSignal;
}

/** Cuts one connection while requests run: the others carry what was on it, and it is opened again. */
export async function loseConnection(tour: LossTour, session: InitiatorSession, load: TourLoad): Promise<void> {
  const { stage, guide, signal } = tour;
  const cid = connectionsOf(session).at(-1) ?? 0;
  await guide.step('Lose a connection under load', async () => {
    const before = load.requests;
    const lost = once(session.events, 'connectionLost') as Promise<[cid: number, error: IscsiError]>;
    const recovered = once(session.events, 'connectionRecovered');
    stage.target.sessions()[0]?.cut(cid);
    const [, error] = await raceAbort(lost, signal);
    await until(() => load.requests > before + 500, load, signal);
    require(!connectionsOf(session).includes(cid), 'the connection is back before its time');
    await raceAbort(recovered, signal);
    const meanwhile = load.requests - before;
    await until(() => commandsOn(session, cid) >= 100, load, signal);
    const told =
      `${error.message}\nConnection ${connectionsOf(session)[0] ?? 0} took over, and carried ${meanwhile} more requests ` +
      `before it was open again; none failed`;
    return {
      told,
      facts: { cid, code: error.code, requestsMeanwhile: meanwhile, connections: connectionsOf(session) },
    };
  });
}

/** Cuts every connection at once: requests wait until the session is back. */
export async function loseAllConnections(tour: LossTour, session: InitiatorSession, load: TourLoad): Promise<void> {
  const { stage, guide, signal } = tour;
  await guide.step('Lose all connections at once', async () => {
    const cids = connectionsOf(session);
    const resumed = once(session.events, 'resumed') as Promise<[how: string]>;
    const others = once(session.events, 'connectionRecovered');
    for (const cid of cids) stage.target.sessions()[0]?.cut(cid);
    const [how] = await raceAbort(resumed, signal);
    const { requests } = load;
    await until(() => load.requests > requests + 500, load, signal);
    await raceAbort(others, signal);
    require(connectionsOf(session).length === cids.length, 'a connection is missing');
    const told = `The session was ${how} and goes on with ${cids.length} connections; requests waited, none failed`;
    return { told, facts: { how, connections: connectionsOf(session) } };
  });
}
