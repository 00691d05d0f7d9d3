// What is understood of WQL, and where it says that it has not been.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../../../../src/base/index.ts';
import { parseWql } from '../../../../src/wmi/wql/parse-wql.ts';
import { propertiesOf } from '../../../../src/wmi/wql/wql-query.ts';

function refusal(query: string): string {
  let caught: unknown;
  try {
    parseWql(query);
  } catch (error) {
    caught = error;
  }
  assert.ok(caught instanceof UsageError, `${query} was understood`);
  assert.equal(caught.code, 'ISCSI_BAD_ARGUMENT');
  return caught.message;
}

suite('queries that are understood', () => {
  test('SELECT * FROM a class, whatever the case and the blanks', () => {
    const expected = { select: undefined, className: 'MSiSCSI_HBAInformation', where: undefined };
    assert.deepEqual(parseWql('SELECT * FROM MSiSCSI_HBAInformation'), expected);
    assert.deepEqual(parseWql('\n select\t*from MSiSCSI_HBAInformation  '), expected);
  });

  test('a list of properties, also of embedded objects', () => {
    const { select } = parseWql('select InstanceName, Portal.Address from X');
    assert.deepEqual(
      select?.map(({ path }) => path),
      [['InstanceName'], ['Portal', 'Address']],
    );
  });

  test('every comparison, with the property on either side', () => {
    for (const [written, operator] of [
      ['=', '='],
      ['<>', '<>'],
      ['!=', '<>'],
      ['<', '<'],
      ['>', '>'],
      ['<=', '<='],
      ['>=', '>='],
    ] as const) {
      assert.deepEqual(parseWql(`select * from X where A ${written} 5`).where, {
        kind: 'compare',
        operator,
        left: { kind: 'property', path: ['A'], position: 22 },
        right: { kind: 'constant', value: 5n },
      });
      const mirrored = parseWql(`select * from X where 5${written}A`).where;
      assert.equal(mirrored?.kind === 'compare' && mirrored.left.kind, 'constant');
    }
  });

  test('constants: integers of any size, hexadecimal, reals, strings with escapes, TRUE, FALSE', () => {
    const constant = (text: string): unknown => {
      const { where } = parseWql(`select * from X where A=${text}`);
      return where?.kind === 'compare' && where.right.kind === 'constant' ? where.right.value : undefined;
    };
    assert.equal(constant('18446744073709551615'), 18446744073709551615n);
    assert.equal(constant('-7'), -7n);
    assert.equal(constant('0xFF'), 255n);
    assert.equal(constant('-0x10'), -16n);
    assert.equal(constant('1.5'), 1.5);
    assert.equal(constant('2e3'), 2000);
    assert.equal(constant("'a\\\\b\\'c\"'"), `a\\b'c"`);
    assert.equal(constant('"it\'s"'), "it's");
    assert.equal(constant('True'), true);
    assert.equal(constant('FALSE'), false);
  });

  test('IS NULL, IS NOT NULL, = NULL and <> NULL', () => {
    const isNegated = (text: string): unknown => {
      const { where } = parseWql(`select * from X where ${text}`);
      return where?.kind === 'null' ? where.isNegated : 'no check';
    };
    assert.deepEqual(['A is null', 'A IS NOT NULL', 'A = null', 'NULL <> A'].map(isNegated), [
      false,
      true,
      false,
      true,
    ]);
  });

  test('NOT binds closer than AND, and AND closer than OR; parentheses change it', () => {
    const shape = (text: string): unknown => shapeOf(parseWql(`select * from X where ${text}`).where);
    assert.deepEqual(shape('a=1 or not b=2 and c=3'), ['or', 'a', ['and', ['not', 'b'], 'c']]);
    assert.deepEqual(shape('(a=1 or not b=2) and c=3'), ['and', ['or', 'a', ['not', 'b']], 'c']);
    assert.deepEqual(shape('not (a=1 and b=2)'), ['not', ['and', 'a', 'b']]);
  });

  test('every property that is named is found', () => {
    const query = parseWql("select A from X where not (B = 1 or 2 < C) and D like '%' and E is null and F = G");
    assert.deepEqual(
      propertiesOf(query)
        .flatMap(({ path }) => path)
        .sort(),
      ['A', 'B', 'C', 'D', 'E', 'F', 'G'],
    );
  });
});

function shapeOf(condition: ReturnType<typeof parseWql>['where']): unknown {
  switch (condition?.kind) {
    case 'and':
    case 'or':
      return [condition.kind, ...condition.conditions.map(shapeOf)];
    case 'not':
      return ['not', shapeOf(condition.condition)];
    case 'compare':
      return condition.left.kind === 'property' ? condition.left.path[0] : 'constant';
    default:
      return condition?.kind;
  }
}

suite('queries that are refused', () => {
  for (const [query, said] of [
    ['', 'ends in the place of SELECT at character 1'],
    ['DELETE FROM X', 'has the word DELETE in the place of SELECT at character 1'],
    ['select * X', 'has the word X in the place of FROM at character 10'],
    ['select * from', 'ends in the place of the name of a class at character 14'],
    ['select * from X where', 'ends in the place of the name of a property at character 22'],
    ['select * from X where A', 'ends in the place of a comparison at character 24'],
    ['select * from X where A = ', 'ends in the place of the name of a property at character 27'],
    ['select * from X where A like 5', 'has a number in the place of a pattern in quotes at character 30'],
    ['select * from X where (A = 1', 'ends in the place of a closing parenthesis at character 29'],
    ['select * from X where A = 1)', 'has a sign too much at character 28'],
    ['select * from X where 1 = 1', 'compares two constants at character 23'],
    ["select * from X where A = 'b", 'has a string that does not end at character 27'],
    ["select * from X where A = 'b\\n'", 'has a backslash that is before no quote and no backslash at character 29'],
    ['select * from X; drop', 'has a sign that WQL has not at character 16'],
    ['select * from X where A = 12x', 'has a sign that WQL has not at character 27'],
    ["select * from X within 2 where A = 'b'", 'uses WITHIN, which is not supported, at character 17'],
    ["select * from X where A isa 'b'", 'uses ISA, which is not supported, at character 25'],
    ['select * from X group by A', 'uses GROUP, which is not supported, at character 17'],
    ['associators of {X.A=1}', 'has a sign that WQL has not at character 16'],
  ] as const) {
    test(`${query === '' ? 'nothing' : query}: ${said}`, () => {
      assert.equal(refusal(query), `The query ${said}`);
    });
  }

  test('more characters, levels and comparisons than the bounds', () => {
    assert.match(refusal(`select * from X where A = '${'x'.repeat(8192)}'`), /longer than 8192 characters/);
    const nested = (levels: number): string => `select * from X where ${'('.repeat(levels)}A=1${')'.repeat(levels)}`;
    parseWql(nested(32));
    assert.match(refusal(nested(33)), /nested deeper than 32 levels/);
    assert.match(refusal(`select * from X where ${'not '.repeat(33)}A=1`), /nested deeper than 32 levels/);
    const chain = (terms: number): string => `select * from X where ${Array<string>(terms).fill('A=1').join(' or ')}`;
    parseWql(chain(256));
    assert.match(refusal(chain(257)), /more than 256 comparisons/);
  });

  test('anything at all is understood or refused, never an accident', () => {
    const word = fc.constantFrom(
      ..."select * from where and or not like is null true ( ) = <> < , . X A 1 -2 0x 1.5 ' \" \\ 'a' within isa".split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
      fc.array(word, { maxLength: 20 }).map((words) => `select * from X where ${words.join(' ')}`),
    );
    fc.assert(
      fc.property(text, (query) => {
        try {
          parseWql(query);
        } catch (error) {
          assert.ok(error instanceof UsageError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
