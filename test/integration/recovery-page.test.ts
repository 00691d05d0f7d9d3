// docs/recovery.md is true where a program can tell: its code is that of the examples, its table of limits is complete.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { parseIscsiUrl } from 'hawser';
import { defaultLimits } from 'hawser/session';
import { inRepository } from '../support/repository.ts';

const page: string = await readFile(inRepository('docs/recovery.md'), 'utf8');

/** The limits that an option of a URL sets, when it is 7. */
function limitsOfUrl(option: string): Record<string, number> {
  return { ...parseIscsiUrl(`iscsi://127.0.0.1/iqn.2026-11.test:lab/0?${option}=7`).options.limits };
}

suite('docs/recovery.md', () => {
  test('its code is in the examples, line for line', async () => {
    const names = ['survive', 'unflushed', 'let-go'];
    const examples = await Promise.all(names.map((name) => readFile(inRepository('examples', `${name}.ts`), 'utf8')));
    const shown = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    assert.ok(shown.length >= names.length);
    for (const code of shown)
      assert.ok(
        examples.some((example) => example.includes(code)),
        code,
      );
  });

  test('its table has every limit, with its default and the option of a URL that sets it', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (\S+) \|/gm)];
    const table = Object.fromEntries(rows.map(([, name = '', standard]) => [name, Number(standard)]));
    assert.deepEqual(table, defaultLimits);
    for (const [, name = '', , cell = ''] of rows) {
      if (cell !== '–')
        assert.deepEqual(limitsOfUrl(cell.replaceAll('`', '')), { [name]: /Ms$/.test(name) ? 7000 : 7 });
    }
  });
});
