// Run as a process of its own by kills.test.ts: carries out operations of services and kills itself within them.
//
//   kill-child.js DIRECTORY STEP NAME…   for each NAME opens the service of DIRECTORY/NAME and carries out that operation
//
// Each operation is held at its STEP-th step, and the next one is begun there; when the last one is held, the process is
// killed: one death for all of them, each at the same step. Where none of them has so many steps, it ends by itself.
// Says "NAME: STEP" at each step and "NAME: done" when an operation has returned, at once.

import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { argv, kill, pid } from 'node:process';
import { openService, type Service } from 'hawser/service';
import { promptOperations, targetOperations, type WritingOperation } from './writing-operations.ts';

const [, , directory = '', step = '', ...names] = argv;

/** The operation that is carried out now, and how many steps it has made. */
let current = -1;
let stepsMade = 0;
let lastStep = '';

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function reached(index: number, name: string, made: string): void {
  // The records of a change are one step.
  if (index !== current || made === lastStep) return;
  lastStep = made;
  stepsMade += 1;
  say(`${name}: ${made}`);
  if (stepsMade < Number(step)) return;
  beginFrom(index + 1);
  kill(pid, 'SIGKILL');
}

interface Place {
  readonly operation: WritingOperation;
  readonly service: Service;
}

const places: Place[] = [];

function begin(index: number): Promise<unknown> | undefined {
  const place = places[index];
  if (place === undefined) return undefined;
  current = index;
  stepsMade = 0;
  lastStep = '';
  return place.operation.run(place.service).then(() => {
    say(`${place.operation.name}: done`);
  });
}

/** Within a step nothing can be waited for: what is begun here has made its change when it returns, or is held. */
function beginFrom(first: number): void {
  for (let index = first; index < places.length; index += 1) void begin(index);
}

for (const [index, name] of names.entries()) {
  const operation = [...promptOperations, ...targetOperations].find((each) => each.name === name);
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  const service = await openService({
    stateDirectory: join(directory, name),
    refreshIntervalMs: 0,
    persistentTimeoutMs: 0,
    storeHooks: {
      reached: (made) => {
        reached(index, name, made);
      },
    },
  });
  places.push({ operation, service });
}
await Promise.all(places.map(({ service }) => service.ready));
for (let index = 0; index < places.length; index += 1) await begin(index);
current = -1;
await Promise.all(places.map(({ service }) => service.close()));
