// The CIM classes over a service with targets on loopback.

import assert from 'node:assert/strict';

import { statusFacts } from 'hawser/iscsidsc';
import {
  type CimClass,
  type CimKeys,
  type CimObject,
  type CimRepository,
  type CimValue,
  type CimValues,
  findInstance,
} from 'hawser/wmi';

/** What a method gave. */
export interface Returned {
  /** The name of its return value. */
  readonly status: string;
  readonly out: CimValues;
}

/** A client of a repository. */
export class CimLab {
  readonly #repository: CimRepository;
  readonly #signal = AbortSignal.timeout(20_000);

  constructor(repository: CimRepository) {
    this.#repository = repository;
  }

  classOf(className: string): CimClass {
    const namespace = className.startsWith('MSFT_') ? 'root/Microsoft/Windows/Storage' : 'root/wmi';
    const found = this.#repository.find(namespace, className);
    assert.ok(found, className);
    return found;
  }

  async list(className: string): Promise<readonly CimObject[]> {
    return await this.classOf(className).instances(this.#signal);
  }

  /** The values of the instance that keys name. */
  async get(className: string, keys: CimKeys): Promise<CimValues> {
    const found = await findInstance(this.classOf(className), keys, this.#signal);
    assert.ok(found, `${className} ${JSON.stringify(keys)}`);
    return found.values;
  }

  async call(className: string, method: string, keys?: CimKeys, input: CimValues = {}): Promise<Returned> {
    const { ReturnValue, ...out } = (await this.classOf(className).invoke?.(method, keys, input, this.#signal)) ?? {};
    assert.ok(typeof ReturnValue === 'number', `${className}.${method}`);
    return { status: statusFacts(ReturnValue)?.name ?? `0x${ReturnValue.toString(16)}`, out };
  }

  /** What a method that ends well gives. */
  async done(className: string, method: string, keys?: CimKeys, input: CimValues = {}): Promise<CimValues> {
    const { status, out } = await this.call(className, method, keys, input);
    assert.equal(status, 'ERROR_SUCCESS', `${className}.${method}`);
    return out;
  }
}

/** A value that is text. */
export function textOf(value: CimValue | undefined): string {
  assert.ok(typeof value === 'string');
  return value;
}
