// The command numbers of a session as its target keeps them, over all connections (RFC 7143 §4.2.2.1).

/** ExpCmdSN and MaxCmdSN of a target that takes every command as it comes. */
export class CommandNumbers {
  /** How many commands the target takes beyond those it has. */
  window: number;
  /** Numbers in the order in which they arrived, as often as they did. */
  readonly all: number[] = [];
  /** Requests that this says true of are lost at the target's door, and do not count. */
  ignores: (cmdSn: number) => boolean = () => false;
  #expCmdSn: number;
  #maxCmdSn: number;
  readonly #early = new Set<number>();

  constructor(expCmdSn: number, window: number) {
    this.#expCmdSn = expCmdSn;
    this.window = window;
    this.#maxCmdSn = (expCmdSn + window - 1) >>> 0;
  }

  get expCmdSn(): number {
    return this.#expCmdSn;
  }

  /** Moves with ExpCmdSN by the window, and never back. */
  get maxCmdSn(): number {
    const maxCmdSn = (this.#expCmdSn + this.window - 1) >>> 0;
    if (((maxCmdSn - this.#maxCmdSn) | 0) > 0) this.#maxCmdSn = maxCmdSn;
    return this.#maxCmdSn;
  }

  /** Numbers that came while an earlier one is missing. */
  get early(): readonly number[] {
    return [...this.#early];
  }

  /** Forgets what came early with a number: as when the connection that carried it is gone (RFC 7143 §11.14). */
  discard(cmdSn: number): void {
    this.#early.delete(cmdSn);
  }

  /** Takes a request that is not immediate. Returns whether it counts: false for one that is lost, and for a duplicate. */
  arrived(cmdSn: number): boolean {
    if (this.ignores(cmdSn)) return false;
    this.all.push(cmdSn);
    return this.plug(cmdSn);
  }

  /** Counts a number as received, though nothing came with it. Returns whether it had not been before. */
  plug(cmdSn: number): boolean {
    if (((cmdSn - this.#expCmdSn) | 0) < 0 || this.#early.has(cmdSn)) return false;
    this.#early.add(cmdSn);
    while (this.#early.delete(this.#expCmdSn)) this.#expCmdSn = (this.#expCmdSn + 1) >>> 0;
    return true;
  }
}
