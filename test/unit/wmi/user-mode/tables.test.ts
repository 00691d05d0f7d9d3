// The tables of the user-mode classes against a second reading of the documents.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { CimClass, CimMethod, CimParameter } from '../../../../src/wmi/cim/cim-class.ts';
import { userModeClasses } from '../../../../src/wmi/user-mode/index.ts';
import { makeFakeService } from '../../../support/answering-service.ts';
import { wmiFacts } from '../../../support/wmi-facts.ts';

const facts = wmiFacts.userModeClasses;
const classes = new Map(userModeClasses(makeFakeService({}).service).map((each) => [each.name, each]));

/** What a type of the documents that is an alias stands for. */
const aliases: Readonly<Record<string, string>> = {
  ISCSI_SECURITY_FLAGS: 'uint64',
  ISCSI_LOGIN_FLAGS: 'uint32',
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED: 'uint32',
  ISCSI_AUTH_TYPES: 'uint32',
};

function classOf(name: string): CimClass {
  const found = classes.get(name);
  assert.ok(found, name);
  return found;
}

function written({ type, className, isArray }: CimClass['properties'][number] | CimParameter): string {
  return `${className ?? type}${isArray ? '[]' : ''}`;
}

function plain(types: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, aliases[type] ?? type]));
}

function parametersOf(method: CimMethod | undefined, direction: 'isIn' | 'isOut'): Record<string, string> {
  const own = (method?.parameters ?? []).filter((each) => each[direction]);
  return Object.fromEntries(own.map((each) => [each.name, written(each)]));
}

test('there are the 21 classes of the documents, and no other, with 27 methods', () => {
  assert.deepEqual([...classes.keys()].sort(), Object.keys(facts).sort());
  assert.equal(classes.size, 21);
  assert.equal([...classes.values()].flatMap(({ methods }) => methods).length, 27);
});

for (const [name, { namespace, keys, properties, methods }] of Object.entries(facts)) {
  test(`${name} has the properties and methods of the documents, in their order`, () => {
    const own = classOf(name);
    assert.equal(own.namespace.toLowerCase(), namespace.toLowerCase());
    assert.deepEqual(
      own.properties.map((each) => [each.name, written(each)]),
      Object.entries(plain(properties)),
    );
    assert.deepEqual(
      own.methods.map((each) => each.name),
      Object.keys(methods),
    );
    for (const [method, documented] of Object.entries(methods)) {
      const { in: given, out } = wmiFacts.liveSchema.methods[`${name}.${method}`] ?? documented;
      const found = own.methods.find((each) => each.name === method);
      assert.deepEqual(parametersOf(found, 'isIn'), plain(given), method);
      assert.deepEqual(parametersOf(found, 'isOut'), plain(out), method);
    }
    if (keys.length > 0) {
      assert.deepEqual(
        own.properties.filter(({ isKey }) => isKey).map((each) => each.name),
        keys,
      );
    }
  });
}

test('every method can be called, and the objects of parameters and properties are of classes that there are', () => {
  for (const own of classes.values()) {
    assert.equal(own.invoke !== undefined, own.methods.length > 0, own.name);
    for (const { className } of [...own.properties, ...own.methods.flatMap(({ parameters }) => parameters)]) {
      if (className !== undefined) assert.equal(classOf(className).namespace, own.namespace);
    }
  }
});

test('embedded classes have no instances of their own', async () => {
  const embedded = [...classes.values()].filter(({ isEmbedded }) => isEmbedded);
  assert.equal(embedded.length, 9);
  for (const each of embedded) assert.deepEqual(await each.instances(new AbortController().signal), []);
});
