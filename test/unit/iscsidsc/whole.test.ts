// The Discovery Library API as a whole: nothing of the header is missing, nothing has another name or value, every call has
// its rules and its tests, and none throws.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { readTitles } from '../../../scripts/docs/iscsidsc-page.ts';
import { callRules } from '../../../scripts/docs/iscsidsc-rules.ts';
import { readSignatures } from '../../../scripts/docs/iscsidsc-signatures.ts';
import { ofLogin } from '../../../scripts/docs/iscsidsc-statuses.ts';
import * as iscsidsc from '../../../src/iscsidsc/index.ts';
import { type Answer, openIscsiDsc, structureFields } from '../../../src/iscsidsc/index.ts';
import { nameOf } from '../../support/checked-dsc.ts';
import { fakeService, rejects } from '../../support/fake-service.ts';
import { iscsidscFacts } from '../../support/iscsidsc-facts.ts';
import { inRepository } from '../../support/repository.ts';

const testFolders = [inRepository('test/unit/iscsidsc'), inRepository('test/integration/iscsidsc')];
const exported = iscsidsc as unknown as Readonly<Record<string, unknown>>;
const signatures = readSignatures(inRepository('src/iscsidsc'));
const names = Object.keys(iscsidscFacts.functions);

/** Sizes and counts of buffers that a caller of the header's has to give: what goes in knows its own length. */
const lengths = new Set(['KeySize', 'KeyLength', 'SharedSecretLength']);
/** In-and-out parameters that are no buffers: a capacity that may be given, and settings to be looked for. */
const capacities = new Set(['ResponseSize', 'SenseSize', 'AuthInfo']);
/** Counts and sizes that come out of the header's calls for the sake of a buffer; arrays know how long they are. */
const sizes = /^(?:BufferSize(?:InChar|InBytes)?|PortalInfoSize)$/;

/** The texts of the tests in folders. */
function readTests(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    return readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  });
}

/** Calls that are there by their names. */
function calls(script = {}): ReadonlyMap<string, (...given: unknown[]) => Promise<Answer>> {
  return new Map(Object.entries(openIscsiDsc(fakeService(script).service)));
}

suite('iscsidsc.h', () => {
  test('all 46 functions are there, and no other', () => {
    assert.equal(names.length, 46);
    assert.deepEqual([...calls().keys()].sort(), [...names].sort());
  });

  test('every function takes the in-parameters of the header in its order, without sizes of buffers', () => {
    for (const [name, facts] of Object.entries(iscsidscFacts.functions)) {
      const wanted = facts.in.filter((parameter) => !lengths.has(parameter));
      const taken = signatures.get(name)?.parameterNames ?? [];
      const isOwn = (parameter: string): boolean => facts.inout.includes(parameter) && capacities.has(parameter);
      assert.deepEqual(
        taken.filter((parameter) => !isOwn(parameter)),
        wanted,
        name,
      );
    }
  });

  test('every function gives the out-parameters of the header by their names, without sizes of buffers', () => {
    for (const [name, { inout, out }] of Object.entries(iscsidscFacts.functions)) {
      const wanted = [...inout, ...out].filter((parameter) => !sizes.test(parameter)).sort();
      assert.deepEqual([...(signatures.get(name)?.outNames ?? [])].sort(), wanted, name);
    }
  });

  test('all 17 structures have the members of the header in its order', () => {
    assert.equal(Object.keys(iscsidscFacts.structures).length, 17);
    assert.deepEqual(structureFields, iscsidscFacts.structures);
  });

  test('the flag sets, enumerations and constants have the names and values of the header', () => {
    for (const [name, values] of Object.entries({ ...iscsidscFacts.flags, ...iscsidscFacts.enums })) {
      assert.deepEqual(exported[name], values, name);
    }
    for (const [name, value] of Object.entries(iscsidscFacts.constants)) assert.equal(exported[name], value, name);
  });
});

suite('docs/iscsidsc.md', () => {
  test('every function has rules, and a sentence of its own', () => {
    assert.deepEqual(Object.keys(callRules).sort(), [...names].sort());
    for (const name of names) {
      assert.ok((callRules[name as keyof typeof callRules]?.rules.length ?? 0) > 0, name);
      assert.match(signatures.get(name)?.text ?? '', /^[A-Z].*\.$/, name);
    }
  });

  test('every function has a test that begins with its name', () => {
    const titles = readTitles(testFolders);
    assert.deepEqual(
      names.filter((name) => (titles.get(name) ?? []).length === 0),
      [],
    );
  });

  test('every status of a function’s own stands in a test of it, but for what targets say in logins', () => {
    const tests = readTests(testFolders);
    const missing = names.flatMap((name) => {
      const statuses = callRules[name as keyof typeof callRules]?.statuses ?? [];
      const text = tests.filter((each) => each.includes(`dsc.${name}(`) || each.includes(`'${name}'`)).join('\n');
      return statuses
        .filter((status) => !ofLogin.includes(status) && !text.includes(status))
        .map((status) => `${name}: ${status}`);
    });
    assert.deepEqual(missing, []);
  });

  test('the page has every function and every code', () => {
    const page = readFileSync(inRepository('docs/iscsidsc.md'), 'utf8');
    for (const name of names) assert.ok(page.includes(`\n## ${name}\n`), name);
    for (const code of Object.keys(iscsidscFacts.codes)) assert.ok(page.includes(`| \`${code}\` |`), code);
  });
});

suite('no call throws', () => {
  const odd: readonly unknown[] = [
    undefined,
    null,
    0,
    -1,
    1.5,
    NaN,
    '',
    '\0',
    'x',
    true,
    1n,
    -1n,
    [],
    {},
    () => 1,
    Symbol('x'),
  ];

  test('whatever the arguments are, a call ends with a status', async () => {
    const everything = new Proxy({}, { has: () => true, get: () => rejects('SERVICE_FAILED') });
    for (const [name, call] of calls(everything)) {
      for (const value of odd) {
        for (const given of [[], Array<unknown>(10).fill(value)]) {
          const { Status } = await call(...given);
          assert.ok(nameOf(Status) !== 'ERROR_SUCCESS', `${name} with ${String(value)}`);
        }
      }
    }
  });

  test('whatever the service throws, a call ends with a status', async () => {
    const throwing = [
      rejects('SERVICE_NOT_RUNNING'),
      (): never => {
        throw new TypeError('x');
      },
    ];
    for (const script of throwing) {
      const everything = new Proxy({}, { has: () => true, get: () => script });
      const status = (await calls(everything).get('GetIScsiSessionList')?.())?.Status;
      assert.ok(status === 0xefff003e || status === 0xefff0001);
    }
  });

  test('an answer of the service that is not what it should be is a status as well', async () => {
    const sessions = [{ sessionId: 'no id' }];
    const answer = await calls({ sessions }).get('GetIScsiSessionList')?.();
    assert.notEqual(answer?.Status, 0);
  });
});
