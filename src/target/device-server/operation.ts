// What a command of the device server is: how it is found, reported and planned.

import type { TargetPort } from './inquiry.ts';
import type { LogicalUnit } from './logical-unit.ts';
import type { Plan } from './plan.ts';
import type { CheckCondition } from './sense.ts';

/** What a command may look at besides its CDB. */
export interface CommandContext {
  readonly unit: LogicalUnit;
  readonly port: TargetPort;
  /** The numbers of all logical units, in ascending order. */
  readonly lunNumbers: readonly number[];
  /** Takes the oldest unit attention condition of this nexus, for REQUEST SENSE. */
  takeAttention(): CheckCondition | undefined;
  /** Tells all other nexuses that mode parameters changed. */
  modeParametersChanged(): void;
}

/** One command of the device server. */
export interface Operation {
  readonly opcode: number;
  /** Present where the opcode is shared. */
  readonly serviceAction?: number;
  /** The bits of the CDB that are looked at, as REPORT SUPPORTED OPERATION CODES tells them (SPC-4 §6.35.3). */
  readonly usage: string;
  plan(context: CommandContext, cdb: Uint8Array): Plan | Promise<Plan>;
}
