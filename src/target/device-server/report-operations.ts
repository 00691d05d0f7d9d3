// REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-4 §6.35, §6.36).

import { putU8, putU16, putU32, u8, u16, u32 } from '../../base/index.ts';
import type { Operation } from './operation.ts';
import { dataIn, ended, type Plan } from './plan.ts';
import { condition } from './sense.ts';

/** A command timeouts descriptor that tells nothing. */
const timeoutsLength = 12;

/** REPORT SUPPORTED OPERATION CODES. */
export function planReportOperations(operations: readonly Operation[], cdb: Uint8Array): Plan {
  const wantsTimeouts = (u8(cdb, 2) & 0x80) !== 0;
  const allocationLength = u32(cdb, 6);
  const opcode = u8(cdb, 3);
  const action = u16(cdb, 4);
  const sameOpcode = operations.filter((each) => each.opcode === opcode);
  const isShared = sameOpcode[0]?.serviceAction !== undefined;
  switch (u8(cdb, 2) & 0x07) {
    case 0:
      return dataIn(everyOperation(operations, wantsTimeouts), allocationLength);
    case 1:
      if (isShared) return ended(condition.invalidFieldInCdb);
      return dataIn(oneOperation(sameOpcode[0], wantsTimeouts), allocationLength);
    case 2: {
      if (sameOpcode.length > 0 && !isShared) return ended(condition.invalidFieldInCdb);
      const found = sameOpcode.find((each) => each.serviceAction === action);
      return dataIn(oneOperation(found, wantsTimeouts), allocationLength);
    }
    case 3: {
      const found = sameOpcode.find((each) => (each.serviceAction ?? 0) === action);
      return dataIn(oneOperation(found, wantsTimeouts), allocationLength);
    }
    default:
      return ended(condition.invalidFieldInCdb);
  }
}

function everyOperation(operations: readonly Operation[], wantsTimeouts: boolean): Uint8Array {
  const each = 8 + (wantsTimeouts ? timeoutsLength : 0);
  const data = new Uint8Array(4 + operations.length * each);
  putU32(data, 0, operations.length * each);
  operations.forEach((operation, i) => {
    const at = 4 + i * each;
    putU8(data, at, operation.opcode);
    putU16(data, at + 2, operation.serviceAction ?? 0);
    putU8(data, at + 5, (operation.serviceAction === undefined ? 0 : 0x01) | (wantsTimeouts ? 0x02 : 0));
    putU16(data, at + 6, usageOf(operation).length);
    if (wantsTimeouts) putU16(data, at + 8, timeoutsLength - 2);
  });
  return data;
}

function oneOperation(operation: Operation | undefined, wantsTimeouts: boolean): Uint8Array {
  if (operation === undefined) return Uint8Array.of(0, 0x01, 0, 0); // not supported
  const usage = usageOf(operation);
  const data = new Uint8Array(4 + usage.length + (wantsTimeouts ? timeoutsLength : 0));
  putU8(data, 1, 0x03 | (wantsTimeouts ? 0x80 : 0)); // supported as the standard says
  putU16(data, 2, usage.length);
  data.set(usage, 4);
  if (wantsTimeouts) putU16(data, 4 + usage.length, timeoutsLength - 2);
  return data;
}

function usageOf(operation: Operation): Uint8Array {
  return Buffer.from(operation.usage.replaceAll(' ', ''), 'hex');
}

/** REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS. */
export function planReportTaskManagement(cdb: Uint8Array): Plan {
  const isExtended = (u8(cdb, 2) & 0x80) !== 0;
  const data = new Uint8Array(isExtended ? 16 : 4);
  putU8(data, 0, 0xda); // ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET, TARGET RESET
  if (isExtended) putU8(data, 3, data.length - 4);
  return dataIn(data, u32(cdb, 6));
}
