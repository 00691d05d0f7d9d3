// The command numbers of a session as its target keeps them, over all connections (RFC 7143 §4.2.2.1).

/** ExpCmdSN and MaxCmdSN of a target that takes every command as it comes. */
export class CommandNumbers {
  /** How many commands the target takes beyond those it has. */
  window: number;
  /** Numbers in the order in which they arrived, as often as they did. */
  readonly all: number[] = [];
  /** Commands that this says true of are lost at the target's door: they do not count, and `ignored` keeps their numbers. */
  ignores: (cmdSn: number) => boolean = () => false;
  readonly ignored: number[] = [];
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

  arrived(cmdSn: number): void {
    if (this.ignores(cmdSn)) {
      this.ignored.push(cmdSn);
      return;
    }
    this.all.push(cmdSn);
    this.#early.add(cmdSn);
    while (this.#early.delete(this.#expCmdSn)) this.#expCmdSn = (this.#expCmdSn + 1) >>> 0;
  }
}
