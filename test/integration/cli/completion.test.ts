// Completion as a shell does it: every command, every option and every choice of the program is offered.

import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { runCli } from '../../support/cli-world.ts';
import { skipWithout } from '../../support/peers.ts';
import { toolOutput } from '../../support/run-tool.ts';

/** Completes lines in bash; each is words up to the cursor. Gives what is offered, line by line. */
async function completeInBash(script: string, lines: readonly (readonly string[])[]): Promise<string[][]> {
  const asked = lines.map((words) => {
    const quoted = ['hawser', ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _hawser; echo "\${COMPREPLY[*]}"`;
  });
  const output = await toolOutput('bash', ['--norc', '-c', [script, ...asked].join('\n')]);
  return output
    .split('\n')
    .slice(0, lines.length)
    .map((line) => line.split(' ').filter((word) => word !== ''));
}

async function completionFor(shell: string): Promise<string> {
  const { status, stdout, stderr } = await runCli(['completion', shell]);
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The commands and the options that the help of a command lists. */
async function helpOf(words: readonly string[]): Promise<{ commands: string[]; options: string[] }> {
  const { stdout } = await runCli([...words, '--help']);
  const commands =
    stdout
      .split(/^(?:Commands[^\n]*):$/m)
      .slice(1)
      .join('\n')
      .split(/^Example:/m)[0] ?? '';
  const names =
    words[0] === 'iscsicli' ? [] : [...commands.matchAll(/^ {2}([a-z][a-z-]*)\b/gm)].map(([, name = '']) => name);
  const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map(([, name = '']) => name);
  return { commands: names, options };
}

suite('completion in bash', { skip: skipWithout(['bash']) }, () => {
  let script = '';
  before(async () => {
    script = await completionFor('bash');
  });

  test('offers every command and option that the help lists, for every command', async () => {
    const top = await helpOf([]);
    assert.ok(top.commands.length > 20);
    const lines: string[][] = [];
    const expected: string[][] = [];
    for (const words of [[], ...top.commands.map((name) => [name])]) {
      const { commands, options } = await helpOf(words);
      if (commands.length > 0) {
        lines.push([...words, '']);
        expected.push(commands);
      }
      lines.push([...words, '--']);
      // A family also takes the options of the command that it stands for by itself.
      expected.push(words.length > 0 && commands.length > 0 ? [] : options);
    }
    const offered = await completeInBash(script, lines);
    for (const [index, names] of expected.entries()) {
      const missing = names.filter((name) => offered[index]?.includes(name) !== true);
      assert.deepEqual(missing, [], `hawser ${lines[index]?.join(' ')}`);
    }
  });

  test('begins with what is typed, goes on behind options and their values, and knows choices', async () => {
    const lines = [
      ['sess'],
      ['portals', 'r'],
      ['devices', '--watch', '--soc'],
      ['login', '--portal', '192.0.2.10', '--existing', ''],
      ['login', '--header-digest', 'p'],
      ['fault', ''],
      ['fault', 'list', ''],
      ['completion', 'b'],
      ['iscsicli', 'Log'],
      ['targets', 'add', '--policy', '=', 'f'],
      ['ls', '--chap-user', ''],
      ['nonsense', ''],
    ];
    assert.deepEqual(await completeInBash(script, lines), [
      ['sessions', 'session'],
      ['remove', 'refresh'],
      ['--socket'],
      ['find', 'refuse', 'add'],
      ['preferred'],
      ['inject', 'remove', 'list', 'sessions', 'describe'],
      [],
      ['bash'],
      ['LoginTarget', 'LogoutTarget'],
      ['fail-over'],
      [],
      (await helpOf([])).commands,
    ]);
  });

  test('falls back to files', async () => {
    const printed = await toolOutput('bash', ['--norc', '-c', `${script}\ncomplete -p hawser`]);
    assert.match(printed, /^complete -o default -F _hawser hawser$/m);
  });
});

suite('completion in zsh', () => {
  test('has every command with what it is for', async () => {
    const script = await completionFor('zsh');
    assert.match(script, /^#compdef hawser$/m);
    for (const name of (await helpOf([])).commands) assert.match(script, new RegExp(`'${name}:[^']`));
  });

  test('is a script that zsh reads', { skip: skipWithout(['zsh']) }, async () => {
    const script = await completionFor('zsh');
    assert.equal(await toolOutput('zsh', ['-f', '-n', '-c', script]), '');
  });
});

test('a shell that is not known is a bad command line', async () => {
  assert.equal((await runCli(['completion', 'tcsh'])).status, 2);
});
