// Bus and target numbers: how the users of an operating system would number a session's devices (SCSI_ADDRESS).

import { ServiceError } from '../../base/index.ts';
import type { TargetMapping } from '../contract/discovery.ts';
import type { UniqueId } from '../contract/names.ts';

/** Where the devices of a session appear. */
export interface OsAddress {
  readonly osBusNumber: number;
  readonly osTargetNumber: number;
}

/** An address that is taken, for a session that there is or that is being made. */
export interface Claim {
  readonly instance: string;
  readonly targetName: string;
  readonly address: OsAddress;
  readonly mapping: TargetMapping | undefined;
}

/** Buses of an adapter, and targets of a bus: what fits in one byte, but for the adapter's own number. */
const busCount = 256;
const targetCount = 255;

/** The addresses of all sessions. */
export class OsNumbers {
  readonly #claims = new Set<Claim>();
  readonly #sessions = new Map<UniqueId, Claim>();
  /** Mappings that are wanted, whether there is a session or not: nobody else gets their numbers by chance. */
  readonly #reserved: () => readonly TargetMapping[];

  constructor(reserved: () => readonly TargetMapping[]) {
    this.#reserved = reserved;
  }

  /**
   * Takes the address of a mapping, or the first that is free. Throws ServiceError SERVICE_MAPPING_TAKEN for one that
   * another session of the instance has.
   */
  claim(instance: string, mapping: TargetMapping | undefined, targetName: string): Claim {
    const address = mapping ?? this.#firstFree(instance);
    if (this.#isTaken(instance, address)) {
      const { osBusNumber, osTargetNumber } = address;
      const message = `Bus ${osBusNumber}, target ${osTargetNumber} of ${instance} belongs to another session`;
      throw new ServiceError('SERVICE_MAPPING_TAKEN', message, { field: 'mapping' });
    }
    const { osBusNumber, osTargetNumber } = address;
    const claim = { instance, targetName, address: { osBusNumber, osTargetNumber }, mapping };
    this.#claims.add(claim);
    return claim;
  }

  /** Whether a session with this very target has the address: one that a login may find. */
  isOfTarget(instance: string, address: OsAddress, targetName: string): boolean {
    return [...this.#claims].some((claim) => {
      return claim.instance === instance && claim.targetName === targetName && isSame(claim.address, address);
    });
  }

  /** Gives the address to a session that has been made. */
  bind(claim: Claim, sessionId: UniqueId): void {
    this.#sessions.set(sessionId, claim);
  }

  /** Lets go of an address that no session got. */
  drop(claim: Claim): void {
    this.#claims.delete(claim);
  }

  /** The session is over. */
  release(sessionId: UniqueId): void {
    const claim = this.#sessions.get(sessionId);
    if (claim === undefined) return;
    this.#sessions.delete(sessionId);
    this.#claims.delete(claim);
  }

  /** The address of a session; one that has none yet gets the first that is free. */
  of(sessionId: UniqueId, instance: string, targetName: string): Claim {
    const known = this.#sessions.get(sessionId);
    if (known !== undefined) return known;
    const claim = this.claim(instance, undefined, targetName);
    this.bind(claim, sessionId);
    return claim;
  }

  #firstFree(instance: string): OsAddress {
    const reserved = this.#reserved();
    for (let osBusNumber = 0; osBusNumber < busCount; osBusNumber += 1) {
      for (let osTargetNumber = 0; osTargetNumber < targetCount; osTargetNumber += 1) {
        const address = { osBusNumber, osTargetNumber };
        if (!this.#isTaken(instance, address) && !reserved.some((each) => isSame(each, address))) return address;
      }
    }
    throw new ServiceError('SERVICE_MAPPING_TAKEN', `Every target number of ${instance} is taken`, {
      field: 'mapping',
    });
  }

  #isTaken(instance: string, address: OsAddress): boolean {
    return [...this.#claims].some((claim) => claim.instance === instance && isSame(claim.address, address));
  }
}

/** The number under which a LUN appears: that of the mapping, or its own. */
export function osLunOf(mapping: TargetMapping | undefined, lun: number, lunOf: (field: string) => number): number {
  return mapping?.luns.find(({ targetLun }) => lunOf(targetLun) === lun)?.osLun ?? lun;
}

function isSame(a: OsAddress, b: OsAddress): boolean {
  return a.osBusNumber === b.osBusNumber && a.osTargetNumber === b.osTargetNumber;
}
