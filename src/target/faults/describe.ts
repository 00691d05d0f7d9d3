// The table of faults for people and pages: what there is, what it takes, and whether one that is written can be.

import { type FaultName, faultDefinition, faultTable } from './fault-table.ts';
import { describeKind, type FaultValue } from './parameter.ts';
import { type FaultSpec, parseFault, settle } from './settings.ts';

/** A parameter of a fault, in words. */
export interface FaultParameterDescription {
  readonly key: string;
  /** What values it takes. */
  readonly values: string;
  readonly unit: string;
  /** What holds when it is not given. */
  readonly standard: FaultValue | undefined;
  readonly isRequired: boolean;
  readonly meaning: string;
}

/** A fault, in words. */
export interface FaultDescription {
  readonly name: FaultName;
  readonly does: string;
  readonly clause: string;
  readonly parameters: readonly FaultParameterDescription[];
}

/** Every fault that a target can be given. */
export function describeFaults(): FaultDescription[] {
  return Object.entries(faultTable).map(([name, { does, clause, parameters }]) => ({
    name: name as FaultName,
    does,
    clause,
    parameters: parameters.map(({ key, kind, unit, standard, isRequired, meaning }) => ({
      key,
      values: describeKind(kind),
      unit: unit ?? '',
      standard,
      isRequired: isRequired ?? false,
      meaning,
    })),
  }));
}

/** Checks a fault without a target. @throws UsageError `ISCSI_BAD_ARGUMENT` that names the key at fault. */
export function checkFault(fault: FaultSpec | string): void {
  const spec = typeof fault === 'string' ? parseFault(fault) : fault;
  settle(spec, faultDefinition(spec.name).parameters);
}
