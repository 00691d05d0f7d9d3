// A circuit as the engine knows it behind an RXCE_VC: its events, its sends, its disconnect and its end.

import type { CircuitHandlers, DisconnectKind, VirtualCircuit, WorkerContext, WorkQueue } from '../engine/index.ts';
import { RXCE_VC_STATE, TDI_DISCONNECT } from './constants.ts';
import { Inflow } from './inflow.ts';
import { type NTSTATUS, ntStatus, statusOf } from './nt-status.ts';
import { write } from './object-memory.ts';
import { Outflow } from './outflow.ts';
import type { ConnectionOwner } from './owners.ts';
import { RXCE_SIGNATURE, RXCE_VC } from './structures.ts';

/**
 * `building` connecting; `active` usable; `asked` the client has asked for the end; `lost` the end came by itself;
 * `tearingDown` on its way out.
 */
type State = 'building' | 'active' | 'asked' | 'lost' | 'tearingDown';

/** What stands behind an RXCE_VC. */
export class VcBinding {
  readonly object: RXCE_VC;
  readonly parent: ConnectionOwner;
  readonly inflow: Inflow;
  readonly outflow: Outflow = new Outflow();
  readonly #worker: WorkQueue;
  #state: State = 'building';
  #circuit: VirtualCircuit | undefined;
  #kind: DisconnectKind | undefined;
  #cleanUp: Promise<void> | undefined;
  #ending: Promise<NTSTATUS> | undefined;

  constructor(object: RXCE_VC, parent: ConnectionOwner, worker: WorkQueue, lookahead: number) {
    this.object = object;
    this.parent = parent;
    this.#worker = worker;
    const { handler, context } = parent;
    this.inflow = new Inflow(
      {
        indicate: (tsdu, available) => {
          return handler.RxCeReceiveEventHandler?.(context, object, 0, tsdu.length, available, tsdu);
        },
        dataReady: (mdl, copied, status) => {
          handler.RxCeDataReadyEventHandler?.(context, mdl, copied, status);
        },
        answerRefused: () => {
          handler.RxCeErrorEventHandler?.(context, object, ntStatus.STATUS_INVALID_PARAMETER);
        },
        isOpen: () => this.isActive,
        pause: () => this.#circuit?.pause(),
        resume: () => this.#circuit?.resume(),
      },
      lookahead,
    );
  }

  get isActive(): boolean {
    return this.#state === 'active';
  }

  /** The circuit, once it is built. */
  get circuit(): VirtualCircuit | undefined {
    return this.#circuit;
  }

  /** The handlers for the engine's circuit. */
  handlers(): CircuitHandlers {
    return {
      received: (chunk) => {
        if (!this.isActive) return;
        this.inflow.received(chunk);
        this.#showBuffer();
      },
      nextBuffer: (scratch) => (this.isActive ? this.inflow.nextBuffer(scratch) : scratch),
      sent: () => {
        if (this.#circuit !== undefined) this.outflow.progressed(this.#circuit.sentBytes);
      },
      drained: this.#drained.bind(this),
      disconnected: this.#disconnected.bind(this),
    };
  }

  /** The circuit is there: the object is valid from here on. */
  attach(circuit: VirtualCircuit): void {
    this.#circuit = circuit;
    this.#state = 'active';
    write(this.object, {
      Signature: RXCE_SIGNATURE.RXCE_VC,
      pConnection: this.parent.object,
      hEndpoint: circuit.id,
      ConnectionId: circuit.id,
      State: RXCE_VC_STATE.RXCE_VC_ACTIVE,
    });
    void circuit.closed.then(() => {
      this.#endFlows();
    });
  }

  /** Connects over other transports are being cleaned up; the teardown waits for that. */
  awaitCleanUp(cleanUp: Promise<void>): void {
    this.#cleanUp = cleanUp;
    write(this.object, { pCleanUpEvent: cleanUp });
    void cleanUp.then(() => {
      if (this.#cleanUp !== cleanUp) return;
      this.#cleanUp = undefined;
      write(this.object, { pCleanUpEvent: null });
    });
  }

  /** Tells the client again of what it has not taken. Never inside the call. */
  indicateAgain(): void {
    queueMicrotask(() => {
      if (!this.isActive) return;
      this.inflow.again();
      this.#showBuffer();
    });
  }

  /**
   * Queues the disconnect for the worker. What is done already, or under way, is not done again, but an abortive one cuts a
   * graceful one short, even while that is being waited for.
   */
  initiateDisconnect(kind: DisconnectKind): NTSTATUS {
    const isCutShort = kind === 'abortive' && this.#kind === 'graceful' && this.#state !== 'lost';
    if (!this.isActive && !isCutShort) return ntStatus.STATUS_SUCCESS;
    if (this.#worker.length >= this.#worker.bound) return ntStatus.STATUS_INSUFFICIENT_RESOURCES;
    this.#kind = kind;
    if (this.isActive) {
      this.#state = 'asked';
      write(this.object, { State: RXCE_VC_STATE.RXCE_VC_DISCONNECTED });
    }
    const initiated = this.#worker.run((context) => {
      this.#circuit?.initiateDisconnect(context, kind);
    });
    initiated.catch(() => undefined); // the engine has closed, and takes the circuit along
    return ntStatus.STATUS_SUCCESS;
  }

  /**
   * Takes the circuit off its connection: an active one abortively, one that is being disconnected as was asked for. The
   * status is that of what ended the circuit out of order, if anything did.
   */
  tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    this.#ending ??= this.#tearDown(context);
    return this.#ending;
  }

  async #tearDown(context: WorkerContext | undefined): Promise<NTSTATUS> {
    this.#state = 'tearingDown';
    write(this.object, { State: RXCE_VC_STATE.RXCE_VC_TEARDOWN });
    const circuit = this.#circuit;
    if (circuit !== undefined) {
      if (context !== undefined && this.#kind !== undefined && this.#worker.isCurrent(context))
        circuit.initiateDisconnect(context, this.#kind);
      await circuit.tearDown(context, this.#kind);
    }
    await this.#cleanUp;
    this.parent.release(this.object);
    write(this.object, new RXCE_VC());
    return circuit?.error === undefined ? ntStatus.STATUS_SUCCESS : statusOf(circuit.error);
  }

  #drained(): void {
    const circuit = this.#circuit;
    if (circuit === undefined || !this.isActive) return;
    const { handler, context } = this.parent;
    handler.RxCeSendPossibleEventHandler?.(context, this.object, circuit.highWaterMark - circuit.pendingBytes);
  }

  #disconnected(error: Error | undefined): void {
    if (!this.isActive) return;
    this.#state = 'lost';
    write(this.object, { State: RXCE_VC_STATE.RXCE_VC_DISCONNECTED });
    this.#endFlows();
    const { TDI_DISCONNECT_RELEASE, TDI_DISCONNECT_ABORT } = TDI_DISCONNECT;
    const flags = error === undefined ? TDI_DISCONNECT_RELEASE : TDI_DISCONNECT_ABORT;
    const { handler, context } = this.parent;
    handler.RxCeDisconnectEventHandler?.(context, this.object, 0, null, 0, null, flags);
  }

  #endFlows(): void {
    this.outflow.end(this.#circuit?.sentBytes ?? 0);
    this.inflow.end(ntStatus.STATUS_CONNECTION_DISCONNECTED);
    this.#showBuffer();
  }

  #showBuffer(): void {
    const { buffer } = this.inflow;
    if (this.object.pReceiveMdl !== buffer) write(this.object, { pReceiveMdl: buffer });
  }
}
