// Where each field of each PDU stands, transcribed from the pictures and clauses of RFC 7143 §11 and from nothing else.
//
// Names are those of src/wire; clauses and bytes are the RFC's. The RFC counts bits from the most significant, so its
// bit 0 is 0x80 in a mask. What stands in no row is reserved: sent as 0 and ignored (§11).

import type { Layout } from './layout-field.ts';
import {
  dataOut,
  loginRequest,
  logoutRequest,
  nopOut,
  scsiCommand,
  snackRequest,
  taskManagementRequest,
  textRequest,
} from './layout-initiator.ts';
import {
  asyncMessage,
  dataIn,
  loginResponse,
  logoutResponse,
  nopIn,
  r2t,
  reject,
  scsiResponse,
  taskManagementResponse,
  textResponse,
} from './layout-target.ts';

export type { Field, FixedBits, Layout } from './layout-field.ts';

/** The names that `opcode` gives to the PDUs of RFC 7143 §11.2.1.2. */
export type PduName =
  | 'nopOut'
  | 'scsiCommand'
  | 'taskManagementRequest'
  | 'loginRequest'
  | 'textRequest'
  | 'dataOut'
  | 'logoutRequest'
  | 'snackRequest'
  | 'nopIn'
  | 'scsiResponse'
  | 'taskManagementResponse'
  | 'loginResponse'
  | 'textResponse'
  | 'dataIn'
  | 'logoutResponse'
  | 'r2t'
  | 'asyncMessage'
  | 'reject';

/** Every PDU of RFC 7143 §11.2.1.2. */
export const layouts: Readonly<Record<PduName, Layout>> = {
  nopOut,
  scsiCommand,
  taskManagementRequest,
  loginRequest,
  textRequest,
  dataOut,
  logoutRequest,
  snackRequest,
  nopIn,
  scsiResponse,
  taskManagementResponse,
  loginResponse,
  textResponse,
  dataIn,
  logoutResponse,
  r2t,
  asyncMessage,
  reject,
};

export const pduNames: readonly PduName[] = Object.keys(layouts) as PduName[];
