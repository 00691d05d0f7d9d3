// Which instances a query of WQL selects.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { CimObject } from '../../../../src/wmi/cim/cim-value.ts';
import { matchWql } from '../../../../src/wmi/wql/match-wql.ts';
import { parseWql } from '../../../../src/wmi/wql/parse-wql.ts';
import { isLike } from '../../../../src/wmi/wql/wql-like.ts';

const portal: CimObject = { className: 'ISCSI_Portal', values: { Address: '10.0.0.1', Socket: 3260 } };
const instance: CimObject = {
  className: 'MSiSCSI_Thing',
  values: {
    InstanceName: 'Root\\ISCSIPRT\\0000_0',
    Count: 7,
    Id: 18446673704965373953n,
    Active: true,
    None: null,
    Portal: portal,
  },
};

const selects = (condition: string): boolean =>
  matchWql(parseWql(`select * from msiscsi_thing where ${condition}`), instance);

suite('what a condition selects', () => {
  for (const [condition, expected] of [
    ["InstanceName = 'root\\\\iscsiprt\\\\0000_0'", true],
    ["instancename <> 'Root\\\\ISCSIPRT\\\\0000_0'", false],
    ["InstanceName > 'a'", true],
    ['Count = 7', true],
    ["Count = '7'", true],
    ['7 >= Count', true],
    ['Count < 7.5', true],
    ['Count < 7', false],
    ['Id = 18446673704965373953', true],
    ['Id = 0xffffc00040000001', false],
    ['Id > Count', true],
    ['Active = TRUE', true],
    ['Active = 1', true],
    ["Active = 'false'", false],
    ['None IS NULL', true],
    ['Count IS NOT NULL', true],
    ['Portal.Socket = 3260', true],
    ["portal.ADDRESS LIKE '10.%'", true],
    ['Count.Socket IS NULL', true],
    ['Count > 1 AND Active = FALSE', false],
    ['Count > 9 OR Active = TRUE', true],
    ['NOT Count > 9', true],
    ["InstanceName NOT LIKE 'Root%'", false],
  ] as const) {
    test(`${condition}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(selects(condition), expected);
    });
  }

  test('a comparison with what has no value or no order holds neither way', () => {
    for (const condition of ['None = 1', 'None <> 1', 'not None = 1', "None like '%'", "Count = 'x'", 'Portal = 1']) {
      assert.equal(selects(condition), false, condition);
    }
    assert.equal(selects('None = 1 or Count = 7'), true);
    assert.equal(selects('not (None = 1 and Count = 8)'), true);
  });

  test('no instance of another class', () => {
    assert.equal(matchWql(parseWql('select * from MSiSCSI_Other'), instance), false);
  });
});

suite('LIKE', () => {
  for (const [text, pattern, expected] of [
    ['iqn.2026-11.x:disk', 'IQN.%:disk', true],
    ['iqn.2026-11.x:disk', 'iqn.%:d', false],
    ['', '%', true],
    ['', '_', false],
    ['abc', 'a_c', true],
    ['abc', '%%b%%', true],
    ['aXbXc', '%x%x_', true],
    ['b', '[a-c]', true],
    ['b', '[a=c]', true],
    ['d', '[abc]', false],
    ['d', '[^a-c]', true],
    ['-', '[a-]', true],
    ['50%', '50[%]', true],
    ['[x', '[x', true],
    ['aaab', '%ab', true],
  ] as const) {
    test(`${text} LIKE ${pattern}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(isLike(text, pattern), expected);
    });
  }

  test('the same as a regular expression says, for patterns of %, _ and letters', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '_', '%'), maxLength: 8 });
    fc.assert(
      fc.property(letters, pattern, (text, like) => {
        const expression = new RegExp(`^${like.replaceAll('%', '.*').replaceAll('_', '.')}$`);
        assert.equal(isLike(text, like), expression.test(text));
      }),
      { numRuns: 500 },
    );
  });

  test('a pattern that is made to take long takes no longer than text and pattern multiplied', () => {
    assert.equal(isLike('a'.repeat(4000), `${'%a'.repeat(2000)}b`), false);
  });
});
