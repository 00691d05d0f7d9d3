// What all connections of a target share.

import { BufferPool } from './buffer-pool.ts';
import { DeviceServer } from './device-server/device-server.ts';
import { LogicalUnit } from './device-server/logical-unit.ts';
import { type CheckCondition, condition } from './device-server/sense.ts';
import { withFaults } from './faults/fault-hooks.ts';
import { Laboratory } from './faults/laboratory.ts';
import type { PortalAddress, ResolvedTargetOptions } from './options.ts';
import type { KeptBytes } from './recovery/data-in-log.ts';
import { closeAbsent } from './recovery/departure.ts';
import type { TargetSession } from './session.ts';
import { SessionRegistry } from './session-registry.ts';
import type { Task } from './task.ts';

/** Bytes of idle buffers that a target keeps for reuse. */
const keptBuffers = 67_108_864;

/** The state of a target behind its portals. */
export class TargetCore {
  readonly options: ResolvedTargetOptions;
  readonly server: DeviceServer;
  readonly sessions: SessionRegistry;
  readonly laboratory: Laboratory;
  readonly pool: BufferPool = new BufferPool(keptBuffers);
  /** Data of reads that have been sent and not acknowledged. */
  readonly keptBytes: KeptBytes;
  /** The open portals. */
  portals: readonly PortalAddress[] = [];
  /** No new logins are taken. */
  isClosing = false;
  #writeBuffers = 0;

  constructor(options: ResolvedTargetOptions) {
    this.laboratory = new Laboratory(options.clock);
    this.options = { ...options, hooks: withFaults(this.laboratory, options.hooks) };
    this.server = new DeviceServer({ targetName: options.name, portalGroupTag: options.portalGroupTag });
    for (const lun of options.luns) this.server.add(new LogicalUnit(options.name, lun));
    const { maxSessions, commandWindow, keptDataLength } = options.limits;
    this.keptBytes = { limit: keptDataLength, kept: 0 };
    this.sessions = new SessionRegistry({
      maxSessions,
      commandWindow,
      resetStyle: options.resetStyle,
      clock: options.clock,
      expired: (session, link) => {
        void closeAbsent(this, session, link);
      },
    });
  }

  /** Lends memory for the data of a write, within the bound for all of them. */
  takeWriteBuffer(length: number): Buffer | undefined {
    if (this.#writeBuffers + length > this.options.limits.writeBufferLength) return undefined;
    this.#writeBuffers += length;
    return this.pool.take(length);
  }

  /** A task is over: gives its memory back and takes it off its session and its task set. */
  endTask(session: TargetSession, task: Task): void {
    if (task.state === 'ended') return;
    if (task.buffer !== undefined) {
      this.#writeBuffers -= task.buffer.length;
      // Another connection may end a task while data are still coming into its buffer; nobody else may get that one.
      if (task.transfer?.isArriving !== true) this.pool.give(task.buffer);
    }
    session.endTask(task);
  }

  /** Aborts a task. Resolves when nothing of it is under way any more. */
  async abortTask(session: TargetSession, task: Task, mode: 'now' | 'afterTransfers'): Promise<void> {
    const ended = task.ended;
    if (!task.abort(mode)) this.endTask(session, task);
    await ended;
  }

  /** Establishes a unit attention condition on a logical unit for every nexus but that of one session. */
  establishAttention(lun: number, attention: CheckCondition, except?: TargetSession): void {
    this.sessions.nexuses.establish(lun, attention, except?.attentions);
  }

  /** The logical units have changed (SPC-4 §6.33): every nexus hears of it on every logical unit. */
  lunInventoryChanged(): void {
    for (const number of this.server.numbers) this.establishAttention(number, condition.lunInventoryChanged);
  }
}
