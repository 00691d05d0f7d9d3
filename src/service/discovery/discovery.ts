// Discovery: the sources that are wanted, asked at the start, from time to time and on request, and what they found.

import {
  type Clock,
  type Deferred,
  deferred,
  raceAbort,
  ServiceError,
  type Timer,
  throwIfAborted,
} from '../../base/index.ts';
import type { KnownTarget, TargetInstance } from '../contract/discovery.ts';
import type { TargetPortal } from '../contract/names.ts';
import type { EventLog } from '../events/event-log.ts';
import type { StaticTargetRecord } from '../wanted/kinds.ts';
import type { Wanted } from '../wanted/wanted.ts';
import { AskedSource } from './asked-source.ts';
import type { DiscoverySource, FoundTarget } from './discovery-source.ts';
import { KnownTargets, mergePortals, type TargetChanges } from './known-targets.ts';

/** What discovery needs from around it. */
export interface DiscoveryParts {
  readonly wanted: Wanted;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Makes the source of a record. */
  readonly open: (kind: SourceKind, key: string, changed: () => void) => DiscoverySource;
  /** The instance that a target without a source of its own is for. */
  readonly defaultInstance: string;
  /** A target that was not known, or not where it is, can be logged in to now. */
  readonly found: (targetName: string) => void;
}

/** The kinds of records behind which there is a source. */
export type SourceKind = 'portal' | 'isnsServer';

/** How many sources are asked at a time. */
const mostAtOnce = 32;

/** For how long one round of questions to sources that failed does for all who want one. */
const retryShareMs = 15_000;

/** The discovery sources, and the targets that are known. */
export class Discovery {
  readonly known: KnownTargets = new KnownTargets();
  readonly #parts: DiscoveryParts;
  readonly #sources = new Map<string, AskedSource>();
  readonly #waiting = new Map<string, Deferred<void>>();
  #firstRound: Promise<void> = Promise.resolve();
  /** Sources that are wanted no more, until nothing of them is left. */
  readonly #closing = new Set<Promise<void>>();
  #retry: Promise<void> | undefined;
  #retryTimer: Timer | undefined;
  #closed: Error | undefined;

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  /** Opens the sources that are wanted, and asks all of them once, behind whoever calls. */
  start(): void {
    this.reconcile();
    this.#firstRound = this.refreshAll();
  }

  /** Opens what has come to be wanted, and closes what is wanted no more; for when records have been replaced. */
  reconcile(): void {
    const { portals, isnsServers } = this.#parts.wanted;
    const wanted = new Set([
      ...portals.keys().map((key) => nameOf('portal', key)),
      ...isnsServers.keys().map((key) => nameOf('isnsServer', key)),
    ]);
    for (const name of this.#sources.keys()) if (!wanted.has(name)) this.#close(name, name.startsWith('portal '));
    for (const key of portals.keys()) this.open('portal', key);
    for (const key of isnsServers.keys()) this.open('isnsServer', key);
  }

  /** The source of a record, opened where it is not open yet. */
  open(kind: SourceKind, key: string): AskedSource {
    const name = nameOf(kind, key);
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    if (this.#closed !== undefined) throw this.#closed;
    const changed = (): void => void this.#sources.get(name)?.attempt();
    const source = this.#parts.open(kind, key, changed);
    const { clock, intervalMs } = this.#parts;
    const asked = new AskedSource(
      source,
      {
        found: (targets) => {
          this.#found(name, source, targets);
        },
        ended: ({ targetCount, error }) => {
          const { mechanism, instance } = source;
          const detail = { mechanism, instance, targetCount, ...(error === undefined ? {} : { error }) };
          this.#parts.events.publish(error === undefined ? 'discoveryDone' : 'discoveryFailed', { detail });
        },
      },
      { clock, intervalMs },
    );
    this.#sources.set(name, asked);
    return asked;
  }

  source(kind: SourceKind, key: string): AskedSource | undefined {
    return this.#sources.get(nameOf(kind, key));
  }

  /**
   * A source is not wanted any more. What a portal has told goes with it; what an iSNS server has told stays known, as
   * RemoveISNSServer has it.
   */
  remove(kind: SourceKind, key: string): void {
    this.#close(nameOf(kind, key), kind === 'portal');
  }

  /** Asks every source. Never rejects: their outcomes tell. */
  async refreshAll(): Promise<void> {
    await this.#ask([...this.#sources.values()]);
  }

  /** Asks those again that failed, for somebody who waits for a target that nobody has told of. Never rejects. */
  async retryFailed(): Promise<void> {
    if (this.#retry === undefined) {
      this.#retry = this.#ask([...this.#sources.values()].filter(({ failingSince }) => failingSince !== undefined));
      const over = (): void => {
        this.#retry = undefined;
      };
      this.#retryTimer = this.#parts.clock.schedule(retryShareMs, over, { unref: true });
    }
    await this.#retry;
  }

  async #ask(queue: AskedSource[]): Promise<void> {
    const next = async (): Promise<void> => {
      for (let source = queue.shift(); source !== undefined; source = queue.shift()) await source.attempt();
    };
    await Promise.all(Array.from({ length: Math.min(mostAtOnce, queue.length) }, next));
  }

  /** How a target is known: by static configuration and by each source. */
  instancesOf(targetName: string): TargetInstance[] {
    const record = this.#parts.wanted.staticTargets.get(targetName);
    const dynamic = this.known.instancesOf(targetName);
    return record === undefined ? dynamic : [this.#staticInstance(record), ...dynamic];
  }

  /** Where a target can be reached, for one initiator instance or for any. */
  portalsOf(targetName: string, instance?: string): TargetPortal[] {
    const instances = this.instancesOf(targetName);
    const fitting = instances.filter(
      ({ initiatorInstance }) => instance === undefined || initiatorInstance === instance,
    );
    return mergePortals(fitting.length > 0 ? fitting : instances);
  }

  /** All that is known. A hidden static target that nothing else has found is left out, unless it is asked for. */
  targets(includesHidden: boolean): Omit<KnownTarget, 'sessions'>[] {
    const names = [...new Set([...this.#parts.wanted.staticTargets.keys(), ...this.known.names])].sort();
    return names.flatMap((targetName) => {
      const instances = this.instancesOf(targetName);
      const isShown = includesHidden || instances.some(({ isHidden }) => !isHidden);
      return isShown ? [{ targetName, instances }] : [];
    });
  }

  /** Waits until a target is known, or every source has been asked once. */
  async whenKnown(targetName: string, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (this.instancesOf(targetName).length > 0) return;
    const waiting = this.#waiting.get(targetName) ?? deferred();
    this.#waiting.set(targetName, waiting);
    await raceAbort(Promise.race([waiting.promise, this.#firstRound]), signal);
  }

  /** A static target has come, or has changed. */
  staticTargetChanged(targetName: string): void {
    this.#tell(targetName);
  }

  /** Ends every question that is under way, and asks no more. Never rejects. */
  async close(): Promise<void> {
    const reason = new ServiceError('SERVICE_STOPPING', 'The service is being stopped');
    this.#closed = reason;
    this.#retryTimer?.cancel();
    await Promise.all([...[...this.#sources.values()].map((source) => source.close(reason)), ...this.#closing]);
    this.#sources.clear();
  }

  #close(name: string, forgets: boolean): void {
    const source = this.#sources.get(name);
    if (source === undefined) return;
    this.#sources.delete(name);
    const reason = new ServiceError('SERVICE_SERVER_UNKNOWN', `${source.source.mechanism} is not asked any more`);
    const closing = source.close(reason).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    if (forgets) this.#changed(this.known.forget(name));
  }

  #found(name: string, source: DiscoverySource, targets: readonly FoundTarget[]): void {
    this.#changed(this.known.replace(name, source, targets));
    for (const { targetName } of targets) this.#tell(targetName.toLowerCase());
  }

  #changed({ found, gone }: TargetChanges): void {
    for (const targetName of found) this.#parts.events.publish('targetFound', { targetName });
    for (const targetName of gone) this.#parts.events.publish('targetGone', { targetName });
  }

  #tell(targetName: string): void {
    this.#waiting.get(targetName)?.resolve();
    this.#waiting.delete(targetName);
    this.#parts.found(targetName);
  }

  #staticInstance(record: StaticTargetRecord): TargetInstance {
    const { targetName, targetAlias = '', portals, isHidden, mapping, loginOptions } = record;
    const hasPassword = this.#parts.wanted.staticTargets.hasSecret(targetName);
    const initiatorInstance = this.#parts.defaultInstance;
    const options = { ...loginOptions, hasPassword };
    return { mechanism: 'Static', targetAlias, initiatorInstance, portals, isHidden, mapping, loginOptions: options };
  }
}

function nameOf(kind: SourceKind, key: string): string {
  return `${kind} ${key}`;
}
