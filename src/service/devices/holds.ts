// Holds: devices that are kept open on behalf of somebody outside of this process, so that none is taken away under them.

import { randomUUID } from 'node:crypto';
import { type Clock, ServiceError, type Timer } from '../../base/index.ts';
import type { DeviceHandle, Holder, RemoveAnswer, RemoveRequest } from '../../devices/index.ts';
import type { DevicePath, HoldInfo } from '../contract/devices.ts';
import type { UniqueId } from '../contract/names.ts';
import { momentIn } from '../moment.ts';

/** Whom a device is held for. */
export interface HoldFacts {
  readonly path: DevicePath;
  readonly sessionId: UniqueId;
  readonly label: string;
  readonly pid: number;
  readonly leaseMs: number | undefined;
}

/** Opens the device for a holder. */
export type OpenHeld = (holder: Holder) => Promise<DeviceHandle>;

/** What is told of holds: that one was taken, or how it ended. */
export type HoldTold = (type: 'holdTaken' | 'holdReleased' | 'holdExpired' | 'holdLost', hold: HoldInfo) => void;

interface Hold {
  info: HoldInfo;
  readonly handle: DeviceHandle;
  lease: Timer | undefined;
}

const mostHolds = 4096;

/** All holds. */
export class Holds {
  readonly #clock: Clock;
  readonly #told: HoldTold;
  readonly #holds = new Map<string, Hold>();
  #opening = 0;

  constructor(clock: Clock, told: HoldTold) {
    this.#clock = clock;
    this.#told = told;
  }

  all(): HoldInfo[] {
    return [...this.#holds.values()].map(({ info }) => info);
  }

  /** Rejects as `open` does, and with ServiceError SERVICE_OVERLOADED. */
  async take(facts: HoldFacts, open: OpenHeld): Promise<HoldInfo> {
    if (this.#holds.size + this.#opening >= mostHolds) {
      throw new ServiceError('SERVICE_OVERLOADED', `There are ${mostHolds} holds, and no more than that`);
    }
    const holdId = randomUUID();
    const { path, sessionId, label, pid, leaseMs } = facts;
    this.#opening += 1;
    try {
      const onRemoveRequested = (request: RemoveRequest): RemoveAnswer => this.#answer(holdId, request);
      const handle = await open({ label, pid, onRemoveRequested });
      const info = { holdId, path, sessionId, label, pid, endsAt: undefined };
      this.#holds.set(holdId, { info, handle, lease: undefined });
    } finally {
      this.#opening -= 1;
    }
    const info = leaseMs === undefined ? this.#get(holdId).info : this.#extend(holdId, leaseMs);
    this.#told('holdTaken', info);
    return info;
  }

  /** Throws ServiceError SERVICE_HOLD_UNKNOWN for one that is none, or has ended. */
  renew(holdId: string, leaseMs: number): HoldInfo {
    return this.#extend(holdId, leaseMs);
  }

  /** Throws ServiceError SERVICE_HOLD_UNKNOWN for one that is none, or has ended. */
  async release(holdId: string): Promise<void> {
    const { handle } = this.#get(holdId);
    this.#end(holdId, 'holdReleased');
    await handle.close();
  }

  /** The devices of these holds are gone. */
  lose(isLost: (hold: HoldInfo) => boolean): void {
    for (const { info } of [...this.#holds.values()]) if (isLost(info)) this.#end(info.holdId, 'holdLost');
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    const holds = [...this.#holds.values()];
    for (const { info } of holds) this.#end(info.holdId, 'holdReleased');
    await Promise.allSettled(holds.map(({ handle }) => handle.close()));
  }

  #extend(holdId: string, leaseMs: number): HoldInfo {
    const hold = this.#get(holdId);
    hold.lease?.cancel();
    hold.info = { ...hold.info, endsAt: momentIn(leaseMs) };
    const expire = (): void => {
      this.#end(holdId, 'holdExpired');
      hold.handle.close().catch(() => undefined);
    };
    hold.lease = this.#clock.schedule(leaseMs, expire, { unref: true });
    return hold.info;
  }

  /** Whoever wants the device away is refused; where it goes all the same, the hold has ended. */
  #answer(holdId: string, { isForced, reason }: RemoveRequest): RemoveAnswer {
    const handle = this.#holds.get(holdId)?.handle;
    if (isForced) this.#end(holdId, 'holdLost');
    // What the target took away has no use for its holders; a removal of ours closes handles itself, and counts them.
    if (reason === 'gone' || reason === 'changed') handle?.close().catch(() => undefined);
    return { veto: 'it is held by way of the service' };
  }

  #end(holdId: string, how: 'holdReleased' | 'holdExpired' | 'holdLost'): void {
    const hold = this.#holds.get(holdId);
    if (hold === undefined) return;
    hold.lease?.cancel();
    this.#holds.delete(holdId);
    this.#told(how, hold.info);
  }

  #get(holdId: string): Hold {
    const hold = this.#holds.get(holdId);
    if (hold !== undefined) return hold;
    throw new ServiceError('SERVICE_HOLD_UNKNOWN', `There is no hold ${holdId}, or its lease has ended`, {
      field: 'holdId',
    });
  }
}
