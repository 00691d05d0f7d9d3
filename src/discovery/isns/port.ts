// Ports as iSNS has them: a number, and whether it is of UDP or of TCP (RFC 4171 §6.3.2).

/** Bit 15 of the 32, counted from the highest. */
const udpBit = 0x1_0000;

/** The port of iSCSI (RFC 7143 §13.8), which a port of 0 stands for. */
const iscsiPort = 3260;

/** A port of TCP or UDP. */
export interface IsnsPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** The value of a port attribute. */
export function toPortValue({ port, protocol }: IsnsPort): number {
  return (protocol === 'udp' ? udpBit : 0) + port;
}

/** Reads a port attribute of a portal of iSCSI; the reserved bits mean nothing. */
export function fromPortValue(value: number): IsnsPort {
  if (value === 0) return { port: iscsiPort, protocol: 'tcp' };
  return { port: value & 0xffff, protocol: (value & udpBit) === 0 ? 'tcp' : 'udp' };
}
