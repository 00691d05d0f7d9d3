// The groups in which commands are loaded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from '../../../src/cli/command-context.ts';
import { commandGroups } from '../../../src/cli/command-groups.ts';
import { makeProgram } from '../../../src/cli/program.ts';

const context = { environment: { version: '0', stdout: process.stdout } } as unknown as CommandContext;

async function commandsFor(name?: string): Promise<string[]> {
  return (await makeProgram(context, name)).commands.map((command) => command.name());
}

test('a command line loads the group that its command stands in, whole', async () => {
  for (const { names } of commandGroups) {
    for (const name of names) assert.deepEqual(await commandsFor(name), names, name);
  }
});

test('a command line that names no command, or none that there is, loads all of them', async () => {
  const all = [...commandGroups.flatMap(({ names }) => names), 'completion'];
  for (const name of [undefined, '--help', 'nonsense', 'completion']) assert.deepEqual(await commandsFor(name), all);
});
