// Command lines of the service as cases: what the service is asked by one, what it answers, and what is printed.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type FakeAnswers, type FakeCall, makeFakeService } from './answering-service.ts';
import { runCli } from './cli-world.ts';

/** A command line, what the service is asked by it, what it answers, and what is printed. */
export interface CommandCase {
  readonly line: string;
  readonly answers: FakeAnswers;
  readonly calls: readonly FakeCall[];
  /** What a person reads, where that is the point of the case. */
  readonly text?: string;
  /** What --json prints, as far as it is not plain from the answer. */
  readonly document?: unknown;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs every case twice: for a person, and with --json. */
export function suiteOfCommands(name: string, cases: readonly CommandCase[]): void {
  suite(name, () => {
    for (const { line, answers, calls, text, document, variables = {} } of cases) {
      test(`hawser ${line}`, async () => {
        const told = makeFakeService(answers);
        const person = await runCli(line.split(' '), { service: told.service, variables });
        assert.equal(person.stderr, '');
        assert.equal(person.status, 0);
        assert.deepEqual(told.calls, calls);
        if (text !== undefined) assert.equal(person.stdout, text);
        const documented = makeFakeService(answers);
        const machine = await runCli([...line.split(' '), '--json'], { service: documented.service, variables });
        assert.equal(machine.status, 0);
        assert.deepEqual(JSON.parse(machine.stdout), plain(document ?? Object.values(answers).at(-1)));
      });
    }
  });
}

/** As JSON has it. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
