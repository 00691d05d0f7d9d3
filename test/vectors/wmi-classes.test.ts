// The classes, methods and value sets of src/wmi, against the facts read a second time.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as wmi from '../../src/wmi/index.ts';
import { wmiFacts } from '../support/wmi-facts.ts';

/** The name in src/wmi of a value set that is called otherwise in the facts. */
const setNames: Readonly<Record<string, readonly (keyof typeof wmi)[]>> = {
  'ISCSI_HEADER_INTEGRITY / ISCSI_DATA_INTEGRITY': ['ISCSI_HEADER_INTEGRITY', 'ISCSI_DATA_INTEGRITY'],
  'MSiSCSI_LB policy': ['MSiSCSI_LB'],
  EVENTLOG_MESSAGE_QUALIFIERS: ['EVENTLOG_MESSAGE'],
};

function typeOf({ type, length, count }: wmi.FieldFact): string {
  return `${type}${count === undefined ? (length === undefined ? '' : `[${length}]`) : '[]'}`;
}

test('the classes are the 53 of the headers, each with its GUID, kind and header', () => {
  assert.deepEqual(
    Object.fromEntries(
      wmi.wmiClasses.map(({ name, guid, kind, header }) => [name, { guid: guid.toLowerCase(), kind, header }]),
    ),
    Object.fromEntries(
      Object.entries(wmiFacts.classes).map(([name, { guid, kind, header }]) => [name, { guid, kind, header }]),
    ),
  );
  assert.equal(wmi.wmiClasses.length, 53);
});

test('each class has its structure, and its properties in order with their types and with what may be written', () => {
  for (const { name, structure, properties } of wmi.wmiClasses) {
    const facts = wmiFacts.classes[name];
    assert.equal(structure, facts?.structure, name);
    assert.deepEqual(
      properties.map((property) => [property.name, typeOf(property)]),
      facts?.properties.map((property) => [property.name, property.type]),
      name,
    );
  }
});

test('what may be written of a class with instances is what its MOF or its page says', () => {
  for (const { name, kind, properties } of wmi.wmiClasses) {
    if (kind === 'embedded') continue;
    const facts = wmiFacts.classes[name]?.properties.filter(({ access }) => access === 'read/write');
    assert.deepEqual(
      properties.filter(({ isWritable }) => isWritable).map((property) => property.name),
      facts?.map((property) => property.name),
      name,
    );
  }
});

test('the methods are the 27 of the headers, each with its id and its structures', () => {
  for (const { name, methods } of wmi.wmiClasses) {
    assert.deepEqual(
      methods.map((method) => ({ name: method.name, id: method.methodId, in: method.in, out: method.out })),
      wmiFacts.classes[name]?.methods.map((method) => ({
        name: method.name,
        id: method.id,
        in: method.in,
        out: method.out,
      })),
      name,
    );
  }
  assert.equal(wmi.wmiClasses.flatMap(({ methods }) => methods).length, 27);
});

test('a class is found by its GUID, with braces and without, in any case, and by its name', () => {
  for (const [name, { guid }] of Object.entries(wmiFacts.classes)) {
    for (const spelt of [guid, guid.toUpperCase(), `{${guid}}`]) assert.equal(wmi.classByGuid(spelt)?.name, name);
    for (const spelt of [name, name.toLowerCase()]) assert.equal(wmi.classByName(spelt)?.name, name);
  }
});

test('each value set has the names and values of its header', () => {
  for (const [name, { values }] of Object.entries(wmiFacts.valueSets)) {
    for (const own of setNames[name] ?? [name as keyof typeof wmi]) assert.deepEqual(wmi[own], values, own);
  }
  assert.equal(Object.keys(wmiFacts.valueSets).length, 23);
});
