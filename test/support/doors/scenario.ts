// A scenario, and how it is played: by every door at once, each with a target of its own, one step at a time for all.

import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type Door, Refusal, type RefusalForms, type ViewName, type WideDoor } from './door.ts';
import type { HttpDoor } from './http-door.ts';
import type { OpenOpponent, Opponent, OpponentWish } from './opponent.ts';
import { openStage, type Stage } from './stage.ts';

/** What one door plays with. */
export interface Play {
  readonly door: Door;
  /** The door, or HTTP in the place of one that lacks force and holds. */
  readonly wide: WideDoor;
  /** For what is not what the scenario is about. */
  readonly http: HttpDoor;
  readonly target: Opponent;
}

/** A place where all doors wait for each other, and where all of them and the targets are compared. */
export interface Checkpoint {
  readonly same: readonly ViewName[];
  /** Then the service is ended and started again. */
  readonly restarts?: boolean;
}

export type Steps = AsyncGenerator<Checkpoint, void, void>;

export interface Scenario {
  readonly title: string;
  readonly wish?: OpponentWish;
  /** Against `hawser service`, a process of its own. */
  readonly isProcess?: boolean;
  readonly steps: (play: Play) => Steps;
}

/** What a door does, until it is through or has failed. */
interface Run {
  readonly play: Play;
  readonly steps: Steps;
  failure?: unknown;
}

/** A test for each scenario, with one below it for each door. */
export function suiteOfScenarios(
  name: string,
  scenarios: readonly Scenario[],
  openOpponent: () => OpenOpponent,
  options: { readonly skip?: string | false } = {},
): void {
  suite(name, options, () => {
    scenarios.forEach((scenario, index) => {
      test(scenario.title, async (context) => {
        await using stage = await openStage(scenario.isProcess === true);
        const runs: Run[] = [];
        try {
          for (const door of stage.doors) {
            const target = await openOpponent()(`s${index}-${door.name.toLowerCase()}`, scenario.wish ?? {});
            const play = { door, wide: isWide(door) ? door : stage.http, http: stage.http, target };
            runs.push({ play, steps: scenario.steps(play) });
          }
          const differences = await perform(stage, runs);
          await report(context, scenario, runs, differences);
        } finally {
          // Targets are let go of when nobody is logged in to them any more.
          await leaveAll(stage);
          for (const { play } of runs) await play.target[Symbol.asyncDispose]();
        }
      });
    });
  });
}

async function leaveAll({ http }: Stage): Promise<void> {
  for (const { sessionId } of (await http.looks.sessions?.()) ?? []) await http.logoutByForce(sessionId);
}

/** Plays all to the end; resolves with what was not the same on the way. */
async function perform(stage: Stage, runs: readonly Run[]): Promise<unknown[]> {
  const differences: unknown[] = [];
  for (;;) {
    const checkpoints = await Promise.all(runs.map(advance));
    const reached = checkpoints.filter((checkpoint) => checkpoint !== undefined);
    if (reached.length === 0) return differences;
    const views = [...new Set(reached.flatMap(({ same }) => same))];
    await stage.assertSame(views).catch((error: unknown) => differences.push(error));
    for (const { play } of runs) {
      await stage.assertAgreed(play.target).catch((error: unknown) => differences.push(error));
    }
    if (reached.some(({ restarts }) => restarts === true)) await stage.restart();
  }
}

async function advance(run: Run): Promise<Checkpoint | undefined> {
  try {
    const { done, value } = await run.steps.next();
    return done === true ? undefined : value;
  } catch (error) {
    run.failure = error;
    return undefined;
  }
}

async function report(
  context: TestContext,
  { wish = {} }: Scenario,
  runs: readonly Run[],
  differences: readonly unknown[],
): Promise<void> {
  for (const { play, failure } of runs) {
    await context.test(`by ${play.door.name}`, () => {
      if (failure !== undefined) throw failure as Error;
      for (const { secret } of [wish.chap, wish.mutual].filter((account) => account !== undefined)) {
        for (const form of ['utf8', 'hex', 'base64'] as const) {
          assert.ok(!play.door.heard.includes(Buffer.from(secret).toString(form)), `a secret was told, in ${form}`);
        }
      }
    });
  }
  await context.test('all doors and the targets show the same', () => {
    if (differences.length > 0) throw differences[0] as Error;
  });
}

function isWide(door: Door): door is WideDoor {
  return 'hold' in door;
}

/** Asserts that an operation is refused with this code, in the door's own form. */
export async function assertRefused(
  { name }: Door,
  work: Promise<unknown>,
  { code, forms }: { readonly code: string; readonly forms: RefusalForms },
): Promise<Refusal> {
  const refusal = await work.then(
    () => assert.fail(`nobody refused with ${code}`),
    (error: unknown) => error,
  );
  if (!(refusal instanceof Refusal)) throw refusal;
  assert.deepEqual([refusal.code, refusal.form], [code, forms[name]], refusal.message);
  return refusal;
}
