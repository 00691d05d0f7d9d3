// A datagram port: a local port of an address from which single messages go out, and to which they come in.

import { type CircuitEndpoint, channels, SessionError, TransportError, UsageError } from '../base/index.ts';
import { formatEndpoint } from './circuit.ts';
import type { EngineParts } from './connection.ts';
import type { DatagramLink, LocalBinding, Remote } from './driver.ts';
import { checkPort, checkRemote, integer } from './options.ts';

/** How to open a port for datagrams. */
export interface DatagramOptions {
  /** 0, the default, takes a free one; `local` tells which. */
  readonly port?: number;
  /**
   * The only one to speak with. Datagrams of anybody else are not received, and where the network says that nobody
   * listens there, `failed` tells. With everybody unless set; a binding that says nothing is then one to IPv4.
   */
  readonly remote?: Remote;
  /** How many datagrams may wait for the system to take them; 64 unless set. */
  readonly sendBound?: number;
  /** Ends the opening; it has no say over the port afterwards. */
  readonly signal?: AbortSignal;
}

/** What a datagram port tells its owner. None of these runs inside a call on the port, or after its teardown has begun. */
export interface DatagramHandlers {
  /** A datagram; `bytes` are nobody else's. It may be anybody's who can write that address on an envelope. */
  received(bytes: Uint8Array, from: CircuitEndpoint): void;
  /** The network says that a datagram did not get through. The port stays usable. */
  failed(error: TransportError): void;
}

/** The most bytes that a datagram carries over IPv4 (65535 less the headers of IP and UDP). */
const longestDatagram = 65_507;

/** A port for datagrams. Nothing of it is reliable: they may be lost, doubled, late and out of order. */
export class DatagramPort {
  /** The only one it speaks with, if it was opened so. */
  readonly remote: Remote | undefined;
  readonly #parts: EngineParts;
  readonly #binding: LocalBinding;
  readonly #port: number;
  readonly #sendBound: number;
  readonly #handlers: DatagramHandlers;
  readonly #release: (port: DatagramPort) => void;
  readonly #ending = new AbortController();
  #opening: Promise<DatagramLink> | undefined;
  #link: DatagramLink | undefined;
  #torn: Promise<void> | undefined;
  #pending = 0;

  /** @internal */
  constructor(
    parts: EngineParts,
    place: { readonly binding: LocalBinding } & DatagramOptions,
    handlers: DatagramHandlers,
    release: (port: DatagramPort) => void,
  ) {
    this.#parts = parts;
    this.#binding = place.binding;
    this.#port = checkPort(place.port ?? 0);
    this.remote = place.remote === undefined ? undefined : checkRemote(place.remote);
    this.#sendBound = integer('sendBound', place.sendBound ?? 64, 1);
    this.#handlers = handlers;
    this.#release = release;
  }

  /** Where it receives. */
  get local(): CircuitEndpoint {
    return this.#link?.local ?? { address: '', port: 0 };
  }

  /** @internal */
  async open(signal: AbortSignal | undefined): Promise<this> {
    const { driver } = this.#parts;
    if (driver.openDatagrams === undefined) {
      const message = `the transport ${driver.name} has no datagrams`;
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'driver' });
    }
    signal?.throwIfAborted();
    const either = signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
    const at = { binding: this.#binding, port: this.#port, remote: this.remote };
    this.#opening = driver.openDatagrams(at, { received: this.#received, failed: this.#failed }, either);
    try {
      this.#link = await this.#opening;
    } catch (error) {
      either.throwIfAborted();
      const where = `port ${this.#port}${this.remote === undefined ? '' : ` towards ${nameOf(this.remote)}`}`;
      throw this.#fault('ISCSI_LISTEN_FAILED', `could not open ${where} for datagrams`, error);
    }
    either.throwIfAborted();
    return this;
  }

  /**
   * Sends a datagram to `remote`, which is left out on a port that has its one. The bytes must not change until this
   * settles, which says that the system has taken them and nothing more. Rejects with TransportError
   * `ISCSI_CONNECT_FAILED`, SessionError `ISCSI_CLOSED` after teardown and `ISCSI_QUEUE_FULL` where too many wait, and
   * UsageError `ISCSI_BAD_ARGUMENT` for a remote that is missing, or one too many, or too many bytes.
   */
  async send(bytes: Uint8Array, remote?: Remote): Promise<void> {
    const link = this.#link;
    if (link === undefined || this.#isEnding) throw closed();
    if ((remote === undefined) === (this.remote === undefined)) {
      const message = remote === undefined ? 'nobody to send to' : 'the port has its one remote';
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'remote' });
    }
    if (bytes.length > longestDatagram) {
      const message = `${bytes.length} bytes are more than the ${longestDatagram} of a datagram`;
      throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'bytes' });
    }
    const to = remote === undefined ? undefined : checkRemote(remote);
    if (this.#pending >= this.#sendBound) {
      channels.queueFull.publish({ name: 'engine:datagrams', bound: this.#sendBound });
      throw new SessionError('ISCSI_QUEUE_FULL', `${this.#pending} datagrams wait to be sent`);
    }
    this.#pending += 1;
    try {
      await link.send(bytes, to);
    } catch (error) {
      this.#ending.signal.throwIfAborted();
      throw this.#fault('ISCSI_CONNECT_FAILED', 'could not send a datagram', error, to);
    } finally {
      this.#pending -= 1;
    }
  }

  /** Closes the port. What has not been sent by then may be dropped. Settles when it is free; never rejects. */
  tearDown(): Promise<void> {
    if (!this.#isEnding) this.#ending.abort(closed());
    this.#torn ??= this.#tearDown();
    return this.#torn;
  }

  get #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  async #tearDown(): Promise<void> {
    const link = await this.#opening?.catch(() => undefined);
    await link?.close();
    this.#release(this);
  }

  readonly #received = (bytes: Uint8Array, from: CircuitEndpoint): void => {
    if (!this.#isEnding) this.#handlers.received(bytes, from);
  };

  readonly #failed = (error: Error): void => {
    if (this.#isEnding) return;
    this.#handlers.failed(this.#fault('ISCSI_CONNECT_FAILED', 'a datagram did not get through', error));
  };

  #fault(
    code: 'ISCSI_LISTEN_FAILED' | 'ISCSI_CONNECT_FAILED',
    what: string,
    cause: unknown,
    to: Remote | undefined = this.remote,
  ): TransportError {
    const address = to === undefined ? formatEndpoint(this.local) : nameOf(to);
    const why = cause instanceof Error ? cause.message : String(cause);
    return new TransportError(code, `${what}: ${why}`, { address, cause });
  }
}

function closed(): SessionError {
  return new SessionError('ISCSI_CLOSED', 'the port for datagrams was torn down');
}

function nameOf({ host, port }: Remote): string {
  return formatEndpoint({ address: host, port });
}
