// Reads the values of an iscsicli command one after the other, in the forms that iscsicli takes.

import type { ISCSI_UNIQUE_SESSION_ID } from '../../iscsidsc/index.ts';
import { CommandLineError } from '../failure.ts';

/** The value that stands for the default. */
const anyValue = '*';

/** What stands for true and for false, in lower case. */
const booleans: Readonly<Record<string, boolean>> = { t: true, true: true, f: false, false: false };

/** Reads values in their order. What is not of its form, and what is missing, is a CommandLineError with the usage. */
export class Values {
  readonly #usage: string;
  readonly #given: string[];

  constructor(usage: string, given: readonly string[]) {
    this.#usage = usage;
    this.#given = [...given];
  }

  /** How many are left. */
  get left(): number {
    return this.#given.length;
  }

  /** Text. */
  text(name: string): string {
    return this.optionalText(name) ?? this.#refuse(`${name} is missing`);
  }

  /** Text; undefined for the default. */
  optionalText(name: string): string | undefined {
    const value = this.#given.shift();
    // An empty one comes of a variable of a script that is not set.
    if (value === '') return this.#refuse(`${name} is empty`);
    return value === anyValue ? undefined : value;
  }

  /** `t` or `f`, in either case. */
  boolean(name: string): boolean {
    return this.optionalBoolean(name) ?? this.#refuse(`${name} is missing`);
  }

  /** As `boolean`; undefined for the default. */
  optionalBoolean(name: string): boolean | undefined {
    const value = this.optionalText(name);
    if (value === undefined) return undefined;
    return booleans[value.toLowerCase()] ?? this.#refuse(`${name} must be t or f, not ${value}`);
  }

  /** An unsigned number of 32 bits, decimal or with 0x. */
  number(name: string): number {
    return this.optionalNumber(name) ?? this.#refuse(`${name} is missing`);
  }

  /** As `number`; undefined for the default. Negative ones are taken as C has them: -1 is the greatest. */
  optionalNumber(name: string): number | undefined {
    const value = this.optionalText(name);
    if (value === undefined) return undefined;
    const number = /^(-?\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value) ? Number(value) : Number.NaN;
    if (number >= -(2 ** 31) && number < 2 ** 32) return number >>> 0;
    return this.#refuse(`${name} must be a number of 32 bits, not ${value}`);
  }

  /** An unsigned number of 64 bits, decimal or with 0x. */
  bigNumber(name: string): bigint {
    const value = this.text(name);
    const number = /^(\d{1,20}|0x[0-9a-f]{1,16})$/i.test(value) ? BigInt(value) : -1n;
    if (number >= 0n && number < 1n << 64n) return number;
    return this.#refuse(`${name} must be a number of 64 bits, not ${value}`);
  }

  /** The id of a session or a connection: two hexadecimal numbers with a hyphen between, with 0x or without. */
  id(name: string): ISCSI_UNIQUE_SESSION_ID {
    const value = this.text(name);
    const match = /^(?:0x)?([0-9a-f]{1,16})-(?:0x)?([0-9a-f]{1,16})$/i.exec(value);
    const [, adapter, own] = match ?? [];
    if (adapter === undefined || own === undefined) {
      return this.#refuse(`${name} must be an id such as ffff8a0012345678-4000013700000001, not ${value}`);
    }
    return { AdapterUnique: BigInt(`0x${adapter}`), AdapterSpecific: BigInt(`0x${own}`) };
  }

  /** Ends the reading. */
  end(): void {
    if (this.#given.length > 0) this.#refuse(`there is no value for ${this.#given.join(' ')}`);
  }

  #refuse(why: string): never {
    throw new CommandLineError(`${why}; usage: hawser iscsicli ${this.#usage}`);
  }

  /** Ends the command for what its values mean together. */
  refuse(why: string): never {
    return this.#refuse(why);
  }
}
