// A pcap file of a TCP connection, made from payloads: enough for a dissector to read.

/** A payload and who sent it. */
export interface Segment {
  readonly from: 'initiator' | 'target';
  readonly payload: Uint8Array;
}

/** The same bytes, each PDU of iSCSI as a segment of its own: for connections without digests. */
export function pduSegments(segments: readonly Segment[]): Segment[] {
  const rest = { initiator: Buffer.alloc(0), target: Buffer.alloc(0) };
  return segments.flatMap(({ from, payload }) => {
    let bytes = Buffer.concat([rest[from], payload]);
    const pdus: Segment[] = [];
    for (let length = pduLength(bytes); length <= bytes.length; length = pduLength(bytes)) {
      pdus.push({ from, payload: bytes.subarray(0, length) });
      bytes = bytes.subarray(length);
    }
    rest[from] = bytes;
    return pdus;
  });
}

/** RFC 7143 §11.2.1.5, §11.2.1.6: the header segments in words, the data in bytes that are padded to words. */
function pduLength(bytes: Buffer): number {
  return bytes.length < 48 ? 48 : 48 + bytes.readUInt8(4) * 4 + Math.ceil(bytes.readUIntBE(5, 3) / 4) * 4;
}

const initiatorPort = 40000;

/** The bytes of a pcap file (version 2.4, raw IPv4 packets) that holds the segments in order. */
export function captureFile(segments: readonly Segment[], targetPort: number): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0xffff, 16); // longest packet
  header.writeUInt32LE(101, 20); // LINKTYPE_RAW
  const sent = { initiator: 1, target: 1 };
  const packets = segments.map(({ from, payload }) => {
    const to = from === 'initiator' ? 'target' : 'initiator';
    const ports = { initiator: initiatorPort, target: targetPort };
    const packet = packetOf(ports[from], ports[to], sent[from], sent[to], payload);
    sent[from] += payload.length;
    return packet;
  });
  return Buffer.concat([header, ...packets]);
}

/** A pcap record with an IPv4 header, a TCP header and the payload; the checksums are left out. */
function packetOf(from: number, to: number, sequence: number, acknowledged: number, payload: Uint8Array): Buffer {
  const length = 40 + payload.length;
  const packet = Buffer.alloc(16 + 40);
  packet.writeUInt32LE(length, 8);
  packet.writeUInt32LE(length, 12);
  const ip = packet.subarray(16);
  ip.writeUInt16BE(0x4500, 0);
  ip.writeUInt16BE(length, 2);
  ip.writeUInt16BE(0x4006, 8); // time to live 64, TCP
  ip.writeUInt32BE(0x7f000001, 12);
  ip.writeUInt32BE(0x7f000001, 16);
  const tcp = ip.subarray(20);
  tcp.writeUInt16BE(from, 0);
  tcp.writeUInt16BE(to, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(acknowledged, 8);
  tcp.writeUInt16BE(0x5018, 12); // 20 bytes of header; ACK, PSH
  tcp.writeUInt16BE(0xffff, 14);
  return Buffer.concat([packet, payload]);
}
