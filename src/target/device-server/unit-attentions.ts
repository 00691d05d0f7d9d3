// Unit attention conditions of one I_T nexus: what must be told, once, before a logical unit does more (SAM-5 §5.14).

import { type CheckCondition, condition } from './sense.ts';

/** A bound: an initiator that never looks must not make the list grow. SAM lets a target drop some when it has many. */
const limit = 8;

/** Of these, one that stands further to the right makes those before it needless (SAM-5 §5.14, precedence). */
const resets: readonly CheckCondition[] = [
  condition.nexusLoss,
  condition.deviceReset,
  condition.powerOn,
  condition.anyReset,
];

/**
 * How a target tells of resets. `exact`: each by its own code. `vague`: 29h/00h for all, and to every new session, as tgtd
 * does. `silent`: not at all, neither of its restart nor of the loss of a nexus, as LIO.
 */
export type ResetStyle = 'exact' | 'vague' | 'silent';

/** They tell of tasks of a session, which an initiator without that session has no more. */
const endWithNexus: ReadonlySet<CheckCondition> = new Set([
  condition.commandsClearedByAnother,
  condition.commandsClearedByProtocol,
]);

/**
 * The pending conditions of one nexus, by logical unit. Each begins with one of power on, since every initiator port has to
 * be told of it, and nobody knows which there are before they log in (SAM-5 §6.3.1).
 */
export class UnitAttentions {
  readonly #pending = new Map<number, CheckCondition[]>();
  readonly #style: ResetStyle;
  #first: CheckCondition;

  /** `first` is what each logical unit begins with. */
  constructor(style: ResetStyle = 'exact', first: CheckCondition = condition.anyReset) {
    this.#style = style;
    this.#first = first;
  }

  /** Adds a condition; one that is pending already, or that a pending one says too, is not told. */
  establish(lun: number, attention: CheckCondition): void {
    const list = this.#list(lun);
    const rank = resets.indexOf(attention);
    if (rank !== -1 && this.#style !== 'exact') {
      if (this.#style === 'vague' && !list.includes(condition.anyReset)) list.unshift(condition.anyReset);
    } else if (rank !== -1) {
      if (list.some((each) => resets.indexOf(each) >= rank)) return;
      for (const each of resets.slice(0, rank)) if (list.includes(each)) list.splice(list.indexOf(each), 1);
      list.unshift(attention);
    } else if (!list.includes(attention)) list.push(attention);
    if (list.length > limit) list.pop();
  }

  /** The nexus was lost (SAM-5 §6.3.4): every logical unit that this initiator port has had to do with tells it. */
  loseNexus(): void {
    for (const [lun, list] of this.#pending) {
      const left = list.filter((each) => !endWithNexus.has(each));
      list.splice(0, list.length, ...left);
      this.establish(lun, condition.nexusLoss);
    }
  }

  /** All logical units start anew, and have nothing else to tell. */
  powerOn(): void {
    this.#pending.clear();
    this.#first = condition.powerOn;
  }

  /** Takes the condition that is to be told next, or returns undefined when there is none. */
  take(lun: number): CheckCondition | undefined {
    return this.#list(lun).shift();
  }

  #list(lun: number): CheckCondition[] {
    let list = this.#pending.get(lun);
    if (list === undefined) {
      list = [];
      this.#pending.set(lun, list);
      this.establish(lun, this.#first);
    }
    return list;
  }
}
