// The opcodes of RFC 7143 §11.2.1.2, without the immediate bit.

/** PDU opcodes (RFC 7143 §11.2.1.2): 0x00 to 0x1f are sent by the initiator, 0x20 to 0x3f by the target. */
export const opcode = {
  nopOut: 0x00,
  scsiCommand: 0x01,
  taskManagementRequest: 0x02,
  loginRequest: 0x03,
  textRequest: 0x04,
  dataOut: 0x05,
  logoutRequest: 0x06,
  snackRequest: 0x10,
  nopIn: 0x20,
  scsiResponse: 0x21,
  taskManagementResponse: 0x22,
  loginResponse: 0x23,
  textResponse: 0x24,
  dataIn: 0x25,
  logoutResponse: 0x26,
  r2t: 0x31,
  asyncMessage: 0x32,
  reject: 0x3f,
} as const;

/** One of the opcodes that RFC 7143 defines. */
export type Opcode = (typeof opcode)[keyof typeof opcode];
