// A link made of RxCe calls: one circuit, with a connection, an address and a transport of its own.

import { type CircuitEndpoint, deferred } from '../base/index.ts';
import type { Link, LinkEvents, WorkQueue } from '../engine/index.ts';
import { TDI_DISCONNECT } from './constants.ts';
import type { RXCE_CONNECTION_EVENT_HANDLER } from './handlers.ts';
import { totalLength } from './mdl.ts';
import { type NTSTATUS, ntStatus } from './nt-status.ts';
import type { RxCe } from './rxce.ts';
import { statusError } from './status-error.ts';
import {
  type RXCE_ADDRESS,
  RXCE_CONNECTION,
  type RXCE_CONNECTION_INFORMATION,
  type RXCE_TRANSPORT,
  RXCE_VC,
} from './structures.ts';

/** What a link is made with. */
export interface LinkParts {
  readonly rxCe: RxCe;
  readonly worker: WorkQueue;
  /** Torn down with the link. */
  readonly transport: RXCE_TRANSPORT;
}

const { TDI_DISCONNECT_RELEASE, TDI_DISCONNECT_ABORT } = TDI_DISCONNECT;

/** A circuit of the RxCe names as a link. */
export class RxCeLink implements Link {
  readonly #rxCe: RxCe;
  readonly #worker: WorkQueue;
  readonly #transport: RXCE_TRANSPORT;
  readonly #vc = new RXCE_VC();
  readonly #started = deferred<LinkEvents>();
  #endpoints = { local: nowhere, remote: nowhere };
  #events: LinkEvents | undefined;
  /** What comes is refused, and kept by the circuit, until somebody listens. */
  #isPaused = true;
  /** The peer has closed in order, and nobody has been told. */
  #hasEnded = false;
  /** Nobody is to hear of anything but the end. */
  #isReleased = false;
  #isClosing = false;

  constructor({ rxCe, worker, transport }: LinkParts) {
    this.#rxCe = rxCe;
    this.#worker = worker;
    this.#transport = transport;
  }

  get local(): CircuitEndpoint {
    return this.#endpoints.local;
  }

  get remote(): CircuitEndpoint {
    return this.#endpoints.remote;
  }

  /** Connects. The ends of the circuit are known then. */
  async connect(address: RXCE_ADDRESS, information: RXCE_CONNECTION_INFORMATION): Promise<NTSTATUS> {
    const connection = new RXCE_CONNECTION();
    const handler = this.#handler();
    const status = await this.#rxCe.RxCeBuildConnection(address, information, handler, null, connection, this.#vc);
    this.#endpoints = this.#rxCe.endpoints(this.#vc) ?? this.#endpoints;
    return status;
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#started.resolve(events);
    this.resume();
  }

  write(pieces: readonly Uint8Array[]): void {
    // A send that is refused, or fails, has lost its circuit, of which we hear by itself.
    void this.#rxCe.RxCeSend(this.#vc, 0, pieces, totalLength(pieces), null);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#hasEnded) queueMicrotask(this.#tellEnded);
    else this.#rxCe.indicateAgain(this.#vc);
  }

  end(): void {
    this.#close(TDI_DISCONNECT_RELEASE);
  }

  destroy(): void {
    this.#isReleased = true;
    this.#close(TDI_DISCONNECT_RELEASE, TDI_DISCONNECT_ABORT);
  }

  reset(): void {
    this.#isReleased = true;
    this.#close(TDI_DISCONNECT_ABORT);
  }

  #handler(): RXCE_CONNECTION_EVENT_HANDLER {
    return {
      RxCeReceiveEventHandler: (_context, _vc, _flags, BytesTaken, _available, tsdu) => {
        if (this.#isPaused && !this.#isReleased) return { Status: ntStatus.STATUS_DATA_NOT_ACCEPTED };
        if (!this.#isReleased) this.#events?.received(tsdu);
        return { Status: ntStatus.STATUS_SUCCESS, BytesTaken };
      },
      RxCeSendCompleteEventHandler: (_context, _vc, _completion, status) => {
        if (status === ntStatus.STATUS_SUCCESS && !this.#isReleased) this.#events?.written();
      },
      RxCeDisconnectEventHandler: (_context, _vc, _length, _data, _infoLength, _info, flags) => {
        this.#hasEnded = flags === TDI_DISCONNECT_RELEASE;
        if (!this.#hasEnded) this.#close();
        else if (!this.#isPaused) this.#tellEnded();
      },
    };
  }

  /** The end of the peer; nothing is left of the circuit by then. */
  readonly #tellEnded = (): void => {
    if (this.#isPaused || !this.#hasEnded) return;
    this.#hasEnded = false;
    if (!this.#isReleased) this.#events?.ended();
    this.#close();
  };

  /** Initiates disconnects, and sees to it that the end of the circuit is waited for and told, once. */
  #close(...flags: readonly number[]): void {
    const initiated = this.#worker.run((context) => {
      for (const each of flags) this.#rxCe.RxCeInitiateVCDisconnect(this.#vc, context, each);
    });
    if (this.#isClosing) return;
    this.#isClosing = true;
    void initiated.then(async () => {
      const status = await this.#rxCe.RxCeTearDownVC(this.#vc);
      await this.#rxCe.RxCeTearDownTransport(this.#transport);
      const events = await this.#started.promise;
      events.closed(status === ntStatus.STATUS_SUCCESS ? undefined : statusError(status, 'RxCeTearDownVC'));
    });
  }
}

const nowhere: CircuitEndpoint = { address: '', port: 0 };
