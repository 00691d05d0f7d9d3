// The names as a whole: nothing of the headers is missing or has another name or value, and each has its rules and its tests.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import ts from 'typescript';

import { readTitles } from '../../../scripts/docs/iscsidsc-page.ts';
import { readSignatures } from '../../../scripts/docs/iscsidsc-signatures.ts';
import {
  callbackRules,
  constantRules,
  ownStatuses,
  statusRules,
  structureRules,
} from '../../../scripts/docs/rxce-names.ts';
import { rxceTestFolders } from '../../../scripts/docs/rxce-page.ts';
import { routineRules } from '../../../scripts/docs/rxce-rules.ts';
import { IscsiError, TransportError } from '../../../src/base/index.ts';
import { Engine } from '../../../src/engine/index.ts';
import * as rxce from '../../../src/rxce/index.ts';
import { statusOf } from '../../../src/rxce/nt-status.ts';
import { inRepository } from '../../support/repository.ts';
import { rxceFacts } from '../../support/rxce-facts.ts';

const exported = rxce as unknown as Readonly<Record<string, unknown>>;
const signatures = readSignatures(inRepository('src/rxce'));
const folders = rxceTestFolders.map((folder) => inRepository(folder));
const titles = readTitles(folders);
const names = rxceFacts.functions.map(({ name }) => name);

/** Parameters that are ours: the proof of running on the worker, and how to disconnect. */
const own = new Set(['SystemWorker', 'DisconnectFlags']);

/** Members that mean nothing here, or are the base of a structure that is not filled in. */
const missing: Readonly<Record<string, readonly string[]>> = {
  RXCE_CONNECTION_COMPLETION_CONTEXT: ['WorkQueueItem'],
};

/** The type declarations of a source, by name. */
function declarations(path: string): ReadonlyMap<string, ts.Statement> {
  const text = readFileSync(inRepository(path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const named = source.statements.filter(
    (each) => ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each) || ts.isTypeAliasDeclaration(each),
  );
  return new Map(named.map((each) => [each.name?.text ?? '', each]));
}

const types = new Map([
  ...declarations('src/rxce/structures.ts'),
  ...declarations('src/rxce/handlers.ts'),
  ...declarations('src/rxce/transport-address.ts'),
]);

/** The names of a type's members, or of a function type's parameters. */
function membersOf(name: string): string[] {
  const declared = types.get(name);
  if (declared === undefined) return [];
  if (ts.isTypeAliasDeclaration(declared)) {
    if (ts.isTypeReferenceNode(declared.type)) return membersOf(declared.type.typeName.getText());
    return ts.isFunctionTypeNode(declared.type) ? declared.type.parameters.map((each) => each.name.getText()) : [];
  }
  if (!ts.isInterfaceDeclaration(declared) && !ts.isClassDeclaration(declared)) return [];
  return [...declared.members].map((member) => member.name?.getText() ?? '');
}

suite('rxce.h', () => {
  test('all 18 routines are there, and no other', () => {
    const there = Object.keys(rxce.openRxCe({ engine: new Engine() })).filter((name) => name.startsWith('RxCe'));
    assert.equal(names.length, 18);
    assert.deepEqual(there.sort(), [...names].sort());
  });

  test('every routine takes the parameters of the header in its order, but for memory that it writes to', () => {
    for (const { name, params } of rxceFacts.functions) {
      const wanted = params.filter(({ dir }) => dir !== 'out').map((parameter) => parameter.name);
      const taken = signatures.get(name)?.parameterNames ?? [];
      assert.deepEqual(
        taken.filter((parameter) => !own.has(parameter)),
        wanted,
        name,
      );
    }
  });

  test('those that run in a system worker by the documents ask for the proof of it', () => {
    for (const { name, worker } of rxceFacts.functions) {
      const parameters = signatures.get(name)?.parameters ?? [];
      assert.equal(parameters.includes('SystemWorker: WorkerContext'), worker === 'must', name);
    }
  });

  test('all 12 callbacks take the parameters of the header in its order; what comes out is in their answers', () => {
    assert.equal(rxceFacts.callbacks.length, 12);
    for (const { name, params } of rxceFacts.callbacks) {
      const wanted = params.filter(({ dir }) => dir === 'in').map((parameter) => parameter.name);
      assert.deepEqual(membersOf(name), wanted, name);
    }
    const out = rxceFacts.callbacks.flatMap(({ params }) => params.filter(({ dir }) => dir === 'out'));
    assert.deepEqual([...new Set(out.map(({ name }) => name)), 'Status'].sort(), membersOf('ReceiveAnswer').sort());
  });

  test('all 15 structures have the members of the header in its order', () => {
    assert.equal(rxceFacts.structures.length, 15);
    for (const { name, alias = name, members } of rxceFacts.structures) {
      if (name === 'RXCE_SIGNATURE') continue;
      const wanted = members.filter((member) => !(missing[name] ?? []).includes(member));
      const there = membersOf(alias).filter((member) => member !== 'Signature');
      assert.deepEqual(there, wanted, name);
    }
  });

  test('the signatures are made of node type and size, and are those of a 64-bit system', () => {
    const wanted = rxceFacts.structures.filter(({ signature }) => signature !== undefined);
    assert.deepEqual(
      rxce.RXCE_SIGNATURE,
      Object.fromEntries(wanted.map(({ name, signature }) => [name, Number(signature)])),
    );
    for (const { signature, size } of wanted) assert.equal(Number(signature) >>> 16, size);
  });

  test('constants, enumerations, macros and statuses have the names and values of the header', () => {
    const { RXCE_VC_STATE, RXCE_SEND, TDI_SEND, TDI_DISCONNECT, RXCE_FLAGS_MASK } = rxce;
    const constants = { ...RXCE_VC_STATE, ...RXCE_SEND, ...TDI_SEND, ...TDI_DISCONNECT, RXCE_FLAGS_MASK };
    const wanted = Object.entries(rxceFacts.constants).map(([name, value]) => [name, Number(value)]);
    assert.deepEqual(constants, Object.fromEntries(wanted));
    for (const [name, values] of Object.entries(rxceFacts.enums)) assert.deepEqual(exported[name], values, name);
    for (const macro of rxceFacts.macros) assert.equal(typeof exported[macro], 'function', macro);
    const statuses = Object.entries({ ...rxceFacts.statuses, ...rxceFacts.neighbours });
    for (const [name, value] of statuses) {
      assert.equal((rxce.ntStatus as Readonly<Record<string, number>>)[name], Number(value), name);
    }
    assert.equal(Object.keys(rxce.ntStatus).length, statuses.length + Object.keys(ownStatuses).length);
  });
});

suite('statuses of errors', () => {
  test('what the system says of a connect or a circuit has its status', () => {
    for (const [code, status] of [
      ['ECONNREFUSED', 'STATUS_CONNECTION_REFUSED'],
      ['ECONNRESET', 'STATUS_CONNECTION_RESET'],
      ['EPIPE', 'STATUS_CONNECTION_RESET'],
      ['ETIMEDOUT', 'STATUS_IO_TIMEOUT'],
      ['ENETUNREACH', 'STATUS_NETWORK_UNREACHABLE'],
      ['EHOSTUNREACH', 'STATUS_HOST_UNREACHABLE'],
      ['ENOTFOUND', 'STATUS_HOST_UNREACHABLE'],
      ['ECONNABORTED', 'STATUS_CONNECTION_ABORTED'],
      ['EWHATEVER', 'STATUS_CONNECTION_ABORTED'],
    ] as const) {
      const cause = Object.assign(new Error(code), { code });
      const wrapped = new TransportError('ISCSI_CONNECT_FAILED', 'x', { address: 'x', cause });
      const many = new TransportError('ISCSI_CONNECT_FAILED', 'x', {
        address: 'x',
        cause: new AggregateError([cause]),
      });
      for (const error of [cause, wrapped, many]) assert.equal(rxce.ntStatusName(statusOf(error)), status, code);
      assert.ok(wrapped instanceof IscsiError);
    }
    assert.equal(statusOf('thrown'), rxce.ntStatus.STATUS_CONNECTION_ABORTED);
  });
});

suite('docs/rxce.md', () => {
  test('every routine, callback, structure, constant and status of the headers has its rules, and no other', () => {
    assert.deepEqual(Object.keys(routineRules).sort(), [...names].sort());
    assert.deepEqual(
      Object.keys(callbackRules),
      rxceFacts.callbacks.map(({ name }) => name),
    );
    assert.deepEqual(Object.keys(structureRules).sort(), rxceFacts.structures.map(({ name }) => name).sort());
    assert.deepEqual(Object.keys(constantRules), Object.keys(rxceFacts.constants));
    const statuses = Object.keys({ ...rxceFacts.statuses, ...rxceFacts.neighbours });
    assert.deepEqual(Object.keys(statusRules).sort(), statuses.sort());
  });

  test('each status that a page gives to a routine is answered with, or has a reason why it never is', () => {
    for (const { name, returns } of rxceFacts.functions) {
      const { statuses, never = {} } = routineRules[name]!;
      const wanted = returns.filter((status) => status.startsWith('STATUS_'));
      const missed = wanted.filter(
        (status) => !statuses.some((each) => each === status) && !Object.hasOwn(never, status),
      );
      assert.deepEqual(missed, [], name);
      assert.deepEqual(
        statuses.filter((status) => Object.hasOwn(never, status)),
        [],
        name,
      );
    }
  });

  test('every routine, and every callback that is implemented, has a test that begins with its name', () => {
    const callbacks = Object.entries(callbackRules)
      .filter(([, { what }]) => what === 'implemented')
      .map(([name, { test: begin }]) => begin ?? name);
    assert.deepEqual(
      [...names, ...callbacks].filter((name) => (titles.get(name) ?? []).length === 0),
      [],
    );
  });

  test('every status of a routine stands in a test that calls it', () => {
    const texts = folders.flatMap((folder) => {
      return readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    });
    for (const name of names) {
      const text = texts.filter((each) => each.includes(name)).join('\n');
      for (const status of routineRules[name]?.statuses ?? []) assert.ok(text.includes(status), `${name}: ${status}`);
    }
  });

  test('what is not applicable has a reason', () => {
    const all = [callbackRules, structureRules, constantRules, statusRules].flatMap((rules) => Object.values(rules));
    for (const { what, text } of all) assert.ok(text.length > (what === 'implemented' ? 3 : 20), text);
    assert.deepEqual(
      Object.entries(callbackRules)
        .filter(([, { what }]) => what !== 'implemented')
        .map(([name]) => name),
      ['PRXCE_IND_RECEIVE_EXPEDITED'],
    );
  });

  test('the page has every name', () => {
    const page = readFileSync(inRepository('docs/rxce.md'), 'utf8');
    for (const name of names) assert.ok(page.includes(`\n## ${name}\n`), name);
    for (const name of Object.keys(callbackRules)) assert.ok(page.includes(`\n## ${name}\n`), name);
    const others = [structureRules, constantRules, statusRules].flatMap((rules) => Object.keys(rules));
    for (const name of others) assert.ok(page.includes(`| \`${name}\` |`), name);
  });
});
