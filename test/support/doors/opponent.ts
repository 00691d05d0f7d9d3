// A target as scenarios have it, whoever made it: where it is, what it says of its sessions, and that it can go away.

import { createMemoryDevice } from '../../../src/block/index.ts';
import { listenTarget } from '../../../src/target/index.ts';
import type { Address } from './door.ts';

export interface Account {
  readonly user: string;
  readonly secret: string;
}

/** What a scenario asks of its target. */
export interface OpponentWish {
  /** What initiators must prove. */
  readonly chap?: Account;
  /** What the target proves in turn. */
  readonly mutual?: Account;
}

/** A session as the target lists it; those of discovery are none. */
export interface OpponentSession {
  readonly initiatorName: string;
  readonly connections: number;
}

export interface Opponent extends AsyncDisposable {
  readonly targetName: string;
  readonly portal: Address;
  /** Where its disk is. */
  readonly lun: number;
  /** Whether a session may have more than one connection. */
  readonly takesConnections: boolean;
  sessions(): Promise<OpponentSession[]>;
  /** Drops all sessions without a word, stays away for a while, and resolves when it is there again. */
  goAway(): Promise<void>;
}

/** Opens a target, whose name has `tag` in it. */
export type OpenOpponent = (tag: string, wish: OpponentWish) => Promise<Opponent>;

const size = 1 << 20;

/** The target that comes with us. */
export const openEmbedded: OpenOpponent = async (tag, { chap, mutual }) => {
  const target = await listenTarget({
    name: `iqn.2026-11.test.doors:${tag}`,
    luns: [{ lun: 0, device: createMemoryDevice(size) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    parameters: { maxConnections: 4 },
    chapForDiscovery: false,
    ...(chap && { chap: { ...chap, ...(mutual && { mutual }) } }),
  });
  const [portal] = target.portals;
  if (portal === undefined) throw new Error('the target has no portal');
  return {
    targetName: target.name,
    portal,
    lun: 0,
    takesConnections: true,
    sessions: () =>
      Promise.resolve(
        target
          .sessions()
          .filter(({ isDiscovery }) => !isDiscovery)
          .map(({ initiatorName, connections }) => ({ initiatorName, connections: connections.length })),
      ),
    goAway: async () => {
      await target.reboot({ downMs: 300 });
    },
    async [Symbol.asyncDispose]() {
      await target.destroy();
    },
  };
};
