// The device server: finds the logical unit of a command, tells unit attentions first, and plans the command.

import type { Lun } from '../../base/index.ts';
import { u8 } from '../../base/index.ts';
import { peripheral, planBareInquiry, type TargetPort } from './inquiry.ts';
import type { LogicalUnit } from './logical-unit.ts';
import type { CommandContext } from './operation.ts';
import { findOperation } from './operations.ts';
import { ended, type Plan } from './plan.ts';
import { lunAddress, planReportLuns } from './report-luns.ts';
import { planRequestSense } from './request-sense.ts';
import { condition } from './sense.ts';
import type { UnitAttentions } from './unit-attentions.ts';

const opcodeOf = { testUnitReady: 0x00, requestSense: 0x03, inquiry: 0x12, reportLuns: 0xa0 } as const;

/** The logical units of a target, by number. */
export class DeviceServer {
  readonly port: TargetPort;
  readonly #units = new Map<number, LogicalUnit>();
  #numbers: readonly number[] = [];

  constructor(port: TargetPort) {
    this.port = port;
  }

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  unit(number: number): LogicalUnit | undefined {
    return this.#units.get(number);
  }

  /** All logical units, in the order of their numbers. */
  units(): LogicalUnit[] {
    return [...this.#units.values()].sort((a, b) => a.number - b.number);
  }

  /** The logical unit that a LUN field names. */
  unitAt(lun: Lun): LogicalUnit | undefined {
    const address = lunAddress(lun);
    return typeof address === 'number' ? this.#units.get(address) : undefined;
  }

  add(unit: LogicalUnit): void {
    this.#units.set(unit.number, unit);
    this.#numbers = [...this.#units.keys()].sort((a, b) => a - b);
  }

  remove(number: number): void {
    this.#units.delete(number);
    this.#numbers = this.#numbers.filter((each) => each !== number);
  }

  /** Plans a command on a logical unit that is there. INQUIRY, REPORT LUNS and REQUEST SENSE go past attentions. */
  plan(
    unit: LogicalUnit,
    cdb: Uint8Array,
    attentions: UnitAttentions,
    modeParametersChanged: () => void,
  ): Plan | Promise<Plan> {
    const opcode = u8(cdb, 0);
    if (opcode !== opcodeOf.inquiry && opcode !== opcodeOf.reportLuns && opcode !== opcodeOf.requestSense) {
      const attention = attentions.take(unit.number);
      if (attention !== undefined) return ended(attention);
    }
    const operation = findOperation(cdb);
    if (operation === 'opcode') return ended(condition.invalidOpcode);
    if (operation === 'serviceAction') return ended(condition.invalidFieldInCdb);
    const context: CommandContext = {
      unit,
      port: this.port,
      lunNumbers: this.#numbers,
      takeAttention: () => attentions.take(unit.number),
      modeParametersChanged,
    };
    return operation.plan(context, cdb);
  }

  /** Plans a command where there is no disk: the REPORT LUNS well-known logical unit, or nothing (SPC-4 §8, SAM-5 §4.7). */
  planWithoutUnit(lun: Lun, cdb: Uint8Array): Plan {
    const isWellKnown = lunAddress(lun) === 'reportLuns';
    switch (u8(cdb, 0)) {
      case opcodeOf.inquiry:
        return planBareInquiry(isWellKnown ? peripheral.wellKnownUnit : peripheral.absent, cdb);
      case opcodeOf.reportLuns:
        // Without a logical unit 0, LUN 0 still has to answer this (SPC-4 §6.33).
        return isWellKnown || lunAddress(lun) === 0
          ? planReportLuns(this.#numbers, cdb)
          : ended(condition.lunNotSupported);
      case opcodeOf.requestSense:
        return planRequestSense(isWellKnown ? undefined : condition.lunNotSupported, cdb);
      case opcodeOf.testUnitReady:
        return ended(isWellKnown ? undefined : condition.lunNotSupported);
      default:
        return ended(isWellKnown ? condition.invalidOpcode : condition.lunNotSupported);
    }
  }
}
