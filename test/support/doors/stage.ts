// A service with its three doors open.

import assert from 'node:assert/strict';
import { openControlServer } from '../../../src/control/index.ts';
import { openService } from '../../../src/service/index.ts';
import { eventually } from '../eventually.ts';
import { startHawser } from '../hawser-program.ts';
import { exitOf } from '../run-tool.ts';
import { tempStateDirectory } from '../state-directory.ts';
import { CliDoor } from './cli-door.ts';
import type { Door, SessionView, ViewName } from './door.ts';
import { DscDoor } from './dsc-door.ts';
import { HttpDoor } from './http-door.ts';
import type { Opponent, OpponentSession } from './opponent.ts';

/** Short times, so that a loss is noticed and mended while a scenario waits for it. */
const limits = { connectTimeoutMs: 5000, loginTimeoutMs: 5000, reconnectIntervalMs: 100, logoutTimeoutMs: 5000 };

/** A service, its doors, and what may be asked of all of them. */
export interface Stage extends AsyncDisposable {
  readonly doors: readonly Door[];
  readonly http: HttpDoor;
  /** Ends the service in order, starts it again, and waits until it is ready. */
  restart(): Promise<void>;
  /** Asserts that every door shows the same. */
  assertSame(views: readonly ViewName[]): Promise<void>;
  /** Asserts that a target has the sessions that the service has with it: it may take its time to let go of one. */
  assertAgreed(target: Opponent): Promise<void>;
}

/** Opens a service with an empty state: in this process, or as `hawser service` runs it. */
export async function openStage(isProcess: boolean): Promise<Stage> {
  const directory = await tempStateDirectory();
  const { path, socketPath } = directory;
  const start = isProcess ? startProcess : startHere;
  let running = await start(path, socketPath);
  const http = new HttpDoor(socketPath);
  const doors: readonly Door[] = [new DscDoor(socketPath), new CliDoor(socketPath), http];
  return {
    doors,
    http,
    restart: async () => {
      await running[Symbol.asyncDispose]();
      running = await start(path, socketPath);
      await eventually(
        async () => await http.get('/v1/status'),
        (status) => status.at('isReady').boolean,
        { withinMs: 30_000 },
      );
      for (const door of doors) await door.reopen();
    },
    assertSame: async (views) => {
      await Promise.all(
        views.map(async (view) => {
          await assertSameView(doors, http, view);
        }),
      );
    },
    assertAgreed: async (target) => {
      const sessions = (await http.looks.sessions?.()) ?? [];
      const wanted = asOpponent(sessions.filter(({ targetName }) => targetName === target.targetName));
      const seen = await eventually(
        async () => sorted(await target.sessions()),
        (listed) => JSON.stringify(listed) === JSON.stringify(wanted),
      ).catch(async () => sorted(await target.sessions()));
      assert.deepEqual(seen, wanted, `the sessions that ${target.targetName} lists`);
    },
    async [Symbol.asyncDispose]() {
      for (const door of doors) await door[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function startHere(stateDirectory: string, socketPath: string): Promise<AsyncDisposable> {
  const service = await openService({ stateDirectory, refreshIntervalMs: 0, sessionDefaults: { limits } });
  const server = await openControlServer({ service, socketPath });
  return {
    async [Symbol.asyncDispose]() {
      await server.close();
      await service.close();
    },
  };
}

async function startProcess(stateDirectory: string, socketPath: string): Promise<AsyncDisposable> {
  const child = startHawser(['service', '--state', stateDirectory, '--socket', socketPath]);
  const ended = exitOf(child);
  child.stdout?.resume();
  child.stderr?.resume();
  const http = new HttpDoor(socketPath);
  await eventually(
    async () => child.exitCode ?? (await http.get('/healthz').catch(() => undefined)),
    (answer) => answer !== undefined,
    { withinMs: 30_000 },
  );
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      assert.equal(await ended, 0, 'the exit status of hawser service');
    },
  };
}

async function assertSameView(doors: readonly Door[], http: HttpDoor, view: ViewName): Promise<void> {
  const expected = await http.looks[view]?.();
  await Promise.all(
    doors.map(async ({ name, looks }) => {
      const look = looks[view];
      if (look !== undefined) assert.deepEqual(await look(), expected, `${view} by ${name}, against HTTP`);
    }),
  );
}

function asOpponent(sessions: readonly SessionView[]): OpponentSession[] {
  return sorted(sessions.map(({ initiatorName, connections }) => ({ initiatorName, connections: connections.length })));
}

function sorted(sessions: readonly OpponentSession[]): OpponentSession[] {
  return sessions
    .map(({ initiatorName, connections }) => ({ initiatorName, connections }))
    .sort((a, b) => a.connections - b.connections);
}
