// The table of operations: all of the contract, each once, at places that do not collide.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { eventsPath, operationNames, operations } from '../../../src/control/operations/table.ts';
import { joinInput, placeInput, placementOf } from '../../../src/control/placement.ts';
import { inRepository } from '../../support/repository.ts';
import { serviceSamples } from '../../support/service-samples.ts';

/** The methods of the contract, read from its text: the types are gone when a test runs. */
function methodsOfContract(): string[] {
  const text = readFileSync(inRepository('src/service/contract/initiator-service.ts'), 'utf8');
  const body = /export interface InitiatorService \{\n([^]*?)\n\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name = '']) => name);
}

suite('the table of operations', () => {
  test('has every method of the contract but events, which is a stream, exactly once', () => {
    const methods = methodsOfContract();
    assert.ok(methods.length > 50);
    assert.deepEqual([...operationNames, 'events'].sort(), methods.sort());
  });

  test('has no two operations at one place', () => {
    const places = operationNames.map((name) => {
      const { method, path } = operations[name];
      return `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`;
    });
    assert.equal(new Set([...places, `GET ${eventsPath}`]).size, places.length + 1);
  });

  test('has nothing that only reads and takes a body, and nothing that changes and is a GET', () => {
    for (const name of operationNames) {
      const { method } = operations[name];
      const changes =
        /^(?:add|remove|set|login|logout|hold|renew|release|clear|bind|import)/.test(name) && name !== 'holds';
      assert.equal(method === 'GET' && changes, false, name);
    }
  });

  for (const name of operationNames) {
    const row = operations[name];
    const sample: { readonly input: unknown; readonly output: unknown } = serviceSamples[name];

    test(`${name}: its input comes out of path, query and body as it went in`, () => {
      const placement = placementOf(row);
      const input = (sample.input ?? {}) as Readonly<Record<string, unknown>>;
      const { url, body } = placeInput(row, placement, input);
      const [path = '', query = ''] = url.split('?');
      const parts = path.split('/');
      const params = Object.fromEntries(
        row.path.split('/').flatMap((part, at) => {
          const name = /^\{(\w+)\}$/.exec(part)?.[1];
          return name === undefined ? [] : [[name, decodeURIComponent(parts[at] ?? '')]];
        }),
      );
      assert.equal(parts.length, row.path.split('/').length, 'nothing in a field makes another path');
      const given = {
        params,
        query: new URLSearchParams(query),
        body: body === undefined ? undefined : (JSON.parse(body) as unknown),
      };
      const whole = joinInput(placement, given);
      assert.deepEqual(row.input === undefined ? {} : row.input.parse(whole), input);
    });

    test(`${name}: what it answers is what the contract says, and nothing more`, () => {
      if (row.output === undefined) {
        assert.equal(sample.output, undefined);
        return;
      }
      const more = (value: unknown): unknown => ({ ...(value as object), secret: 'correct horse' });
      const answered = Array.isArray(sample.output) ? sample.output.map(more) : more(sample.output);
      assert.deepEqual(row.output.parse(answered), sample.output);
    });

    test(`${name}: a field that it does not have is refused`, () => {
      if (row.input === undefined) return;
      const result = row.input.safeParse({ ...(sample.input as object), colour: 'red' });
      assert.equal(result.success, false);
    });
  }
});
