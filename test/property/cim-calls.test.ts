// Methods of the user-mode classes with whatever values: a return value or a refusal, and never anything else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { UsageError, WmiError } from '../../src/base/index.ts';
import type { CimClass, CimMethod, CimParameter } from '../../src/wmi/cim/cim-class.ts';
import type { CimType, CimValue, CimValues } from '../../src/wmi/cim/cim-value.ts';
import { keysOf } from '../../src/wmi/cim/instance-keys.ts';
import { userModeClasses } from '../../src/wmi/user-mode/index.ts';
import { fakeService } from '../support/fake-initiator-service.ts';

const classes = userModeClasses(fakeService().service);
const { signal } = new AbortController();

const scalars: Readonly<Record<Exclude<CimType, 'object'>, fc.Arbitrary<CimValue>>> = {
  boolean: fc.boolean(),
  uint8: fc.oneof(fc.nat(3), fc.nat(255)),
  uint16: fc.oneof(fc.constant(3260), fc.nat(65_535)),
  uint32: fc.oneof(fc.nat(3), fc.constant(0xffffffff), fc.nat(0xffffffff)),
  uint64: fc.oneof(fc.bigInt(0n, 127n), fc.bigInt(0n, 2n ** 64n - 1n)),
  sint32: fc.integer(),
  string: fc.oneof(fc.string(), fc.constantFrom('192.0.2.1', '[2001:db8::1]', 'MUTUALCHAP', 'twelve bytes')),
  datetime: fc.string(),
};

/** A value of no type in particular. */
const anything: fc.Arbitrary<CimValue> = fc.oneof(
  ...Object.values(scalars),
  fc.constant(null),
  fc.array(fc.nat(300)),
  fc.record({ className: fc.string(), values: fc.dictionary(fc.string(), fc.nat()) }),
);

/** A value of a type; now and then one of none. */
function valueOf({
  type,
  className,
  isArray,
}: Pick<CimParameter, 'type' | 'className' | 'isArray'>): fc.Arbitrary<CimValue> {
  const one = type === 'object' ? objectOf(className ?? '') : scalars[type];
  const right: fc.Arbitrary<CimValue> = isArray ? arrayOf(one) : one;
  return fc.oneof(
    { weight: 15, arbitrary: right },
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: anything },
  );
}

/** Short ones mostly, and such as a secret may be. */
function arrayOf(one: fc.Arbitrary<CimValue>): fc.Arbitrary<CimValue> {
  return fc.oneof(fc.array(one, { minLength: 1, maxLength: 1 }), fc.array(one, { maxLength: 18 }));
}

function objectOf(className: string): fc.Arbitrary<CimValue> {
  const found = classes.find(({ name }) => name === className);
  assert.ok(found, className);
  const values = Object.fromEntries(found.properties.map((property) => [property.name, valueOf(property)]));
  return fc.record({ className: fc.constant(className), values: fc.record(values) });
}

function inputOf({ parameters }: CimMethod): fc.Arbitrary<CimValues> {
  const given = parameters.filter(({ isIn }) => isIn).map((each) => [each.name, valueOf(each)] as const);
  return fc.record(Object.fromEntries(given));
}

async function checkCall(cimClass: CimClass, method: CimMethod, input: CimValues): Promise<void> {
  const [instance] = await cimClass.instances(signal);
  assert.ok(instance, cimClass.name);
  try {
    const out = (await cimClass.invoke?.(method.name, keysOf(cimClass, instance), input, signal)) ?? {};
    const { ReturnValue, ...rest } = out;
    assert.ok(typeof ReturnValue === 'number' && ReturnValue >= 0 && ReturnValue <= 0xffffffff);
    const names = method.parameters.filter(({ isOut }) => isOut).map(({ name }) => name);
    for (const name of Object.keys(rest)) assert.ok(names.includes(name), name);
  } catch (error) {
    if (!(error instanceof WmiError) && !(error instanceof UsageError)) throw error;
  }
}

for (const cimClass of classes.filter(({ methods }) => methods.length > 0)) {
  test(`the methods of ${cimClass.name} end with a return value or a refusal, whatever they are given`, async () => {
    for (const method of cimClass.methods) {
      await fc.assert(
        fc.asyncProperty(inputOf(method), async (input) => {
          await checkCall(cimClass, method, input);
        }),
        { numRuns: 150 },
      );
    }
  });
}
