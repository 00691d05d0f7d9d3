// Where in a structure a codec is: for errors that name the member and, in bytes that were given, its offset.

import { UsageError, WmiError } from '../../base/index.ts';
import type { StructureName } from '../structures/index.ts';

/** The way from a structure to the member that is at hand. */
export class Place {
  readonly #path: string[];

  constructor(name: StructureName) {
    this.#path = [name];
  }

  enter(member: string): void {
    this.#path.push(member);
  }

  /** An element of the array that is at hand. */
  element(index: number): void {
    this.#path.push(`[${index}]`);
  }

  leave(): void {
    this.#path.pop();
  }

  /** As in `MSiSCSI_InitiatorSessionInfo.SessionsList[2].ConnectionCount`. */
  toString(): string {
    return this.#path.join('.').replaceAll('.[', '[');
  }

  /** What is wrong with bytes that were given. */
  badBuffer(offset: number, what: string): WmiError {
    const member = this.toString();
    return new WmiError('WMI_BAD_BUFFER', `${member} at offset ${offset} ${what}`, { member, offset });
  }

  /** What is wrong with a value that is to be encoded. */
  badValue(what: string): UsageError {
    const argument = this.toString();
    return new UsageError('ISCSI_BAD_ARGUMENT', `${argument} ${what}`, { argument });
  }
}
