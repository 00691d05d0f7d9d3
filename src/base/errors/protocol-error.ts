// What the peer did against the protocol.

import type { ErrorCode } from './codes.ts';
import { type ErrorDetails, IscsiError } from './iscsi-error.ts';

/** Where in a PDU the fault lies. */
export interface ProtocolErrorPlace {
  /** The opcode of the PDU at fault, without its immediate bit. */
  readonly opcode?: number;
  /** The position of the offending byte in the header. */
  readonly byte?: number;
  /** The offending value. */
  readonly value?: number | string;
  /** The clause that forbids it, for example `RFC 7143 §11.8`. */
  readonly clause?: string;
}

/** The peer's fault: it sent what the protocol forbids. */
export class ProtocolError extends IscsiError {
  override readonly name = 'ProtocolError';
  readonly opcode: number | undefined;
  readonly byte: number | undefined;
  readonly value: number | string | undefined;
  readonly clause: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & ProtocolErrorPlace = {}) {
    super(code, message, details);
    this.opcode = details.opcode;
    this.byte = details.byte;
    this.value = details.value;
    this.clause = details.clause;
  }
}
