// An engine connection: one local address tied to one remote, and the circuits between them.

import { SessionError, TimeoutError, TransportError, withDeadline } from '../base/index.ts';
import { type CircuitHandlers, formatEndpoint, VirtualCircuit } from './circuit.ts';
import type { Link, LocalBinding, Remote, TransportDriver } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import { releaseLink } from './link-release.ts';
import { integer, type ResolvedEngineOptions } from './options.ts';
import { reach } from './reach.ts';
import type { Worker, WorkerContext } from './worker.ts';

/** How a circuit is built. */
export interface CircuitOptions {
  readonly handlers: CircuitHandlers;
  /** How long the connect may take; the engine's own limit unless set, 0 for no limit. */
  readonly connectTimeoutMs?: number;
  /** How long a graceful disconnect of the circuit may take before it is reset; the engine's own limit unless set. */
  readonly closeTimeoutMs?: number;
  /** Ends the connect; it has no say over the circuit afterwards. */
  readonly signal?: AbortSignal;
}

/** What everything below a transport needs to know. @internal */
export interface EngineParts {
  readonly driver: TransportDriver;
  readonly worker: Worker;
  readonly options: ResolvedEngineOptions;
}

/** One local address tied to one remote. Circuits are built on it; it connects nothing by itself. */
export class EngineConnection {
  readonly remote: Remote;
  readonly #parts: EngineParts;
  readonly #binding: LocalBinding;
  readonly #release: (connection: EngineConnection) => void;
  readonly #lifetime = new Lifetime<VirtualCircuit>('the connection');
  readonly #ending = new AbortController();
  /** Connects under way. Each settles, without rejecting, when its link is released or has become a circuit. */
  readonly #attempts = new Set<Promise<void>>();

  /** @internal */
  constructor(
    parts: EngineParts,
    binding: LocalBinding,
    remote: Remote,
    release: (connection: EngineConnection) => void,
  ) {
    this.#parts = parts;
    this.#binding = binding;
    this.remote = remote;
    this.#release = release;
  }

  /** The circuits that are not torn down yet, dead ones included. */
  get circuits(): readonly VirtualCircuit[] {
    return this.#lifetime.children;
  }

  /**
   * Connects a circuit. Rejects with TransportError `ISCSI_CONNECT_FAILED`, TimeoutError `ISCSI_CONNECT_TIMEOUT`, the
   * signal's own reason, SessionError `ISCSI_CLOSED` when the connection is torn down meanwhile, or UsageError
   * `ISCSI_WRONG_STATE` when it already was, `ISCSI_BAD_ARGUMENT` for a limit that is none. After a rejection nothing is left behind.
   */
  async buildCircuit(options: CircuitOptions): Promise<VirtualCircuit> {
    this.#lifetime.assertOpen();
    const limitMs = integer('connectTimeoutMs', options.connectTimeoutMs ?? this.#parts.options.connectTimeoutMs, 0);
    const closeTimeoutMs = integer('closeTimeoutMs', options.closeTimeoutMs ?? this.#parts.options.closeTimeoutMs, 1);
    const signals = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([this.#ending.signal, ...signals]);
    const makeError = (): TimeoutError =>
      new TimeoutError('ISCSI_CONNECT_TIMEOUT', `no connection to ${this.#address()} within ${limitMs} ms`, {
        operation: 'connect',
        limitMs,
      });
    return await withDeadline(this.#parts.options.clock, limitMs, makeError, signal, (both) =>
      this.#track(this.#build(options.handlers, closeTimeoutMs, both)),
    );
  }

  /**
   * Ends the connects under way, tears down every circuit and takes the connection off its address. `context` as for
   * `VirtualCircuit.tearDown`. Settles when everything is released; never rejects.
   */
  tearDown(context?: WorkerContext): Promise<void> {
    if (!this.#ending.signal.aborted) {
      this.#ending.abort(new SessionError('ISCSI_CLOSED', `the connection to ${this.#address()} was torn down`));
    }
    return this.#lifetime.end(context, async () => {
      // One that ends may leave others to be released: connects to further addresses of the host.
      while (this.#attempts.size > 0) await Promise.all(this.#attempts);
      this.#release(this);
    });
  }

  /** Makes the circuit in the same turn in which it looks at the signal, so that no abort slips in between. */
  async #build(handlers: CircuitHandlers, closeTimeoutMs: number, signal: AbortSignal): Promise<VirtualCircuit> {
    const link = await this.#connectLink(signal);
    if (signal.aborted) {
      await releaseLink(link);
      throw signal.reason as Error;
    }
    const circuit = new VirtualCircuit({
      link,
      handlers,
      transport: this.#parts.driver.name,
      worker: this.#parts.worker,
      options: { ...this.#parts.options, closeTimeoutMs },
      release: (released) => {
        this.#lifetime.release(released);
      },
    });
    this.#lifetime.adopt(circuit);
    return circuit;
  }

  #track<T>(attempt: Promise<T>): Promise<T> {
    const forget = (): void => {
      this.#attempts.delete(settled);
    };
    const settled = attempt.then(forget, forget);
    this.#attempts.add(settled);
    return attempt;
  }

  async #connectLink(signal: AbortSignal): Promise<Link> {
    try {
      const way = { remote: this.remote, binding: this.#binding };
      return await reach(this.#parts.driver, way, signal, (released) => {
        void this.#track(released);
      });
    } catch (error) {
      const address = this.#address();
      const why = error instanceof Error ? error.message : String(error);
      throw new TransportError('ISCSI_CONNECT_FAILED', `could not connect to ${address}: ${why}`, {
        address,
        cause: error,
      });
    }
  }

  #address(): string {
    return formatEndpoint({ address: this.remote.host, port: this.remote.port });
  }
}
