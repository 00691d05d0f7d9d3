// Tells the circuit channels what passes one of the target's sockets, so that a trace can be written of it.

import type { Socket } from 'node:net';
import { channels } from '../base/index.ts';

/** Publishes one connection, from the making of the tap to `closed`. */
export class CircuitTap {
  // The channels are one set a process. Ids below zero are never those of an initiator's circuits.
  static #lastId = 0;

  readonly #circuitId: number;

  constructor(socket: Socket) {
    CircuitTap.#lastId -= 1;
    this.#circuitId = CircuitTap.#lastId;
    channels.circuitConnected.publish({
      circuitId: this.#circuitId,
      transport: 'tcp',
      isAccepted: true,
      local: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
      remote: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    });
  }

  received(chunk: Uint8Array): void {
    channels.circuitBytesReceived.publish({ circuitId: this.#circuitId, pieces: [chunk] });
  }

  sent(pieces: readonly Uint8Array[]): void {
    channels.circuitBytesSent.publish({ circuitId: this.#circuitId, pieces });
  }

  closed(): void {
    channels.circuitClosed.publish({ circuitId: this.#circuitId });
  }
}
