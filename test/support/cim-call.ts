// Calls of CIM classes in unit tests: by name, with the return value by its name.

import assert from 'node:assert/strict';

import { statusFacts } from '../../src/base/index.ts';
import type { InitiatorInfo, InitiatorService } from '../../src/service/index.ts';
import type { CimClass, CimKeys } from '../../src/wmi/cim/cim-class.ts';
import type { CimValue, CimValues } from '../../src/wmi/cim/cim-value.ts';
import { userModeClasses } from '../../src/wmi/user-mode/index.ts';

const { signal: never } = new AbortController();

/** The name of the one instance of the initiator. */
export const instance = 'Root\\ISCSIPRT\\0000_0';

/** An initiator with two ports. */
export const initiator: InitiatorInfo = {
  nodeName: 'iqn.2026-11.example:host',
  defaultNodeName: 'iqn.2026-11.example:host',
  alias: undefined,
  instances: [{ instance, adapterId: '9f3a5c0012345678', sessionCount: 1, ports: ['127.0.0.1', '192.0.2.1'] }],
  hasChapSecret: false,
};

/** The values of the instances of a user-mode class. */
export async function instancesOf(service: InitiatorService, className: string): Promise<CimValues[]> {
  return (await classOf(service, className).instances(never)).map(({ values }) => values);
}

/** Calls a method of a user-mode class: the name of its return value, and what comes out. */
export async function call(
  service: InitiatorService,
  [className, method]: readonly [className: string, method: string],
  keys?: CimKeys,
  input: CimValues = {},
  signal: AbortSignal = never,
): Promise<readonly [status: string, out: Readonly<Record<string, CimValue>>]> {
  const result = await classOf(service, className).invoke?.(method, keys, input, signal);
  assert.ok(result, `${className} has methods`);
  const { ReturnValue, ...out } = result;
  assert.ok(typeof ReturnValue === 'number');
  return [statusFacts(ReturnValue)?.name ?? `0x${ReturnValue.toString(16)}`, out];
}

function classOf(service: InitiatorService, className: string): CimClass {
  const found = userModeClasses(service).find(({ name }) => name === className);
  assert.ok(found, className);
  return found;
}
