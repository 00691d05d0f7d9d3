// A client of the RxCe names that keeps the book on what it must hear once, what it must not hear any more, and what it is owed.

import {
  type MDL,
  ntStatus,
  type ReceiveAnswer,
  type RXCE_ADDRESS_EVENT_HANDLER,
  type RXCE_CONNECTION_EVENT_HANDLER,
  type RXCE_VC,
  STATUS_SUCCESS,
} from '../../src/rxce/index.ts';

/** Takes, refuses or gives buffers, as it is told. */
export class RaceClient {
  /** Circuits whose end the client has asked for. */
  readonly asked: Set<RXCE_VC> = new Set();
  /** Sends that were accepted and have not ended. */
  readonly owed: Set<number> = new Set();
  /** Buffers that were handed over and have not come back. */
  readonly buffers: Set<MDL> = new Set();
  readonly faults: string[] = [];
  mood: 'take' | 'refuse' | 'buffer' = 'take';
  count = 0;
  isInCall = false;
  readonly #disconnected = new Set<RXCE_VC>();
  #addressErrors = 0;

  readonly handler: RXCE_CONNECTION_EVENT_HANDLER = {
    RxCeDisconnectEventHandler: (_context, pVc) => {
      this.#hear('disconnect', pVc);
      if (this.#disconnected.has(pVc)) this.faults.push('a second disconnect event');
      this.#disconnected.add(pVc);
    },
    RxCeErrorEventHandler: (_context, pVc) => {
      this.#hear('error', pVc);
      this.faults.push('an error event');
    },
    RxCeReceiveEventHandler: (_context, pVc, _flags, indicated) => {
      this.#hear('receive', pVc);
      if (this.#disconnected.has(pVc)) this.faults.push('a receive event after the disconnect');
      return this.#answer(indicated);
    },
    RxCeSendPossibleEventHandler: (_context, pVc) => {
      this.#hear('send possible', pVc);
    },
    RxCeDataReadyEventHandler: (_context, buffer) => {
      this.#note();
      if (!this.buffers.delete(buffer)) this.faults.push('a buffer that was not handed over, or came back before');
    },
    RxCeSendCompleteEventHandler: (_context, _pVc, id) => {
      this.#note();
      if (!this.owed.delete(id as number)) this.faults.push('a send that was not made, or has ended before');
    },
  };

  readonly addressHandler: RXCE_ADDRESS_EVENT_HANDLER = {
    RxCeErrorEventHandler: () => {
      this.#note();
      this.#addressErrors += 1;
      if (this.#addressErrors > 1) this.faults.push('a second error of the address');
    },
  };

  #answer(indicated: number): ReceiveAnswer {
    switch (this.mood) {
      case 'take':
        return { Status: STATUS_SUCCESS, BytesTaken: indicated };
      case 'refuse':
        return { Status: ntStatus.STATUS_DATA_NOT_ACCEPTED };
      case 'buffer': {
        const buffer = new Uint8Array(450);
        this.buffers.add(buffer);
        return {
          Status: ntStatus.STATUS_MORE_PROCESSING_REQUIRED,
          BytesTaken: Math.min(100, indicated),
          pDataBufferPointer: buffer,
        };
      }
    }
  }

  #hear(name: string, pVc: RXCE_VC): void {
    this.#note();
    if (this.asked.has(pVc)) this.faults.push(`a ${name} event after the client has asked for the end`);
  }

  #note(): void {
    this.count += 1;
    if (this.isInCall) this.faults.push('an event inside a call');
  }
}
