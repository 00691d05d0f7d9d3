// A fault as it is asked for, in text or as an object, and its settings with every default filled in.

import { UsageError } from '../../base/index.ts';
import { type FaultParameter, type FaultValue, readValue } from './parameter.ts';

/** A fault by name with its parameters, as a program writes it: `{ name: 'delay-pdu', ms: 50 }`. */
export interface FaultSpec {
  readonly name: string;
  readonly [key: string]: FaultValue;
}

/** The values of a fault's parameters. Asking for one that the fault does not have is a mistake in this program. */
export class FaultSettings {
  readonly #values: ReadonlyMap<string, FaultValue>;

  constructor(values: ReadonlyMap<string, FaultValue>) {
    this.#values = values;
  }

  number(key: string): number {
    return Number(this.#get(key));
  }

  text(key: string): string {
    return String(this.#get(key));
  }

  isSet(key: string): boolean {
    return this.#get(key) === true;
  }

  /** A number that may be absent. */
  maybeNumber(key: string): number | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : Number(value);
  }

  /** A text that may be absent. */
  maybeText(key: string): string | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : String(value);
  }

  /** All values that there are. */
  toObject(): Record<string, FaultValue> {
    return Object.fromEntries(this.#values);
  }

  #get(key: string): FaultValue | undefined {
    return this.#values.get(key);
  }
}

/** Reads `NAME` or `NAME:key=value,key=value`. A value ends at a comma. @throws UsageError `ISCSI_BAD_ARGUMENT`. */
export function parseFault(written: string): FaultSpec {
  const colon = written.indexOf(':');
  const name = colon === -1 ? written : written.slice(0, colon);
  const spec: Record<string, FaultValue> & { name: string } = { name };
  if (colon === -1) return spec;
  for (const pair of written.slice(colon + 1).split(',')) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0));
    if (equals < 1 || key === 'name') {
      throw bad(`The fault ${name} takes key=value, not ${JSON.stringify(pair)}`, equals < 1 ? pair : key);
    }
    if (key in spec) throw bad(`The fault ${name} was given ${key} twice`, key);
    spec[key] = pair.slice(equals + 1);
  }
  return spec;
}

/** Checks the values of a spec and fills in the defaults. @throws UsageError `ISCSI_BAD_ARGUMENT` that names the key. */
export function settle(spec: FaultSpec, parameters: readonly FaultParameter[]): FaultSettings {
  const { name, ...given } = spec;
  const values = new Map<string, FaultValue>();
  for (const parameter of parameters) {
    const { key, standard, isRequired } = parameter;
    if (Object.hasOwn(given, key)) values.set(key, readValue(name, parameter, given[key]));
    else if (standard !== undefined) values.set(key, standard);
    else if (isRequired === true) throw bad(`The fault ${name} needs ${key}: ${parameter.meaning}`, key);
  }
  for (const key of Object.keys(given)) {
    if (parameters.some((parameter) => parameter.key === key)) continue;
    const known = parameters.map((parameter) => parameter.key).join(', ');
    throw bad(`The fault ${name} has no ${JSON.stringify(key)}; it takes ${known || 'nothing'}`, key);
  }
  return new FaultSettings(values);
}

function bad(message: string, argument: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument });
}
