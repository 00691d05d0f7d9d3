// Everything that a run of the soak has in its hands: the target, the session, its disk, the model, and what may be
// expected of requests now.

import { sleep, systemClock, type Timer } from '../../src/base/index.ts';
import type { DeviceHandle } from '../../src/devices/index.ts';
import { Initiator, type InitiatorSession } from '../../src/index.ts';
import { DiskModel } from './disk-model.ts';
import type { Mood } from './faults.ts';
import { limits, type Scenario, stuckMs } from './scenario.ts';
import { openTarget, type TargetBench, targetName } from './target-bench.ts';
import type { Trace } from './trace.ts';

/** Something is not as it must be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** How late the event loop may be before what came too late is nobody's fault. */
const lagBoundMs = 120;
const lagPeriodMs = 20;

/** One run. */
export class World {
  readonly scenario: Scenario;
  readonly trace: Trace;
  readonly model: DiskModel = new DiskModel();
  /** Rejects with the first thing that went wrong; never resolves. */
  readonly failure: Promise<never>;
  readonly initiator: Initiator = new Initiator();
  step = 0;
  mood: Mood = 'calm';
  /** Something has happened since the last flush after which a device may report that writes are lost. */
  mayHaveLostWrites = true;
  /** A handle was closed that may not have been told of its lost writes, which is left to the removal then. */
  hasUntoldLosses = false;
  /** The disk in hand gets no I/O any more: it has to be opened again. */
  isStale = false;
  /** Something has happened since the last rest that only a new login makes an end to. */
  needsNewLogin = false;
  /** Counts what was looked at, so that a run in which nothing happened is seen. */
  readonly counts: Map<string, number> = new Map<string, number>();
  /** Operations under way, calm ones too. */
  readonly outstanding: Set<Promise<void>> = new Set<Promise<void>>();
  /** Read buffers whose requests have settled, with what they held then. */
  readonly settledReads: { readonly step: number; readonly live: Uint8Array; readonly then: Uint8Array }[] = [];
  #fail: (error: unknown) => void = () => undefined;
  #bench: TargetBench | undefined;
  #session: InitiatorSession | undefined;
  #handle: DeviceHandle | undefined;
  #value = 0;
  #lateAt = Number.NEGATIVE_INFINITY;
  #lagTimer: Timer | undefined;

  constructor(scenario: Scenario, trace: Trace) {
    this.scenario = scenario;
    this.trace = trace;
    this.failure = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failure.catch(() => undefined);
  }

  get bench(): TargetBench {
    if (this.#bench === undefined) throw new Error('there is no target yet');
    return this.#bench;
  }

  get session(): InitiatorSession {
    if (this.#session === undefined) throw new Error('there is no session yet');
    return this.#session;
  }

  get handle(): DeviceHandle {
    if (this.#handle === undefined) throw new Error('there is no disk yet');
    return this.#handle;
  }

  async open(): Promise<void> {
    this.#watchLag(systemClock.now());
    this.#bench = await openTarget(this.scenario, this.model, (error) => {
      this.mayHaveLostWrites = true;
      this.trace.note('   the cache is lost');
      if (error !== undefined) this.fail(error);
    });
    await this.login();
  }

  /** Closes everything; what is left then is a leak. */
  async close(): Promise<void> {
    this.#lagTimer?.cancel();
    await this.initiator.close();
    await this.#bench?.target.destroy();
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  /** From now on requests may suffer as much as that, until the next rest. */
  disturb(mood: Mood): void {
    if (this.mood === 'calm' || mood === 'rough') this.mood = mood;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  newValue(): number {
    this.#value += 1;
    return this.#value;
  }

  /** Whether the machine kept this process waiting since `moment`. */
  wasLateSince(moment: number): boolean {
    const now = systemClock.now();
    return this.#lateAt >= moment || (this.#lagTimer === undefined ? false : now - this.#lastTick > lagBoundMs);
  }

  /** Logs in and opens the disk. A login that a fault spoils is tried again, while that may last. */
  async login(): Promise<void> {
    const { scenario } = this;
    await this.persist('login', async () => {
      const session = await this.initiator.connect({
        portal: this.bench.portal,
        targetName,
        connections: Math.min(scenario.connections, scenario.parameters.maxConnections ?? 1),
        reconnects: true,
        limits,
        offers: {
          errorRecoveryLevel: scenario.errorRecoveryLevel,
          defaultTime2Wait: 0,
          defaultTime2Retain: 2,
          headerDigest: scenario.hasDigests ? 'CRC32C' : 'None',
          dataDigest: scenario.hasDigests ? 'CRC32C' : 'None',
        },
        disk: { maxTransferLength: scenario.maxTransferLength, backoffMs: 2, maxBackoffMs: 20 },
      });
      this.#session = session;
      this.#listen(session);
    });
    this.hasUntoldLosses = false;
    await this.openDisk();
  }

  /** Opens the disk, after the handle before has been closed. */
  async openDisk(): Promise<void> {
    await this.persist('open', async () => {
      this.isStale = false;
      this.#handle = await this.session.openDisk(0, {
        label: 'soak',
        onRemoveRequested: () => this.onRemoveRequested(),
      });
    });
    this.mayHaveLostWrites = true;
  }

  /** What the holder of the disk answers when it is asked to let go. */
  onRemoveRequested: () => { veto: string } | undefined = () => ({ veto: 'the soak goes on' });

  /** Does something again until it succeeds, where faults may spoil it; in calm, it has to succeed. */
  async persist(what: string, work: () => Promise<void>): Promise<void> {
    const begun = systemClock.now();
    for (;;) {
      const { mood } = this;
      try {
        await work();
        return;
      } catch (error) {
        this.trace.note(`   ${what}: ${String(error)}`);
        if (mood === 'calm' && !this.wasLateSince(begun))
          throw new Violation(`${what} failed in calm: ${String(error)}`);
        if (systemClock.now() - begun > stuckMs) throw error;
      }
      await sleep(systemClock, 20);
    }
  }

  #listen(session: InitiatorSession): void {
    const { events, deviceEvents } = session;
    const note = (text: string): void => {
      this.trace.note(`   ${text}`);
    };
    events.on('connectionLost', (cid, error) => {
      note(`connection ${cid} lost: ${error.message}`);
    });
    events.on('connectionRecovered', (cid) => {
      note(`connection ${cid} recovered`);
    });
    events.on('suspended', (error) => {
      // A target may report 29h/00h to every new nexus.
      this.mayHaveLostWrites = true;
      note(`suspended: ${error.message}`);
    });
    events.on('resumed', (how) => {
      this.count(`resumed: ${how}`);
      note(`resumed: ${how}`);
    });
    events.on('retried', (attempts, error) => {
      note(`login attempt ${attempts}: ${error.message}`);
    });
    events.on('escalated', (step) => {
      this.count(`escalated: ${step}`);
      note(`escalated: ${step}`);
    });
    for (const event of ['deviceRemovedInUse', 'deviceReplaced', 'devicesGone'] as const) {
      deviceEvents.on(event, () => {
        if (this.#session === session) this.isStale = true;
        note(event);
      });
    }
  }

  #lastTick = 0;

  /** Other programs may keep this one from the processor: what fails its limits then is not to blame. */
  #watchLag(expected: number): void {
    const now = systemClock.now();
    this.#lastTick = now;
    if (now - expected > lagBoundMs) {
      this.#lateAt = now;
      this.count('kept waiting');
    }
    this.#lagTimer = systemClock.schedule(lagPeriodMs, () => {
      this.#watchLag(now + lagPeriodMs);
    });
  }
}
