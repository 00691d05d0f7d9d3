// The command window of a session (RFC 7143 §4.2.2.1): CmdSN, ExpCmdSN and MaxCmdSN, one for all its connections.

import { snAdd, snAfter, snBefore, snDistance } from '../base/index.ts';

/** Numbers commands and says whether the target takes another one. */
export class CommandWindow {
  #cmdSn: number;
  #expCmdSn: number;
  #maxCmdSn: number;

  /** `cmdSn` is the number that the login requests carried: they are immediate, so the first command has it too. */
  constructor(cmdSn: number, expCmdSn: number, maxCmdSn: number) {
    this.#cmdSn = cmdSn;
    this.#expCmdSn = expCmdSn;
    this.#maxCmdSn = maxCmdSn;
  }

  /** The CmdSN of the next command. Immediate requests carry it without using it up. */
  get cmdSn(): number {
    return this.#cmdSn;
  }

  /** The number below which the target has received every command. */
  get expCmdSn(): number {
    return this.#expCmdSn;
  }

  get maxCmdSn(): number {
    return this.#maxCmdSn;
  }

  /** Whether one more command may be sent. */
  get isOpen(): boolean {
    return !snAfter(this.#cmdSn, this.#maxCmdSn);
  }

  /** How many commands may be sent before the target must move MaxCmdSN. */
  get room(): number {
    return Math.max(0, snDistance(this.#cmdSn, this.#maxCmdSn) + 1);
  }

  /** Takes the number for a command. The window must be open. */
  take(): number {
    const cmdSn = this.#cmdSn;
    this.#cmdSn = snAdd(cmdSn, 1);
    return cmdSn;
  }

  /** A new session begins with the next number: closed until its login has said what the target takes. */
  restart(): void {
    this.#expCmdSn = this.#cmdSn;
    this.#maxCmdSn = snAdd(this.#cmdSn, -1);
  }

  /** Learns the target's numbers. Both are ignored when MaxCmdSN < ExpCmdSN - 1, and neither ever goes back. */
  update(expCmdSn: number, maxCmdSn: number): void {
    if (snBefore(maxCmdSn, snAdd(expCmdSn, -1))) return;
    if (snAfter(maxCmdSn, this.#maxCmdSn)) this.#maxCmdSn = maxCmdSn;
    if (snAfter(expCmdSn, this.#expCmdSn)) this.#expCmdSn = expCmdSn;
  }

  /** Whether the target is known to have received the command with this number. */
  hasArrived(cmdSn: number): boolean {
    return snBefore(cmdSn, this.#expCmdSn);
  }
}
