// The table of faults: every fault by name, from which help, documentation and checks are made.

import { UsageError } from '../../base/index.ts';
import { type CommandFaultName, commandFaults } from './command-faults.ts';
import { type ConnectionFaultName, connectionFaults } from './connection-faults.ts';
import type { FaultDefinition } from './definition.ts';
import { type LoginFaultName, loginFaults } from './login-faults.ts';
import { type PduFaultName, pduFaults } from './pdu-faults.ts';
import { type RequestFaultName, requestFaults } from './request-faults.ts';
import { type ToldFaultName, toldFaults } from './told-faults.ts';
import { type UnitFaultName, unitFaults } from './unit-faults.ts';
import { type WindowFaultName, windowFaults } from './window-faults.ts';

/** The name of a fault. */
export type FaultName =
  | CommandFaultName
  | ConnectionFaultName
  | LoginFaultName
  | PduFaultName
  | RequestFaultName
  | ToldFaultName
  | UnitFaultName
  | WindowFaultName;

/** Every fault. */
export const faultTable: Readonly<Record<FaultName, FaultDefinition>> = {
  ...connectionFaults,
  ...pduFaults,
  ...windowFaults,
  ...loginFaults,
  ...requestFaults,
  ...commandFaults,
  ...toldFaults,
  ...unitFaults,
};

/** Finds a fault. @throws UsageError `ISCSI_BAD_ARGUMENT` that names those that there are. */
export function faultDefinition(name: string): FaultDefinition {
  if (Object.hasOwn(faultTable, name)) return faultTable[name as FaultName];
  const known = Object.keys(faultTable).join(', ');
  throw new UsageError('ISCSI_BAD_ARGUMENT', `There is no fault ${JSON.stringify(name)}; there are ${known}`, {
    argument: 'name',
  });
}
