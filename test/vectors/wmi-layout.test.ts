// The layouts that src/wmi computes, against the facts read a second time and against a C compiler.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  type FieldFact,
  type FieldLayout,
  type StructureName,
  structureLayout,
  structureNames,
} from '../../src/wmi/index.ts';
import { skipWithoutCc } from '../support/c-compiler.ts';
import { compiledLayouts } from '../support/wmi-c-program.ts';
import { type MemberFacts, structureFacts, wmiFacts } from '../support/wmi-facts.ts';

/** The WMI type of a member of src/wmi, spelt as in the facts. */
function wmiTypeOf(field: FieldFact): string {
  const bracket = field.count === undefined ? (field.length === undefined ? '' : `[${field.length}]`) : '[]';
  return `${field.type}${bracket}`;
}

/** What must be the same of a member. */
function ofFacts(member: MemberFacts): unknown {
  const chars = /^WCHAR\[(\d+)\+1\]$/.exec(member.type)?.[1];
  return {
    name: member.name,
    wmi: member.wmi,
    id: member.id,
    size: member.size,
    at: member.at ?? member.nominalAt,
    isNominal: member.nominalAt !== undefined,
    count: member.count,
    maxChars: chars === undefined ? undefined : Number(chars),
  };
}

function ofSource({ name, field, size, offset, isNominal }: FieldLayout): unknown {
  return {
    name,
    wmi: wmiTypeOf(field),
    id: field.dataId,
    size,
    at: offset,
    isNominal,
    count: field.count,
    maxChars: field.maxChars,
  };
}

test('the structures are the 99 of the headers, in their order', () => {
  assert.deepEqual(structureNames, Object.keys(wmiFacts.structures));
});

test('each structure has the members, types, data ids, offsets and sizes of the facts', () => {
  for (const name of structureNames) {
    const { members } = structureFacts(name);
    assert.deepEqual(structureLayout(name).fields.map(ofSource), members.map(ofFacts), name);
  }
});

test('each structure has the size, alignment and NAME_SIZE of the facts', () => {
  for (const name of structureNames) {
    const { size, align, variable, sizeMacro } = structureFacts(name);
    const layout = structureLayout(name);
    assert.deepEqual(
      { size: layout.sizeOf, align: layout.align, variable: layout.isVariable },
      { size, align, variable },
      name,
    );
    if (sizeMacro !== undefined) assert.equal(layout.size, sizeMacro, name);
  }
});

test('members that are comments in the header have no offset, and no others', () => {
  for (const name of structureNames) {
    assert.deepEqual(
      structureLayout(name).fields.map(({ offset }) => offset === undefined),
      structureFacts(name).members.map((member) => member.commentOnly === true),
      name,
    );
  }
});

test('each structure lies in memory as a C compiler lays it', { skip: skipWithoutCc() }, async () => {
  const layouts = await compiledLayouts();
  assert.deepEqual([...layouts.keys()], structureNames);
  for (const [name, { size, align, members }] of layouts) {
    const layout = structureLayout(name as StructureName);
    const declared = layout.fields.filter(({ offset }) => offset !== undefined);
    assert.deepEqual([layout.sizeOf, layout.align], [size, align], name);
    assert.deepEqual(
      declared.map((field) => [field.name, { at: field.offset, size: field.size }]),
      [...members],
      name,
    );
  }
});
