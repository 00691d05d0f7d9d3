// The discovery sessions that an instance keeps, by their ids.

import { ServiceError } from '../../base/index.ts';
import type { DiscoverySession } from '../discovery-session.ts';
import type { LogoutReport } from '../initiator-session.ts';
import type { InstanceAuthType } from './instance-session.ts';
import { formatUniqueId, type UniqueIds } from './unique-ids.ts';

/** A discovery session of an instance. */
export interface InstanceDiscovery {
  /** Stays the same until the logout, over losses too. */
  readonly uniqueSessionId: bigint;
  readonly uniqueConnectionId: bigint;
  readonly session: DiscoverySession;
  readonly authType: InstanceAuthType;
}

/** All of them. */
export class DiscoverySessions {
  readonly #ids: UniqueIds;
  readonly #kept = new Map<bigint, InstanceDiscovery>();

  constructor(ids: UniqueIds) {
    this.#ids = ids;
  }

  /** In the order of their logins. */
  all(): InstanceDiscovery[] {
    return [...this.#kept.values()];
  }

  /** Gives a session its ids. */
  add(session: DiscoverySession, authType: InstanceAuthType): InstanceDiscovery {
    const [uniqueSessionId, uniqueConnectionId] = [this.#ids.next(), this.#ids.next()];
    const discovery: InstanceDiscovery = { uniqueSessionId, uniqueConnectionId, session, authType };
    this.#kept.set(uniqueSessionId, discovery);
    return discovery;
  }

  find(uniqueSessionId: bigint): InstanceDiscovery | undefined {
    return this.#kept.get(uniqueSessionId);
  }

  /** Throws ServiceError SERVICE_SESSION_UNKNOWN for an id that names no discovery session. */
  get(uniqueSessionId: bigint): InstanceDiscovery {
    const discovery = this.#kept.get(uniqueSessionId);
    if (discovery !== undefined) return discovery;
    const message = `There is no discovery session ${formatUniqueId(uniqueSessionId)}`;
    throw new ServiceError('SERVICE_SESSION_UNKNOWN', message, { field: 'sessionId' });
  }

  /** Logs out; the ids name nothing afterwards. Never rejects. */
  async logout({ uniqueSessionId, session }: InstanceDiscovery): Promise<LogoutReport> {
    const { how, error } = await session.logout();
    this.#kept.delete(uniqueSessionId);
    return { holders: [], unknownWrites: [], flushErrors: [], isClean: how !== 'lost' && error === undefined, error };
  }

  /** Logs all of them out. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.all().map((discovery) => this.logout(discovery)));
  }
}
