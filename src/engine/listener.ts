// A listener: a local port of an address on which peers build circuits to us.

import { type CircuitEndpoint, channels, SessionError, TransportError, UsageError } from '../base/index.ts';
import { type CircuitHandlers, VirtualCircuit } from './circuit.ts';
import type { EngineParts } from './connection.ts';
import type { Link, LinkListener, LocalBinding } from './driver.ts';
import { Lifetime } from './lifetime.ts';
import { releaseLink } from './link-release.ts';
import { integer } from './options.ts';
import type { WorkerContext } from './worker.ts';

/** How to listen. */
export interface ListenOptions {
  /** 0, the default, takes a free one; `local` tells which. */
  readonly port?: number;
  /** How many circuits may be there at a time, 16 unless set; what comes beyond them is reset. */
  readonly circuitBound?: number;
}

/** Called for each circuit that a peer built; returns its handlers, of which none has run by then. */
export type AcceptCircuit = (circuit: VirtualCircuit) => CircuitHandlers;

/**
 * Takes circuits from peers. A circuit that has ended is taken down by itself; whoever accepted it may do that before.
 */
export class CircuitListener {
  readonly #parts: EngineParts;
  readonly #binding: LocalBinding;
  readonly #accept: AcceptCircuit;
  readonly #port: number;
  readonly #circuitBound: number;
  readonly #release: (listener: CircuitListener) => void;
  readonly #lifetime = new Lifetime<VirtualCircuit>('the listener');
  /** Links that are being reset because there was no place for them. */
  readonly #refused = new Set<Promise<void>>();
  #opening: Promise<LinkListener> | undefined;
  #local: CircuitEndpoint = { address: '', port: 0 };

  /** @internal */
  constructor(
    parts: EngineParts,
    place: { readonly binding: LocalBinding } & ListenOptions,
    accept: AcceptCircuit,
    release: (listener: CircuitListener) => void,
  ) {
    this.#parts = parts;
    this.#binding = place.binding;
    this.#accept = accept;
    this.#port = integer('port', place.port ?? 0, 0);
    if (this.#port > 65_535) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `port ${this.#port} is not below 65536`, { argument: 'port' });
    }
    this.#circuitBound = integer('circuitBound', place.circuitBound ?? 16, 1);
    this.#release = release;
  }

  /** Where it listens. */
  get local(): CircuitEndpoint {
    return this.#local;
  }

  /** The circuits that are not torn down yet. */
  get circuits(): readonly VirtualCircuit[] {
    return this.#lifetime.children;
  }

  /** @internal */
  async open(): Promise<this> {
    const { driver } = this.#parts;
    if (driver.openListener === undefined) {
      throw new UsageError('ISCSI_BAD_ARGUMENT', `the transport ${driver.name} cannot listen`, { argument: 'driver' });
    }
    this.#opening = driver.openListener({ binding: this.#binding, port: this.#port }, (link) => {
      this.#accepted(link);
    });
    try {
      this.#local = (await this.#opening).local;
    } catch (error) {
      const address = `${this.#binding.localAddress ?? this.#binding.interface ?? '*'}:${this.#port}`;
      const why = error instanceof Error ? error.message : String(error);
      throw new TransportError('ISCSI_LISTEN_FAILED', `could not listen on ${address}: ${why}`, {
        address,
        cause: error,
      });
    }
    if (this.#lifetime.isEnding) throw new SessionError('ISCSI_CLOSED', 'the listener was torn down');
    return this;
  }

  /** Takes no further circuits and tears down those that are there. Settles when all is released; never rejects. */
  tearDown(context?: WorkerContext): Promise<void> {
    return this.#lifetime.end(context, async () => {
      const listener = await this.#opening?.catch(() => undefined);
      await Promise.all([listener?.close(), ...this.#refused]);
      this.#release(this);
    });
  }

  #accepted(link: Link): void {
    if (this.#lifetime.isEnding || this.circuits.length >= this.#circuitBound) {
      if (!this.#lifetime.isEnding) {
        channels.queueFull.publish({ name: 'engine:listener', bound: this.#circuitBound });
      }
      this.#refuse(link);
      return;
    }
    // No event of the link comes before this turn has ended, so the handlers are there in time.
    let handlers: CircuitHandlers | undefined = undefined as CircuitHandlers | undefined;
    const circuit = new VirtualCircuit({
      link,
      handlers: {
        received: (chunk) => handlers?.received(chunk),
        nextBuffer: (scratch) => handlers?.nextBuffer?.(scratch) ?? scratch,
        drained: () => handlers?.drained(),
        disconnected: (error) => handlers?.disconnected(error),
      },
      transport: this.#parts.driver.name,
      worker: this.#parts.worker,
      options: this.#parts.options,
      release: (released) => {
        this.#lifetime.release(released);
      },
    });
    this.#lifetime.adopt(circuit);
    handlers = this.#accept(circuit);
    void circuit.closed.then(async () => {
      await circuit.tearDown();
    });
  }

  #refuse(link: Link): void {
    const released: Promise<void> = releaseLink(link).then(() => {
      this.#refused.delete(released);
    });
    this.#refused.add(released);
  }
}
