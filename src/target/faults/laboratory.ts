// The laboratory: the faults that are at work in a target, and what they make of what happens there.

import { type Clock, UsageError } from '../../base/index.ts';
import { type Opcode, opcode as opcodes, type TargetPdu } from '../../wire/index.ts';
import type { HookConnection } from '../hooks.ts';
import type { FaultBench } from './bench.ts';
import type { FaultPoints } from './definition.ts';
import { type FaultName, faultDefinition } from './fault-table.ts';
import type { FaultValue } from './parameter.ts';
import type { RawPdu } from './raw-pdu.ts';
import { type FaultSettings, type FaultSpec, parseFault, settle } from './settings.ts';
import { Trigger } from './trigger.ts';
import type { Direction, WireOrder } from './wire-order.ts';

/** A fault of a target, at the moment of asking. */
export interface FaultInfo {
  /** Unique in this target. */
  readonly id: number;
  readonly name: FaultName;
  /** Its parameters, with defaults. */
  readonly settings: Readonly<Record<string, FaultValue>>;
  /** How often it has struck. */
  readonly hits: number;
  /** It will not strike again; what it holds or has changed may last until it is removed. */
  readonly isSpent: boolean;
}

/** A fault that was injected. */
export interface FaultHandle extends FaultInfo {
  /** Takes the fault away and undoes what lasts: what it holds goes on. A second call does nothing. */
  remove(): void;
  /**
   * Resolves when it has struck so many times, once unless given. Rejects with UsageError `ISCSI_WRONG_STATE` when it
   * is removed, or the target closed, before that.
   */
  hit(times?: number): Promise<void>;
}

/** A point of the target at which faults act. */
export type Point = Exclude<keyof FaultPoints, 'undo'>;

/** How many faults a target holds, spent ones too. */
const maxFaults = 256;

const knownOpcodes: ReadonlySet<number> = new Set(Object.values(opcodes));

/** All faults of one target. */
export class Laboratory {
  readonly clock: Clock;
  readonly #faults = new Map<number, ArmedFault>();
  #nextId = 1;
  /** The faults that act at each point and are not spent. */
  #armed: Readonly<Record<Point, readonly ArmedFault[]>> = byPoint([]);

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @throws UsageError `ISCSI_BAD_ARGUMENT` that names the key at fault, `ISCSI_QUEUE_FULL` when there are too many. */
  inject(wanted: FaultSpec | string, bench: FaultBench): FaultHandle {
    const spec = typeof wanted === 'string' ? parseFault(wanted) : wanted;
    const definition = faultDefinition(spec.name);
    const settings = settle(spec, definition.parameters);
    this.#makeRoom();
    const trigger = new Trigger(settings);
    const removed = new AbortController();
    const points = definition.arm({ settings, trigger, clock: this.clock, bench, removed: removed.signal });
    const fault = new ArmedFault(this.#nextId, spec.name as FaultName, settings, { trigger, points, removed });
    this.#nextId += 1;
    this.#faults.set(fault.id, fault);
    this.#sort();
    return new Handle(fault, () => {
      this.remove(fault.id);
    });
  }

  /** Returns whether there was such a fault. */
  remove(id: number): boolean {
    const fault = this.#faults.get(id);
    if (fault === undefined) return false;
    this.#faults.delete(id);
    this.#sort();
    fault.remove();
    return true;
  }

  removeAll(): void {
    for (const id of [...this.#faults.keys()]) this.remove(id);
  }

  list(): FaultInfo[] {
    return [...this.#faults.values()].map((fault) => fault.info());
  }

  /** Whether any fault acts at a point: asked before anything is made ready for it. */
  has(point: Point): boolean {
    return this.#armed[point].length > 0;
  }

  ordersFor(direction: Direction, raw: RawPdu, position: number, connection: HookConnection): WireOrder[] {
    const opcode = knownOpcodes.has(raw.opcode) ? (raw.opcode as Opcode) : undefined;
    const orders: WireOrder[] = [];
    for (const { points } of this.#armed.onWire) {
      const order = points.onWire?.({ direction, connection, opcode, raw, position });
      if (order !== undefined) orders.push(order);
    }
    if (orders.length > 0) this.#sort();
    return orders;
  }

  rewrite(pdu: TargetPdu, connection: HookConnection): TargetPdu {
    return this.#armed.rewrite.reduce((before, { points }) => points.rewrite?.(before, connection) ?? before, pdu);
  }

  /** The first answer that a fault gives at a point; those after it do not hear of the matter. */
  ask<T>(point: Point, question: (points: FaultPoints) => T | undefined): T | undefined {
    for (const { points } of this.#armed[point]) {
      const answer = question(points);
      if (answer === undefined) continue;
      this.#sort();
      return answer;
    }
    return undefined;
  }

  /** Spent faults are not asked any more. */
  #sort(): void {
    this.#armed = byPoint([...this.#faults.values()].filter((fault) => !fault.isSpent));
  }

  /** Forgets the oldest fault that is spent when there are too many. */
  #makeRoom(): void {
    if (this.#faults.size < maxFaults) return;
    for (const fault of this.#faults.values()) {
      if (!fault.isSpent) continue;
      this.remove(fault.id);
      return;
    }
    throw new UsageError('ISCSI_QUEUE_FULL', `A target holds ${maxFaults} faults`);
  }
}

function byPoint(faults: readonly ArmedFault[]): Readonly<Record<Point, readonly ArmedFault[]>> {
  const at = (point: Point): ArmedFault[] => faults.filter(({ points }) => points[point] !== undefined);
  return {
    onWire: at('onWire'),
    onReceived: at('onReceived'),
    rewrite: at('rewrite'),
    onLogin: at('onLogin'),
    onLogout: at('onLogout'),
    onTaskManagement: at('onTaskManagement'),
    onCommand: at('onCommand'),
  };
}

interface FaultParts {
  readonly trigger: Trigger;
  readonly points: FaultPoints;
  readonly removed: AbortController;
}

class ArmedFault {
  readonly id: number;
  readonly name: FaultName;
  readonly settings: FaultSettings;
  readonly trigger: Trigger;
  readonly points: FaultPoints;
  readonly #removed: AbortController;

  constructor(id: number, name: FaultName, settings: FaultSettings, { trigger, points, removed }: FaultParts) {
    this.id = id;
    this.name = name;
    this.settings = settings;
    this.trigger = trigger;
    this.points = points;
    this.#removed = removed;
  }

  get isSpent(): boolean {
    return this.trigger.isSpent;
  }

  info(): FaultInfo {
    const { id, name, settings, trigger } = this;
    return { id, name, settings: settings.toObject(), hits: trigger.hits, isSpent: trigger.isSpent };
  }

  remove(): void {
    this.trigger.end();
    this.#removed.abort();
    this.points.undo?.();
  }
}

class Handle implements FaultHandle {
  readonly #fault: ArmedFault;
  readonly #remove: () => void;

  constructor(fault: ArmedFault, remove: () => void) {
    this.#fault = fault;
    this.#remove = remove;
  }

  get id(): number {
    return this.#fault.id;
  }

  get name(): FaultName {
    return this.#fault.name;
  }

  get settings(): Readonly<Record<string, FaultValue>> {
    return this.#fault.settings.toObject();
  }

  get hits(): number {
    return this.#fault.trigger.hits;
  }

  get isSpent(): boolean {
    return this.#fault.isSpent;
  }

  remove(): void {
    this.#remove();
  }

  async hit(times = 1): Promise<void> {
    await this.#fault.trigger.reached(times);
  }
}
