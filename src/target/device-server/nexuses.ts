// The I_T nexuses that the target has had since it was powered on, with what each is still to be told. A nexus is named by
// the initiator port, its name and ISID, and outlives its sessions (RFC 7143 §4.4.2).

import { type CheckCondition, condition } from './sense.ts';
import { type ResetStyle, UnitAttentions } from './unit-attentions.ts';

/** The initiator port of a nexus. */
export interface InitiatorPort {
  /** In lower case. */
  readonly initiatorName: string;
  readonly isid: number;
}

/**
 * How many nexuses without a session are remembered. One that was forgotten and comes back is told of power on once more: it
 * may take something for lost that is not, and never the other way round.
 */
const rememberedNexuses = 1024;

interface Nexus {
  readonly attentions: UnitAttentions;
  hasSession: boolean;
}

/** The nexuses of one target. */
export class Nexuses {
  /** Those without a session in the order in which they lost it. */
  readonly #nexuses = new Map<string, Nexus>();
  readonly #style: ResetStyle;
  /**
   * What a port that is new here is told. Before the first reboot that is the general code, since some initiators go on after
   * no other (iscsi-ls of libiscsi); afterwards it is the exact one.
   */
  #first: CheckCondition = condition.anyReset;

  constructor(style: ResetStyle = 'exact') {
    this.#style = style;
  }

  /** A session begins. */
  enter(port: InitiatorPort): UnitAttentions {
    const key = keyOf(port);
    const nexus = this.#nexuses.get(key) ?? {
      attentions: new UnitAttentions(this.#style, this.#first),
      hasSession: true,
    };
    nexus.hasSession = true;
    this.#nexuses.set(key, nexus);
    return nexus.attentions;
  }

  /**
   * A session is over, in whatever way: reinstatement, closure and timeout are all loss of the nexus for the logical units
   * (RFC 7143 §6.3.5.1).
   */
  lose(port: InitiatorPort): void {
    const key = keyOf(port);
    const nexus = this.#nexuses.get(key);
    if (nexus === undefined) return;
    nexus.hasSession = false;
    nexus.attentions.loseNexus();
    this.#nexuses.delete(key);
    this.#nexuses.set(key, nexus);
    this.#forgetOldest();
  }

  /** Establishes a condition for every nexus but the one that has these. */
  establish(lun: number, attention: CheckCondition, except?: UnitAttentions): void {
    for (const { attentions } of this.#nexuses.values()) {
      if (attentions !== except) attentions.establish(lun, attention);
    }
  }

  /** The target starts anew: whoever comes is told so, and who has come already. */
  powerOn(): void {
    this.#first = condition.powerOn;
    for (const [key, { attentions, hasSession }] of this.#nexuses) {
      if (hasSession) attentions.powerOn();
      else this.#nexuses.delete(key);
    }
  }

  #forgetOldest(): void {
    let idle = 0;
    for (const { hasSession } of this.#nexuses.values()) if (!hasSession) idle += 1;
    if (idle <= rememberedNexuses) return;
    for (const [key, { hasSession }] of this.#nexuses) {
      if (hasSession) continue;
      this.#nexuses.delete(key);
      return;
    }
  }
}

function keyOf({ initiatorName, isid }: InitiatorPort): string {
  return `${isid} ${initiatorName}`;
}
