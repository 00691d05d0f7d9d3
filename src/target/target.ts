// The embedded target: listens on portals and serves its logical units to whoever may log in.

import { UsageError } from '../base/index.ts';
import type { CrashOptions } from '../block/index.ts';
import { TargetConnection } from './connection.ts';
import { TargetCore } from './core.ts';
import { LogicalUnit, type LunOptions } from './device-server/logical-unit.ts';
import { condition } from './device-server/sense.ts';
import { makeFaultBench } from './fault-bench.ts';
import type { FaultBench } from './faults/bench.ts';
import type { FaultHandle, FaultInfo } from './faults/laboratory.ts';
import { pause } from './faults/pause.ts';
import type { FaultSpec } from './faults/settings.ts';
import { type PortalAddress, resolveOptions, type TargetOptions } from './options.ts';
import { Portals } from './portals.ts';
import { closeSession } from './recovery/departure.ts';
import { sessionInfo, type TargetSessionInfo } from './target-session.ts';

/** A target that is listening. */
export interface Target {
  readonly name: string;
  /** The open portals, with the ports that were taken. */
  readonly portals: readonly PortalAddress[];
  /** The sessions at this moment, discovery sessions too. */
  sessions(): TargetSessionInfo[];
  /** TCP connections at this moment, those that have not logged in too. */
  readonly connectionCount: number;
  /** Adds a logical unit; every session gets a unit attention condition. */
  addLun(lun: LunOptions): void;
  /** Takes a logical unit away; commands that it runs are finished. */
  removeLun(number: number): void;
  /**
   * Gives a logical unit another size in bytes, and every session a unit attention condition (2Ah/09h). What it grows by
   * lives in memory; the device itself keeps its size.
   */
  resizeLun(number: number, size: number): void;
  /**
   * Cuts every connection, forgets the sessions and what volatile caches hold, and resolves when the target listens on
   * the same ports again. Faults stay. Rejects with TransportError `ISCSI_CONNECT_FAILED` when a port is taken.
   */
  reboot(options?: RebootOptions): Promise<void>;
  /**
   * Makes something go wrong: `target.inject('stall-connection:cid=1,ms=500')`, or the same as an object with `name`.
   * What there is stands in docs/faults.md.
   *
   * @throws UsageError `ISCSI_BAD_ARGUMENT` that names what it does not take, `ISCSI_QUEUE_FULL` for too many faults.
   */
  inject(fault: FaultSpec | string): FaultHandle;
  /** Removes a fault by its id, as its handle does. Returns whether there was one. */
  removeFault(id: number): boolean;
  /** The faults that were injected and not removed, those too that will not strike again. */
  faults(): FaultInfo[];
  /**
   * Takes no more logins, ends every connection after what is queued for it, and resolves when nothing is left and no
   * device is in use any more. Devices are their owner's to close.
   */
  close(): Promise<void>;
  /** As `close`, but cuts the connections. */
  destroy(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How a target loses its power; {@link CrashOptions} say what of unflushed writes survives. */
export interface RebootOptions extends CrashOptions {
  /** How long nobody listens. */
  readonly downMs?: number;
}

/**
 * Opens a target on all of its portals, or on none.
 *
 * @throws UsageError for options that cannot be; TransportError `ISCSI_CONNECT_FAILED` when a portal cannot be opened.
 */
export async function listenTarget(options: TargetOptions): Promise<Target> {
  const target = new EmbeddedTarget(new TargetCore(resolveOptions(options)));
  try {
    await target.open();
  } catch (error) {
    await target.destroy();
    throw error;
  }
  return target;
}

class EmbeddedTarget implements Target {
  readonly #core: TargetCore;
  readonly #portals: Portals;
  readonly #bench: FaultBench;
  readonly #connections = new Set<TargetConnection>();
  #nextId = 1;
  readonly #ending = new AbortController();
  #rebooting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(core: TargetCore) {
    this.#core = core;
    this.#portals = new Portals(core.options.listen, (socket) => {
      this.#accept(new TargetConnection(this.#nextId, core, socket));
    });
    this.#bench = makeFaultBench(core, this);
  }

  get name(): string {
    return this.#core.options.name;
  }

  get portals(): readonly PortalAddress[] {
    return this.#core.portals;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  sessions(): TargetSessionInfo[] {
    return this.#core.sessions.all().map((session) => sessionInfo(this.#core, session));
  }

  async open(): Promise<void> {
    await this.#portals.open();
    this.#core.portals = this.#portals.addresses;
  }

  addLun(lun: LunOptions): void {
    const { server, options } = this.#core;
    if (server.unit(lun.lun) !== undefined) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `LUN ${lun.lun} is there already`, { argument: 'lun' });
    }
    server.add(new LogicalUnit(options.name, lun));
    this.#core.lunInventoryChanged();
  }

  removeLun(number: number): void {
    this.#core.server.remove(this.#unit(number).number);
    this.#core.lunInventoryChanged();
  }

  resizeLun(number: number, size: number): void {
    this.#unit(number).resize(size);
    this.#core.establishAttention(number, condition.capacityChanged);
  }

  async reboot(options: RebootOptions = {}): Promise<void> {
    if (this.#closing !== undefined) throw new UsageError('ISCSI_CLOSED', 'The target has been closed');
    this.#rebooting ??= this.#cyclePower(options).finally(() => {
      this.#rebooting = undefined;
    });
    await this.#rebooting;
  }

  inject(fault: FaultSpec | string): FaultHandle {
    if (this.#closing !== undefined) throw new UsageError('ISCSI_CLOSED', 'The target has been closed');
    return this.#core.laboratory.inject(fault, this.#bench);
  }

  removeFault(id: number): boolean {
    return this.#core.laboratory.remove(id);
  }

  faults(): FaultInfo[] {
    return this.#core.laboratory.list();
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end('graceful');
    await this.#closing;
  }

  async destroy(): Promise<void> {
    for (const connection of this.#connections) connection.end('abortive');
    this.#closing ??= this.#end('abortive');
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(connection: TargetConnection): void {
    this.#nextId += 1;
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    connection.open();
    if (this.#core.isClosing) connection.end('abortive');
  }

  #unit(number: number): LogicalUnit {
    const unit = this.#core.server.unit(number);
    if (unit !== undefined) return unit;
    throw new UsageError('ISCSI_BAD_ARGUMENT', `There is no LUN ${number}`, { argument: 'number' });
  }

  /** The caches go first: nothing that is still under way may reach a medium that has no power. */
  async #cyclePower({ downMs = 0, ...crash }: RebootOptions): Promise<void> {
    const units = this.#core.server.units();
    const crashed = units.map(async (unit) => {
      await unit.crash(crash);
    });
    const ended = this.#core.sessions.all().map(async (session) => {
      await closeSession(this.#core, session, 'abortive');
    });
    const closed = [...this.#connections].map(async (connection) => {
      connection.end('abortive');
      await connection.closed;
    });
    await Promise.all([...crashed, ...ended, ...closed, this.#portals.close()]);
    for (const unit of units) unit.resetSettings();
    this.#core.sessions.nexuses.powerOn();
    if (downMs > 0) await pause(this.#core.options.clock, downMs, [this.#ending.signal]);
    if (!this.#core.isClosing) await this.#portals.open();
  }

  async #end(kind: 'graceful' | 'abortive'): Promise<void> {
    this.#core.isClosing = true;
    this.#ending.abort();
    this.#core.laboratory.removeAll();
    await this.#rebooting?.catch(() => undefined);
    const stopped = this.#portals.close();
    const closed = [...this.#connections].map(async (connection) => {
      connection.end(kind);
      await connection.closed;
    });
    await Promise.all([stopped, ...closed]);
    // Those that outlived their connections.
    for (const session of this.#core.sessions.all()) await closeSession(this.#core, session, kind);
    for (const unit of this.#core.server.units()) await unit.stopVolatileCache();
  }
}
