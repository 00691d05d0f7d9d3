// An initiator's registration with one iSNS server: made, kept up, made again after a loss, and ended.

import { EventEmitter } from 'node:events';
import {
  asIscsiError,
  type Deferred,
  deferred,
  type IscsiError,
  IsnsError,
  raceAbort,
  SessionError,
  sleep,
  type Timer,
  withDeadline,
} from '../../base/index.ts';
import {
  deregistrationRequest,
  type IsnsNotice,
  type IsnsTarget,
  presenceRequest,
  readIsnsTargets,
  readPresence,
  targetsRequest,
} from '../../discovery/index.ts';
import { type Address, Engine, type Transport } from '../../engine/index.ts';
import { announce, isFor, type Presence } from './announcement.ts';
import { type IsnsRegistrationOptions, type ResolvedIsnsOptions, resolveIsnsOptions } from './isns-options.ts';
import { NoticePort } from './notice-port.ts';
import { ServerLine } from './server-line.ts';

/** What happens to a registration. */
export interface IsnsRegistrationEvents {
  /** The server told of changes, or may have had some to tell while it was out of reach: ask for the targets again. */
  changed: [];
  /** The server knows us, for the first time or again. */
  registered: [];
  /** An attempt to register failed, or the line to the server was lost; attempts go on. */
  lost: [error: IscsiError];
}

/** One initiator at one iSNS server. It registers at once, and again and again, until it is closed. */
export class IsnsRegistration {
  readonly events: EventEmitter<IsnsRegistrationEvents> = new EventEmitter();
  readonly #options: ResolvedIsnsOptions;
  readonly #engine: Engine;
  readonly #transport: Transport;
  readonly #address: Address;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  /** The line on which we are registered, or are being. */
  #line: Promise<ServerLine> | undefined;
  #announcing: Promise<Presence> | undefined;
  #presence: Presence | undefined;
  #wasRegistered = false;
  #noticePort: NoticePort | undefined;
  /** Ends a pause between attempts. */
  #wake: Deferred<void> = deferred();
  #questions = 0;
  #settling: Timer | undefined;
  #closed: Promise<void> | undefined;

  /** Throws UsageError ISCSI_BAD_ARGUMENT for a binding that this host does not have. */
  constructor(options: IsnsRegistrationOptions) {
    this.#options = resolveIsnsOptions(options);
    this.#engine = new Engine({ clock: this.#options.clock });
    this.#transport = this.#engine.buildTransport(this.#options.transport);
    this.#address = this.#transport.buildAddress(this.#options.binding);
    this.#running = this.#run();
  }

  /** Whether the server knows us and tells us of changes. */
  get isRegistered(): boolean {
    return this.#presence?.hearsChanges ?? false;
  }

  /**
   * Asks which targets we may see; registers before, where that is not done, without waiting for the next attempt. Rejects
   * with IsnsError ISNS_UNREACHABLE, ISNS_TIMEOUT, ISNS_REFUSED or ISNS_BAD_ANSWER, TransportError ISCSI_LISTEN_FAILED,
   * the signal's reason, or SessionError ISCSI_CLOSED.
   */
  async targets(signal?: AbortSignal): Promise<IsnsTarget[]> {
    if (this.#closed !== undefined) throw closedError();
    const ending = this.#ending.signal;
    const either = signal === undefined ? ending : AbortSignal.any([signal, ending]);
    this.#questions += 1;
    try {
      const line = await raceAbort(this.#registered(), either);
      const { node } = await raceAbort(this.#upToDate(line), either);
      return readIsnsTargets(await line.request(targetsRequest(node.name), either));
    } finally {
      this.#questions -= 1;
    }
  }

  /** Deregisters, where the server answers in time, and releases everything. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Keeps a registration up; never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const line = await this.#registered();
        failures = 0;
        await this.#keep(line);
      } catch (error) {
        if (this.#closed !== undefined) return;
        this.events.emit('lost', asIscsiError(error));
        await this.#pause(failures);
      }
    }
  }

  #registered(): Promise<ServerLine> {
    if (this.#line !== undefined) return this.#line;
    this.#wake.resolve();
    const line = this.#register().catch((error: unknown) => {
      this.#line = undefined;
      throw error;
    });
    this.#line = line;
    return line;
  }

  async #register(): Promise<ServerLine> {
    const { signal } = this.#ending;
    signal.throwIfAborted();
    const noticed = this.#noticed.bind(this);
    const line = await ServerLine.open(
      { engine: this.#engine, address: this.#address, options: this.#options, noticed },
      signal,
    );
    try {
      await this.#announce(line, !this.#wasRegistered);
      return line;
    } catch (error) {
      await line.close();
      throw error;
    }
  }

  /** Rejects with the reason for which the line is of no more use; it is closed by then. */
  async #keep(line: ServerLine): Promise<never> {
    try {
      for (;;) {
        const end = await this.#endWithin(line, this.#presence?.renewMs ?? this.#options.limits.presenceMs);
        if (end !== undefined) throw end;
        if (await this.#isKnown(line)) continue;
        await this.#announce(line, true);
        this.#settle();
      }
    } finally {
      this.#line = undefined;
      this.#presence = undefined;
      await line.close();
    }
  }

  async #endWithin(line: ServerLine, limitMs: number): Promise<IscsiError | undefined> {
    const due = deferred<undefined>();
    const timer = this.#options.clock.schedule(limitMs, () => {
      due.resolve(undefined);
    });
    try {
      return await raceAbort(Promise.race([line.ended, due.promise]), this.#ending.signal);
    } finally {
      timer.cancel();
    }
  }

  /** Whether the server still has our node; asking keeps the registration up. */
  async #isKnown(line: ServerLine): Promise<boolean> {
    const { node } = await this.#upToDate(line);
    try {
      return readPresence(await line.request(presenceRequest(node.name), this.#ending.signal));
    } catch (error) {
      // A server may refuse whom it does not know.
      if (error instanceof IsnsError && error.code === 'ISNS_REFUSED') return false;
      throw error;
    }
  }

  /** What the server knows of us, after it was told of a new name or alias. */
  async #upToDate(line: ServerLine): Promise<Presence> {
    const known = this.#presence;
    const { name, alias } = this.#options.node();
    if (known !== undefined && known.node.name === name && known.node.alias === alias) return known;
    if (known !== undefined && known.node.name !== name && this.#announcing === undefined) {
      await this.#deregister(line, known, this.#ending.signal);
    }
    return await this.#announce(line, known?.node.name !== name);
  }

  #announce(line: ServerLine, replaces: boolean): Promise<Presence> {
    this.#announcing ??= this.#announceOnce(line, replaces).finally(() => {
      this.#announcing = undefined;
    });
    return this.#announcing;
  }

  async #announceOnce(line: ServerLine, replaces: boolean): Promise<Presence> {
    const options = this.#options;
    const { localAddress } = line;
    const isMoved = this.#noticePort?.localAddress !== localAddress;
    const noticePort = await this.#noticePortAt(localAddress);
    const parts = { line, noticePort, options, replaces: replaces || isMoved };
    this.#presence = await announce(parts, this.#ending.signal);
    // Whatever happened while the server did not know where to tell us of it.
    if (this.#wasRegistered) this.#settle();
    this.#wasRegistered = true;
    this.events.emit('registered');
    return this.#presence;
  }

  async #noticePortAt(localAddress: string): Promise<NoticePort> {
    const known = this.#noticePort;
    if (known?.localAddress === localAddress) return known;
    this.#noticePort = undefined;
    await known?.close();
    const opened = await NoticePort.open(this.#transport, localAddress, this.#options, this.#noticed.bind(this));
    this.#noticePort = opened;
    return opened;
  }

  async #deregister(line: ServerLine, { node, entity }: Presence, signal: AbortSignal): Promise<void> {
    try {
      await line.request(deregistrationRequest(node.name, entity), signal);
    } catch (error) {
      if (!(error instanceof IsnsError) || error.code !== 'ISNS_REFUSED') throw error;
    }
  }

  #noticed(notice: IsnsNotice): boolean {
    const isOurs =
      isFor(notice, this.#options.node()) || (this.#presence !== undefined && isFor(notice, this.#presence.node));
    if (isOurs && notice.kind === 'stateChange') this.#settle();
    return isOurs;
  }

  /** Tells of changes once for many notices, and not while a question is open whose answer may be older than they are. */
  #settle(): void {
    const { clock, limits } = this.#options;
    this.#settling ??= clock.schedule(limits.settleMs, () => {
      this.#settling = undefined;
      if (this.#questions > 0) this.#settle();
      else if (this.#closed === undefined) this.events.emit('changed');
    });
  }

  async #pause(failures: number): Promise<void> {
    const { clock, limits, random } = this.#options;
    const longest = Math.min(limits.longestRetryMs, limits.firstRetryMs * 2 ** Math.min(failures, 30));
    const pause = new AbortController();
    this.#wake = deferred();
    const slept = sleep(clock, longest * (0.5 + random() / 2), AbortSignal.any([pause.signal, this.#ending.signal]));
    try {
      await Promise.race([slept, this.#wake.promise]);
    } catch {
      // The end has come; the loop sees it.
    } finally {
      slept.catch(() => undefined);
      pause.abort();
    }
  }

  async #close(): Promise<void> {
    const { clock, limits } = this.#options;
    const closed = closedError();
    try {
      await withDeadline(
        clock,
        limits.closeTimeoutMs,
        () => closed,
        this.#ending.signal,
        async (signal) => {
          await this.#announcing;
          const line = this.#presence === undefined ? undefined : await this.#line;
          if (line !== undefined && this.#presence !== undefined) await this.#deregister(line, this.#presence, signal);
        },
      );
    } catch {
      // The server forgets us by itself at the end of the registration period.
    }
    this.#ending.abort(closed);
    await this.#running;
    this.#settling?.cancel();
    await this.#engine.close();
  }
}

function closedError(): SessionError {
  return new SessionError('ISCSI_CLOSED', 'The registration with the iSNS server is closed');
}
