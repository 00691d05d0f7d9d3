// What a terminal is shown: tables, facts, and nothing that it would obey.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Printer } from '../../../src/cli/printer.ts';
import { startProgress } from '../../../src/cli/progress.ts';
import { formatFacts, formatTable } from '../../../src/cli/table.ts';
import { Kept, makeWorld } from '../../support/cli-world.ts';

suite('table', () => {
  test('is columns of plain text, numbers to the right, without space at the ends', () => {
    const rows = [
      ['a', 5, 'x'],
      ['longer', 12, ''],
    ] as const;
    assert.equal(formatTable(['NAME', 'N', 'WHAT'], rows, [1]), 'NAME     N  WHAT\na        5  x\nlonger  12');
  });

  test('facts are names with their values; what is unknown is left out', () => {
    assert.equal(
      formatFacts([
        ['A', 1],
        ['Longer', 'two'],
        ['Unknown', undefined],
      ]),
      'A       1\nLonger  two',
    );
    assert.equal(formatFacts([]), '');
  });
});

suite('printer', () => {
  function printer(isJson: boolean): { printer: Printer; stdout: Kept; stderr: Kept } {
    const stdout = new Kept();
    const stderr = new Kept();
    return { printer: new Printer(makeWorld(stdout, stderr).environment, isJson), stdout, stderr };
  }
  const report = { document: { a: 1 }, text: 'A is 1' };

  test('prints the document with --json and the text without', () => {
    const machine = printer(true);
    machine.printer.print(report);
    assert.deepEqual(JSON.parse(machine.stdout.text), report.document);
    const person = printer(false);
    person.printer.print(report);
    assert.equal(person.stdout.text, 'A is 1\n');
  });

  test('keeps the document clear of what is told on the way', () => {
    const machine = printer(true);
    machine.printer.tell('going on');
    machine.printer.note('by the way');
    assert.deepEqual([machine.stdout.text, machine.stderr.text], ['', 'going on\nby the way\n']);
    const person = printer(false);
    person.printer.tell('going on');
    assert.equal(person.stdout.text, 'going on\n');
  });

  test('shows no control characters of a name that came from elsewhere', () => {
    const { printer: person, stdout, stderr } = printer(false);
    person.print({ document: {}, text: 'alias \u001b[2J\u0007\u009b31m\rx\nnext' });
    person.note('\u001b]0;title\u0007');
    assert.equal(stdout.text, 'alias ?[2J??31m?x\nnext\n');
    assert.equal(stderr.text, '?]0;title?\n');
  });
});

suite('progress', () => {
  function shown(isTerminal: boolean, total: number | undefined): string {
    const stderr = Object.assign(new Kept(), { isTTY: true });
    const { environment } = makeWorld(new Kept(), stderr);
    let ms = 0;
    const now = (): number => (ms += 500);
    const terminals = { ...environment.terminals, stderr: isTerminal };
    const progress = startProgress({ ...environment, terminals }, 'copy', total, now);
    progress.update(10_485_760);
    progress.stop();
    return stderr.text;
  }

  test('is shown to nobody where standard error is no terminal', () => {
    assert.equal(shown(false, 100), '');
  });

  test('has the share, the rate and the time left', () => {
    const text = shown(true, 20_971_520);
    assert.match(text, /copy \[=+-+\] 50% 10 MiB 10\.5 MB\/s 1\.00 s left/);
  });

  test('of a stream has what is done, and no share of what nobody knows', () => {
    const text = shown(true, undefined);
    assert.match(text, /copy 10 MiB 10\.5 MB\/s/);
    assert.ok(!text.includes('%'));
  });
});
