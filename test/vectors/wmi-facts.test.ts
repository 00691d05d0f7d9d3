// test/vectors/windows/wmi.json held against itself and against a C compiler, before anything else is held against it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { skipWithoutCc } from '../support/c-compiler.ts';
import { compiledLayouts, compiledSamples } from '../support/wmi-c-program.ts';
import { parseCType, structureNames } from '../support/wmi-c-types.ts';
import { structureFacts, wmiFacts } from '../support/wmi-facts.ts';

test('the facts have 99 structures, 53 classes, 27 methods and 21 user-mode classes with 27 methods', () => {
  const classes = Object.values(wmiFacts.classes);
  const userMode = Object.values(wmiFacts.userModeClasses);
  assert.deepEqual(
    {
      structures: structureNames.length,
      classes: classes.length,
      methods: classes.flatMap((each) => each.methods).length,
      userModeClasses: userMode.length,
      userModeMethods: userMode.flatMap((each) => Object.keys(each.methods)).length,
    },
    { structures: 99, classes: 53, methods: 27, userModeClasses: 21, userModeMethods: 27 },
  );
});

test('no two classes share a GUID, no two methods of a class an id, no two members of a method a data id', () => {
  const unique = (values: readonly unknown[], of: string): void => {
    assert.equal(new Set(values).size, values.length, of);
  };
  unique(
    Object.values(wmiFacts.classes).map(({ guid }) => guid),
    'GUIDs',
  );
  for (const [name, { methods }] of Object.entries(wmiFacts.classes)) {
    unique(
      methods.map(({ id }) => id),
      name,
    );
    for (const method of methods) {
      const structures = [method.in ?? [], method.out].flat();
      unique(
        structures.flatMap((structure) => structureFacts(structure).members.map(({ id }) => id)),
        `${name}.${method.name}`,
      );
    }
  }
});

test('a class with a data block has the members of its structure as its properties, in their order', () => {
  for (const [name, { structure, properties }] of Object.entries(wmiFacts.classes)) {
    const members = structure === undefined ? [] : structureFacts(structure).members;
    assert.deepEqual(
      properties.map((property) => [property.name, property.type]),
      members
        .filter((member) => properties.some((each) => each.name === member.name))
        .map(({ name: member, wmi }) => [member, wmi]),
      name,
    );
    const missing = members.filter((member) => !properties.some((each) => each.name === member.name));
    assert.deepEqual(missing, [], name);
  }
});

test('offsets, sizes and alignments of all structures are those of a C compiler', {
  skip: skipWithoutCc(),
}, async () => {
  const layouts = await compiledLayouts();
  assert.equal(layouts.size, 99);
  for (const name of structureNames) {
    const { size, align, sizeMacro, members } = structureFacts(name);
    const layout = layouts.get(name);
    assert.deepEqual({ size: layout?.size, align: layout?.align }, { size, align }, name);
    for (const member of members.filter((each) => each.commentOnly !== true)) {
      const { at, size: memberSize } = layout?.members.get(member.name) ?? {};
      assert.deepEqual(
        { at, size: memberSize },
        { at: member.at ?? member.nominalAt, size: member.size },
        `${name}.${member.name}`,
      );
    }
    if (sizeMacro === undefined) continue;
    const ends = [...(layout?.members.values() ?? [])].map((member) => member.at + member.size);
    assert.equal(Math.max(...ends), sizeMacro, name);
  }
});

/** C type → WMI type. */
const wireTypes: Readonly<Record<string, string>> = {
  ULONG: 'uint32',
  USHORT: 'uint16',
  UCHAR: 'uint8',
  ULONGLONG: 'uint64',
  BOOLEAN: 'boolean',
};

test('the C type and the WMI type of each member are the same type', () => {
  for (const name of structureNames) {
    for (const { name: member, type, wmi, count } of structureFacts(name).members) {
      const { element, length } = parseCType(type);
      const bracket = count === undefined ? (length === undefined ? '' : `[${length}]`) : '[]';
      const expected = element === 'WCHAR' ? 'string' : `${wireTypes[element] ?? element}${bracket}`;
      assert.equal(wmi, expected, `${name}.${member}`);
    }
  }
});

test('a C compiler places what follows one element of each variable part where the facts say', {
  skip: skipWithoutCc(),
}, async () => {
  const samples = await compiledSamples([1]);
  assert.equal(samples.length, 99);
  for (const { name, bytes, end } of samples) {
    const { size, members } = structureFacts(name);
    const hasComments = members.some(
      (member) => member.commentOnly === true || name.startsWith('ISCSI_DiscoveredTarget'),
    );
    if (!hasComments && !name.startsWith('ReportDiscovered')) assert.equal(bytes.length, size, name);
    assert.ok(end <= bytes.length && bytes.length - end < 8, `${name} ends at ${end} of ${bytes.length}`);
  }
});
