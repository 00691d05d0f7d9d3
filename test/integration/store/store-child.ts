// Run as a process of its own by the tests of the store: opens the store of a directory and is killed while it works.
//
//   store-child.js DIRECTORY hold          opens, says "open", and stays until its standard input ends
//   store-child.js DIRECTORY try           opens, and says the code of the error
//   store-child.js DIRECTORY step NUMBER   opens, changes, closes; kills itself after so many steps of that
//   store-child.js DIRECTORY full          makes a change that has no space, then one that has
//
// What it says it says at once: a line that has been read was written before anything that came later was done.

import { writeSync } from 'node:fs';
import { argv, kill, pid, stdin } from 'node:process';
import { openStore, type StoreHooks, type StoreStep } from '../../../src/store/index.ts';
import { putGeneration } from './generation.ts';

const [, , directory = '', mode = '', number = '0'] = argv;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function hold(): void {
  const store = openStore({ directory });
  say('open');
  stdin.on('end', () => {
    store.close();
  });
  stdin.resume();
}

function tryToOpen(): void {
  try {
    openStore({ directory }).close();
    say('open');
  } catch (error) {
    say(String((error as { code?: string }).code));
  }
}

function step(): void {
  let left = Number(number);
  let last: StoreStep | undefined;
  const hooks: StoreHooks = {
    reached(reached: StoreStep) {
      // The records of a change are one step.
      if (reached === last) return;
      last = reached;
      say(reached);
      left -= 1;
      if (left === 0) kill(pid, 'SIGKILL');
    },
  };
  const store = openStore({ directory, hooks });
  store.change((tx) => {
    putGeneration(tx, 2);
  });
  say('done');
  store.close();
  say('closed');
}

function full(): void {
  const store = openStore({ directory });
  store.change((tx) => {
    tx.put('kind', 'key', 'old');
  });
  try {
    store.change((tx) => {
      tx.put('kind', 'key', 'too large'.repeat(1_000_000));
    });
    say('no error');
  } catch (error) {
    const { code, effect } = error as { code?: string; effect?: string };
    say(JSON.stringify({ code, effect, kept: store.get('kind', 'key') }));
  }
  store.change((tx) => {
    tx.put('kind', 'key', 'new');
  });
  say(JSON.stringify({ kept: store.get('kind', 'key') }));
  store.close();
}

const modes = new Map([
  ['hold', hold],
  ['try', tryToOpen],
  ['step', step],
  ['full', full],
]);
const run = modes.get(mode);
if (run === undefined) throw new Error(`there is no mode ${mode}`);
run();
