// One circuit as a TCP flow: handshake, numbered segments either way, acknowledgments, FIN. Only the payload is real.

import type { CircuitEndpoint } from '../base/index.ts';
import { asIpv6, ipAddress } from './ip-address.ts';
import { type PacketDirection, packetDirection } from './pcapng.ts';
import { headersLength, mostPayload, type TcpEnd, type TcpSegment, tcpFlag } from './tcp-packet.ts';

/** Takes one packet: its headers, its payload in pieces, and which way it went. */
export type TakePacket = (segment: TcpSegment, pieces: readonly Uint8Array[], direction: PacketDirection) => void;

/** One side of a flow. */
interface Side {
  readonly end: TcpEnd;
  readonly direction: PacketDirection;
  /** The next sequence number that it sends. */
  next: number;
  /** Up to where the other side has acknowledged. */
  acknowledged: number;
}

/** Unacknowledged bytes after which the other side acknowledges without data, far below the window of 1 GiB. */
const acknowledgeAfter = 4 * 1024 * 1024;

/** The packets of one circuit. */
export class TcpFlow {
  readonly #local: Side;
  readonly #remote: Side;
  readonly #take: TakePacket;

  constructor(local: CircuitEndpoint, remote: CircuitEndpoint, take: TakePacket) {
    const near = ipAddress(local.address);
    const far = ipAddress(remote.address);
    const isIpv4 = near.length === 4 && far.length === 4;
    this.#local = side(isIpv4 ? near : asIpv6(near), local.port, packetDirection.outbound);
    this.#remote = side(isIpv4 ? far : asIpv6(far), remote.port, packetDirection.inbound);
    this.#take = take;
  }

  /** The handshake: we connected, or the other side did and we accepted. */
  opened(isAccepted: boolean): void {
    const [client, server] = isAccepted ? [this.#remote, this.#local] : [this.#local, this.#remote];
    this.#segment(client, tcpFlag.syn);
    this.#segment(server, tcpFlag.syn | tcpFlag.acknowledge);
    this.#segment(client, tcpFlag.acknowledge);
  }

  sent(pieces: readonly Uint8Array[]): void {
    this.#data(this.#local, this.#remote, pieces);
  }

  received(pieces: readonly Uint8Array[]): void {
    this.#data(this.#remote, this.#local, pieces);
  }

  /** Both sides end. Who did first is not known here; ours is written first. */
  closed(): void {
    this.#segment(this.#local, tcpFlag.fin | tcpFlag.acknowledge);
    this.#segment(this.#remote, tcpFlag.fin | tcpFlag.acknowledge);
    this.#segment(this.#local, tcpFlag.acknowledge);
  }

  #data(from: Side, to: Side, pieces: readonly Uint8Array[]): void {
    for (const payload of payloads(pieces)) {
      this.#segment(from, tcpFlag.push | tcpFlag.acknowledge, payload);
      if ((from.next - from.acknowledged) >>> 0 > acknowledgeAfter) this.#segment(to, tcpFlag.acknowledge);
    }
  }

  #segment(from: Side, flags: number, pieces: readonly Uint8Array[] = []): void {
    const to = from === this.#local ? this.#remote : this.#local;
    const payloadLength = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const isAcknowledgment = (flags & tcpFlag.acknowledge) !== 0;
    const segment: TcpSegment = {
      from: from.end,
      to: to.end,
      sequence: from.next,
      acknowledgment: isAcknowledgment ? to.next : 0,
      flags,
      payloadLength,
    };
    this.#take(segment, pieces, from.direction);
    if (isAcknowledgment) to.acknowledged = to.next;
    const taken = payloadLength + ((flags & (tcpFlag.syn | tcpFlag.fin)) === 0 ? 0 : 1);
    from.next = (from.next + taken) >>> 0;
  }
}

function side(address: Uint8Array, port: number, direction: PacketDirection): Side {
  return { end: { address, port }, direction, next: 0, acknowledged: 0 };
}

/** Cuts pieces into payloads that fit into a packet each. */
function* payloads(pieces: readonly Uint8Array[]): Generator<readonly Uint8Array[]> {
  let current: Uint8Array[] = [];
  let room = mostPayload;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + room);
      current.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield current;
      current = [];
      room = mostPayload;
    }
  }
  if (current.length > 0) yield current;
}

/** The bytes that a segment takes up as a packet. */
export function packetLength(segment: TcpSegment): number {
  return headersLength(segment) + segment.payloadLength;
}
