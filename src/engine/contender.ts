// A connect that may win, lose, or wait until somebody can use it: until then its circuit is nobody's.

import { asIscsiError, type IscsiError, SessionError, TransportError } from '../base/index.ts';
import type { Address } from './address.ts';
import { type CircuitHandlers, formatEndpoint, type VirtualCircuit } from './circuit.ts';
import type { CircuitOptions, EngineConnection } from './connection.ts';
import type { Remote } from './driver.ts';

/** From where to where a circuit is wanted. */
export interface ConnectAttempt {
  readonly address: Address;
  readonly remote: Remote;
}

/** How every connect of a race is made; as for a circuit that is built alone. */
export type ContenderOptions = Pick<CircuitOptions, 'connectTimeoutMs' | 'closeTimeoutMs'>;

/**
 * `queued`: not begun; `connecting`; `answered`: its circuit waits to be taken; `taken`: that has happened; `failed`: it
 * could not connect, or was lost while it waited; `released`: given up.
 */
export type ContenderState = 'queued' | 'connecting' | 'answered' | 'taken' | 'failed' | 'released';

/** A circuit that was taken, and its engine connection: both are the taker's, who tears down the connection. */
export interface TakenCircuit {
  readonly connection: EngineConnection;
  readonly circuit: VirtualCircuit;
}

const noBytes = new Uint8Array(0);

/** One connect of a race. Entered by `ConnectRace.enter`. */
export class Contender {
  readonly attempt: ConnectAttempt;
  readonly #changed: () => void;
  readonly #ending = new AbortController();
  #state: ContenderState = 'queued';
  #error: IscsiError | undefined;
  #connection: EngineConnection | undefined;
  #circuit: VirtualCircuit | undefined;
  /** What the peer said before anybody had the circuit, which is paused from then on: a chunk, as a rule. */
  #held: Uint8Array | undefined;
  #running: Promise<void> | undefined;

  /** @internal */
  constructor(attempt: ConnectAttempt, changed: () => void) {
    this.attempt = attempt;
    this.#changed = changed;
  }

  get state(): ContenderState {
    return this.#state;
  }

  /** Why it failed. */
  get error(): IscsiError | undefined {
    return this.#error;
  }

  /** @internal */
  start(options: ContenderOptions): void {
    this.#state = 'connecting';
    this.#running = this.#connect(options);
  }

  /**
   * Makes the circuit the caller's: `handlers` hear all that it has to tell, from the first byte on, and nothing inside
   * this call. Undefined for a contender that has not answered, or has no circuit any more.
   */
  take(handlers: CircuitHandlers): TakenCircuit | undefined {
    const connection = this.#connection;
    const circuit = this.#circuit;
    if (this.#state !== 'answered' || connection === undefined || circuit === undefined) return undefined;
    if (circuit.state !== 'active') {
      this.#fail(this.#tornDown());
      return undefined;
    }
    this.#move('taken');
    circuit.handOver(handlers, this.#held);
    this.#held = undefined;
    return { connection, circuit };
  }

  /**
   * Gives the connect or its circuit up. Settles when nothing of it is left; never rejects. A circuit that was taken is
   * left alone.
   */
  async release(): Promise<void> {
    if (this.#state === 'taken') return;
    if (this.#state !== 'failed' && this.#state !== 'released') this.#move('released');
    this.#ending.abort(new SessionError('ISCSI_CLOSED', 'the connect is not wanted any more'));
    this.#circuit?.discard();
    await this.#running;
    await this.#connection?.tearDown();
  }

  /** Never rejects. */
  async #connect(options: ContenderOptions): Promise<void> {
    await Promise.resolve(); // nobody hears of anything inside the call that entered it
    const { address, remote } = this.attempt;
    const { signal } = this.#ending;
    try {
      signal.throwIfAborted();
      this.#connection = address.buildConnection(remote);
      this.#circuit = await this.#connection.buildCircuit({ ...options, handlers: this.#waitingHandlers(), signal });
    } catch (error) {
      if (!signal.aborted) this.#fail(asIscsiError(error));
      return;
    }
    if (signal.aborted) {
      this.#circuit.discard();
      return;
    }
    if (this.#error !== undefined) return; // lost before anybody here heard that it had connected
    if (this.#held !== undefined) this.#circuit.pause();
    this.#circuit.closed.then(
      () => {
        this.#lost(this.#tornDown());
      },
      () => undefined,
    );
    this.#move('answered');
  }

  #waitingHandlers(): CircuitHandlers {
    return {
      received: (chunk) => {
        this.#held = Buffer.concat([this.#held ?? noBytes, chunk]);
        this.#circuit?.pause();
      },
      drained: () => {},
      disconnected: (error) => {
        const address = this.#address();
        const message = `the connection to ${address} was closed by the peer before it was used`;
        this.#lost(asIscsiError(error ?? new TransportError('ISCSI_CONNECTION_LOST', message, { address })));
      },
    };
  }

  #lost(error: IscsiError): void {
    if (this.#state === 'connecting' || this.#state === 'answered') this.#fail(error);
  }

  #fail(error: IscsiError): void {
    this.#error = error;
    this.#held = undefined;
    void this.#connection?.tearDown(); // never rejects; `release` waits for it
    this.#move('failed');
  }

  #move(state: ContenderState): void {
    this.#state = state;
    this.#changed();
  }

  #tornDown(): SessionError {
    return new SessionError('ISCSI_CLOSED', `the connection to ${this.#address()} was torn down before it was used`);
  }

  #address(): string {
    const { host, port } = this.attempt.remote;
    return formatEndpoint({ address: host, port });
  }
}
