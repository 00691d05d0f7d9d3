// A service that is killed within an operation keeps every record as it was, or as it was to be, and opens again.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createMemoryDevice } from 'hawser/block';
import { type ExportedState, openService, type Service } from 'hawser/service';
import { makeTempDir } from '../../support/temp.ts';
import { openLab, type Portal, size } from './service-lab.ts';
import {
  fillState,
  fillWithTarget,
  liveName,
  promptOperations,
  targetOperations,
  type WritingOperation,
} from './writing-operations.ts';

const program = fileURLToPath(new URL('./kill-child.js', import.meta.url));

/** Does something with the service of a directory. Sessions are dropped at the end. */
async function withService<T>(directory: string, work: (service: Service) => Promise<T>): Promise<T> {
  const options = { refreshIntervalMs: 0, persistentTimeoutMs: 0, onStop: 'leave' } as const;
  await using service = await openService({ stateDirectory: directory, ...options });
  return await work(service);
}

async function stateIn(directory: string): Promise<ExportedState> {
  return await withService(directory, (service) => service.exportState({ includesSecrets: true }));
}

/** An operation with the states that its records may be found in. */
interface Case {
  readonly operation: WritingOperation;
  readonly template: string;
  readonly before: ExportedState;
  readonly after: ExportedState;
}

async function prepare(folder: string, operation: WritingOperation, template: string): Promise<Case> {
  const directory = join(folder, `${operation.name} alone`);
  await cp(template, directory, { recursive: true });
  const { before, after } = await withService(directory, async (service) => {
    await service.ready;
    const old = await service.exportState({ includesSecrets: true });
    await operation.run(service);
    return { before: old, after: await service.exportState({ includesSecrets: true }) };
  });
  assert.notDeepEqual(after, before, `${operation.name} changes nothing`);
  return { operation, template, before, after };
}

/** What a child has said of an operation. */
function said(lines: readonly string[], name: string): string[] {
  return lines.flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []));
}

async function runChild(args: readonly string[]): Promise<{ readonly lines: string[]; readonly isKilled: boolean }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  assert.ok(signal === 'SIGKILL' || code === 0, `the child ended with ${code ?? signal ?? ''}`);
  return { lines: output.split('\n'), isKilled: signal === 'SIGKILL' };
}

/** Kills all the operations after one more step each time, until all have come to their end; gives the steps of each. */
async function killAtEachStep(folder: string, cases: readonly Case[]): Promise<Map<string, string[]>> {
  for (let step = 1; ; step += 1) {
    const directory = join(folder, `${cases[0]?.operation.name ?? ''} ${step}`);
    await mkdir(directory);
    const places = cases.map(({ operation }) => join(directory, operation.name));
    await Promise.all(cases.map(({ template }, index) => cp(template, places[index] ?? '', { recursive: true })));
    const names = cases.map(({ operation }) => operation.name);
    const { lines, isKilled } = await runChild([directory, String(step), ...names]);
    for (const [index, { operation, before, after }] of cases.entries()) {
      const steps = said(lines, operation.name);
      const isMade = steps.includes('committed') || steps.includes('done');
      const found = await stateIn(places[index] ?? '');
      assert.deepEqual(found, isMade ? after : before, `${operation.name} after ${steps.join(', ')}`);
    }
    if (!isKilled) return new Map(names.map((name) => [name, said(lines, name)]));
  }
}

/** A directory that the service has been closed in after `fill`. */
async function makeTemplate(folder: string, name: string, fill: (service: Service) => Promise<void>): Promise<string> {
  const directory = join(folder, name);
  await withService(directory, fill);
  return directory;
}

const change = ['begun', 'written', 'committing', 'committed'];

suite('a service that is killed within an operation', { concurrency: 2 }, () => {
  test('at any step of a change of what it keeps has the old records, or all of the new ones', async () => {
    await using folder = await makeTempDir();
    const template = await makeTemplate(folder.path, 'template', fillState);
    const cases: Case[] = [];
    for (const operation of promptOperations) cases.push(await prepare(folder.path, operation, template));
    const steps = await killAtEachStep(folder.path, cases);
    for (const { name } of promptOperations) {
      // One change each, and nothing besides: what belongs together is never torn.
      assert.deepEqual(
        steps.get(name)?.filter((step) => step !== 'wiped' && step !== 'done'),
        change,
        name,
      );
    }
  });

  test('at any step of an operation with a target has the old records, or all of the new ones', async () => {
    await using folder = await makeTempDir();
    await using lab = await openLab();
    const luns = [0, 1].map((lun) => ({ lun, device: createMemoryDevice(size) }));
    const target = await lab.target({ name: liveName, luns });
    for (const operation of targetOperations) {
      const template = await makeLiveTemplate(folder.path, operation.name, target.portal, operation.needsSession);
      const single = await prepare(folder.path, operation, template);
      const steps = (await killAtEachStep(folder.path, [single])).get(operation.name);
      assert.deepEqual(steps?.slice(0, change.length), change, operation.name);
      assert.equal(steps.at(-1), 'done');
    }
  });
});

async function makeLiveTemplate(folder: string, name: string, portal: Portal, isLoggedIn: boolean): Promise<string> {
  return await makeTemplate(folder, `${name} template`, (service) => fillWithTarget(service, portal, isLoggedIn));
}
