// The commands that the device server has: one table, from which commands are dispatched and reported.

import { u8, u16 } from '../../base/index.ts';
import { planReadCapacity10, planReadCapacity16 } from './capacity.ts';
import { planInquiry } from './inquiry.ts';
import type { LogicalUnit } from './logical-unit.ts';
import {
  planCompareAndWrite,
  planRead,
  planSynchronizeCache,
  planVerify,
  planWrite,
  planWriteAndVerify,
} from './medium.ts';
import { planModeSelect, planModeSense } from './mode.ts';
import type { Operation } from './operation.ts';
import { ended, type Plan } from './plan.ts';
import { planGetLbaStatus, planUnmap, planWriteSame } from './provisioning.ts';
import { planReportLuns } from './report-luns.ts';
import { planReportOperations, planReportTaskManagement } from './report-operations.ts';
import { planRequestSense } from './request-sense.ts';

type UnitPlanner = (unit: LogicalUnit, cdb: Uint8Array) => Plan | Promise<Plan>;

function row(opcode: number, usage: string, plan: Operation['plan'], serviceAction?: number): Operation {
  return serviceAction === undefined ? { opcode, usage, plan } : { opcode, serviceAction, usage, plan };
}

function medium(opcode: number, usage: string, plan: UnitPlanner, serviceAction?: number): Operation {
  return row(opcode, usage, (context, cdb) => plan(context.unit, cdb), serviceAction);
}

/** Every command, by opcode and service action. */
// biome-ignore format: a table is read by its columns
export const operations: readonly Operation[] = [
  row(0x00, '00 00 00 00 00 00', () => ended(undefined)), // TEST UNIT READY
  row(0x03, '03 01 00 00 ff 00', (context, cdb) => planRequestSense(context.takeAttention(), cdb)),
  medium(0x08, '08 1f ff ff ff 00', planRead),
  medium(0x0a, '0a 1f ff ff ff 00', planWrite),
  row(0x12, '12 01 ff ff ff 00', (context, cdb) => planInquiry(context.unit, context.port, cdb)),
  row(0x15, '15 11 00 00 ff 00', (context, cdb) => planModeSelect(context.unit, cdb, () => { context.modeParametersChanged(); })),
  medium(0x1a, '1a 08 ff ff ff 00', planModeSense),
  // START STOP UNIT: there is nothing to spin down, and a stopped unit would only be a trap for other initiators.
  row(0x1b, '1b 01 00 0f f7 00', () => ended(undefined)),
  medium(0x25, '25 00 ff ff ff ff 00 00 01 00', planReadCapacity10),
  medium(0x28, '28 18 ff ff ff ff 00 ff ff 00', planRead),
  medium(0x2a, '2a 18 ff ff ff ff 00 ff ff 00', planWrite),
  medium(0x2e, '2e 12 ff ff ff ff 00 ff ff 00', planWriteAndVerify),
  medium(0x2f, '2f 16 ff ff ff ff 00 ff ff 00', planVerify),
  medium(0x35, '35 02 ff ff ff ff 00 ff ff 00', planSynchronizeCache),
  medium(0x41, '41 08 ff ff ff ff 00 ff ff 00', planWriteSame),
  medium(0x42, '42 00 00 00 00 00 00 ff ff 00', planUnmap),
  row(0x55, '55 11 00 00 00 00 00 ff ff 00', (context, cdb) => planModeSelect(context.unit, cdb, () => { context.modeParametersChanged(); })),
  medium(0x5a, '5a 18 ff ff 00 00 00 ff ff 00', planModeSense),
  medium(0x88, '88 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planRead),
  medium(0x89, '89 18 ff ff ff ff ff ff ff ff 00 00 00 ff 00 00', planCompareAndWrite),
  medium(0x8a, '8a 18 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planWrite),
  medium(0x8e, '8e 12 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planWriteAndVerify),
  medium(0x8f, '8f 16 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planVerify),
  medium(0x91, '91 02 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planSynchronizeCache),
  medium(0x93, '93 09 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planWriteSame),
  medium(0x9e, '9e 10 ff ff ff ff ff ff ff ff ff ff ff ff 01 00', planReadCapacity16, 0x10),
  medium(0x9e, '9e 12 ff ff ff ff ff ff ff ff ff ff ff ff 00 00', planGetLbaStatus, 0x12),
  row(0xa0, 'a0 00 ff 00 00 00 ff ff ff ff 00 00', (context, cdb) => planReportLuns(context.lunNumbers, cdb)),
  row(0xa3, 'a3 0c 87 ff ff ff ff ff ff ff 00 00', (context, cdb) => planReportOperations(operationsOf(context.unit), cdb), 0x0c),
  row(0xa3, 'a3 0d 80 00 00 00 ff ff ff ff 00 00', (_context, cdb) => planReportTaskManagement(cdb), 0x0d),
  medium(0xa8, 'a8 18 ff ff ff ff ff ff ff ff 00 00', planRead),
  medium(0xaa, 'aa 18 ff ff ff ff ff ff ff ff 00 00', planWrite),
  medium(0xae, 'ae 12 ff ff ff ff ff ff ff ff 00 00', planWriteAndVerify),
  medium(0xaf, 'af 16 ff ff ff ff ff ff ff ff 00 00', planVerify),
];

const byOpcode: ReadonlyMap<number, readonly Operation[]> = groupByOpcode();

function groupByOpcode(): Map<number, Operation[]> {
  const groups = new Map<number, Operation[]>();
  for (const each of operations) {
    const group = groups.get(each.opcode);
    if (group === undefined) groups.set(each.opcode, [each]);
    else group.push(each);
  }
  return groups;
}

/** The commands that a logical unit has: UNMAP only where space is given back. */
function operationsOf(unit: LogicalUnit): readonly Operation[] {
  return unit.isThin ? operations : operations.filter((each) => each.opcode !== 0x42);
}

/** Finds the command of a CDB. `'serviceAction'` when the opcode is known and its service action is not. */
export function findOperation(cdb: Uint8Array): Operation | 'opcode' | 'serviceAction' {
  const found = byOpcode.get(u8(cdb, 0));
  const first = found?.[0];
  if (found === undefined || first === undefined) return 'opcode';
  if (first.serviceAction === undefined) return first;
  const serviceAction = u16(cdb, 0) & 0x1f;
  return found.find((each) => each.serviceAction === serviceAction) ?? 'serviceAction';
}
