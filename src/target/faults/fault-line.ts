// The line of one connection as faults see it: a lane out and a lane in, between the connection and its socket.

import type { Socket } from 'node:net';
import type { HookConnection } from '../hooks.ts';
import type { Laboratory } from './laboratory.ts';
import { PduSplitter } from './pdu-splitter.ts';
import { type Digests, RawPdu } from './raw-pdu.ts';
import { WireLane } from './wire-lane.ts';

/** What the line tells its connection. */
export interface LineEvents {
  facts(): HookConnection;
  /** Bytes have come. Valid during the call only. */
  received(bytes: Uint8Array): void;
  /** Bytes go out to the socket. */
  sent(bytes: Uint8Array): void;
  /** Less is held back than before. */
  drained(): void;
}

/** The longest data segment before a connection has negotiated one, with room for headers. */
const loginSegmentLength = 8_192;
const headerRoom = 2_048;

/** Both lanes of a connection. */
export class FaultLine {
  readonly #sent: WireLane;
  readonly #received: WireLane;
  readonly #splitter: PduSplitter;

  constructor(laboratory: Laboratory, socket: Socket, events: LineEvents) {
    const host = {
      clock: laboratory.clock,
      hasFaults: () => laboratory.has('onWire'),
      ordersFor: (direction: 'sent' | 'received', raw: RawPdu, position: number) =>
        laboratory.ordersFor(direction, raw, position, events.facts()),
      pass: (direction: 'sent' | 'received', bytes: Uint8Array) => {
        if (direction === 'sent') events.sent(bytes);
        else events.received(bytes);
      },
      held: (direction: 'sent' | 'received', isHeld: boolean) => {
        if (direction === 'sent') events.drained();
        else if (isHeld) socket.pause();
        else socket.resume();
      },
      holdOther: (direction: 'sent' | 'received', until: (gone: AbortSignal) => Promise<void>) => {
        const other = direction === 'sent' ? this.#received : this.#sent;
        other.hold(until);
      },
      cut: (how: 'drop' | 'reset') => {
        cut(socket, how);
      },
    };
    this.#sent = new WireLane('sent', host);
    const received = new WireLane('received', host);
    this.#received = received;
    this.#splitter = new PduSplitter(
      {
        wantsPdus: () => !received.isClear,
        pass: (bytes) => {
          received.skip(bytes.length);
          events.received(bytes);
        },
        take: (raw) => {
          received.take(raw);
          // What was under way when the lane was held still comes in.
          if (received.isHeld) socket.pause();
        },
      },
      loginSegmentLength + headerRoom,
    );
  }

  /** Whether nothing that is sent has to go through `send`. */
  get isClear(): boolean {
    return this.#sent.isClear;
  }

  /** Whether a fault holds one of the lanes, so that the peer cannot be blamed for its silence. */
  get isHeld(): boolean {
    return this.#sent.isHeld || this.#received.isHeld;
  }

  /** Bytes on their way out that are held back. */
  get pendingLength(): number {
    return this.#sent.pendingLength;
  }

  /** Bytes have gone out past the lane. */
  skip(length: number): void {
    this.#sent.skip(length);
  }

  /** Sends the pieces of one PDU through the lane, which copies them. */
  send(pieces: readonly Uint8Array[], digests: Digests): void {
    this.#sent.take(new RawPdu(Buffer.concat(pieces), digests));
  }

  /** Takes what the socket has received. */
  receive(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** Full feature phase begins: received PDUs have these digests and this longest data segment from now on. */
  reconfigure(digests: Digests, maxRecvDataSegmentLength: number): void {
    this.#splitter.reconfigure(digests, maxRecvDataSegmentLength + headerRoom);
  }

  /** Calls `then` when all that was sent has left the lane. */
  end(then: () => void): void {
    this.#sent.end(then);
  }

  /** The connection is gone. */
  stop(): void {
    this.#sent.stop();
    this.#received.stop();
  }
}

/** Ends a socket when what was written to it before is with the kernel. */
function cut(socket: Socket, how: 'drop' | 'reset'): void {
  const end = (): void => {
    if (how === 'drop') socket.destroy();
    else socket.resetAndDestroy();
  };
  if (socket.writableLength === 0) end();
  else socket.write('', end);
}
