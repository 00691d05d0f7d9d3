// The discovery sessions of one initiator: those that ask once, and those that are kept. They have no SCSI port, and ISIDs
// of their own, so that no target takes one of them for another.

import type { DiscoveredTarget } from '../discovery/index.ts';
import type { LoginWishes } from './connect-options.ts';
import { type DiscoveryLogin, DiscoverySession } from './discovery-session.ts';
import { IsidAllocator } from './isid.ts';

/** What discoveries need from their initiator. */
export interface DiscoveriesParts {
  readonly node: { readonly name: string; readonly alias: string | undefined };
  /** Opens a discovery session, asks for all targets and logs out; leaves nothing behind. */
  readonly discover: (wishes: LoginWishes, isid: number, signal: AbortSignal) => Promise<DiscoveredTarget[]>;
  /** Opens a discovery session; leaves nothing behind when it rejects. */
  readonly logIn: (wishes: LoginWishes, isid: number, signal: AbortSignal) => Promise<DiscoveryLogin>;
  readonly learn: (targets: readonly DiscoveredTarget[]) => void;
}

/** All discovery sessions of one initiator. */
export class Discoveries {
  readonly #parts: DiscoveriesParts;
  readonly #isids = new IsidAllocator();
  /** What holds an ISID, by it: settles when it holds it no more. */
  readonly #underWay = new Map<number, Promise<unknown>>();
  readonly #kept = new Map<number, DiscoverySession>();
  readonly #ending = new AbortController();

  constructor(parts: DiscoveriesParts) {
    this.#parts = parts;
  }

  /** The discovery sessions that are kept. */
  get kept(): DiscoverySession[] {
    return [...this.#kept.values()];
  }

  /** Asks a portal for its targets. */
  async discover(wishes: LoginWishes): Promise<DiscoveredTarget[]> {
    return await this.#hold(async (isid) => await this.#parts.discover(wishes, isid, this.#until(wishes.signal)));
  }

  /** Logs in, for a session that is kept until it is left. */
  async open(wishes: LoginWishes): Promise<DiscoverySession> {
    return await this.#hold(async (isid) => {
      const { node, logIn, learn } = this.#parts;
      const { signal: given, ...again } = wishes;
      const login = await logIn(again, isid, this.#until(given));
      const { initiatorName = node.name } = wishes;
      const session = new DiscoverySession(
        {
          isid,
          portal: wishes.portal,
          initiatorName,
          initiatorAlias: wishes.initiatorAlias ?? (wishes.initiatorName === undefined ? node.alias : undefined),
          logIn: async (signal) => await logIn(again, isid, signal),
          learn,
          ended: () => this.#kept.delete(isid),
        },
        login,
      );
      this.#kept.set(isid, session);
      return session;
    });
  }

  /** Gives up what is under way, and logs out what is kept. Settles in bounded time; never rejects. */
  async close(reason: Error): Promise<void> {
    this.#ending.abort(reason);
    await Promise.allSettled(this.#underWay.values());
    await Promise.all(this.kept.map((session) => session.logout()));
  }

  async #hold<T>(work: (isid: number) => Promise<T>): Promise<T> {
    const isid = this.#isids.allocate((each) => this.#underWay.has(each) || this.#kept.has(each));
    const result = work(isid).finally(() => this.#underWay.delete(isid));
    this.#underWay.set(isid, result);
    return await result;
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }
}
