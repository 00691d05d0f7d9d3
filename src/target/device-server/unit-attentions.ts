// Unit attention conditions of one I_T nexus: what must be told, once, before a logical unit does more (SAM-5 §5.14).

import { type CheckCondition, condition } from './sense.ts';

/** A bound: an initiator that never looks must not make the list grow. SAM lets a target drop some when it has many. */
const limit = 8;

/** The pending conditions of one session, by logical unit. Each begins with that of power on. */
export class UnitAttentions {
  readonly #pending = new Map<number, CheckCondition[]>();

  /** Adds a condition; one that is pending already is not told twice. */
  establish(lun: number, attention: CheckCondition): void {
    const list = this.#list(lun);
    if (list.length < limit && !list.includes(attention)) list.push(attention);
  }

  /** Takes the oldest condition, or returns undefined when there is none. */
  take(lun: number): CheckCondition | undefined {
    return this.#list(lun).shift();
  }

  #list(lun: number): CheckCondition[] {
    let list = this.#pending.get(lun);
    if (list === undefined) {
      list = [condition.powerOn];
      this.#pending.set(lun, list);
    }
    return list;
  }
}
