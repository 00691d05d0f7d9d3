// The operations of a run: each a pure function of the seed and its step, so that a run can be had again.

import type { TaskManagementFunction } from '../../src/session/index.ts';
import { blockCount, type CellRange, cellCount, cellsPerBlock } from './cells.ts';
import { Draw } from './draw.ts';
import { drawFault, type Mood } from './faults.ts';
import type { Scenario } from './scenario.ts';

/** How a session is left and opened again. */
export type LeaveHow = 'veto' | 'closed' | 'agreed' | 'forced' | 'close' | 'destroy';

/** One step. Choices among things that only the run knows are numbers, to be taken modulo how many there are. */
export type Operation =
  | { readonly kind: 'read'; readonly range: CellRange; readonly abortAfterMs: number | undefined }
  | {
      readonly kind: 'write';
      readonly range: CellRange;
      readonly fua: boolean;
      readonly abortAfterMs: number | undefined;
    }
  | { readonly kind: 'zero'; readonly range: CellRange; readonly fua: boolean }
  | { readonly kind: 'trim'; readonly range: CellRange }
  | { readonly kind: 'compare'; readonly block: number }
  | { readonly kind: 'flush' }
  | { readonly kind: 'addConnection' }
  | { readonly kind: 'removeConnection'; readonly choice: number }
  | { readonly kind: 'policy'; readonly name: PolicyName; readonly choice: number }
  | { readonly kind: 'tasks'; readonly name: TaskManagementFunction }
  | { readonly kind: 'cut'; readonly choice: number; readonly all: boolean }
  | { readonly kind: 'overtake'; readonly block: number; readonly heldMs: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly steps: number; readonly mood: Mood }
  | {
      readonly kind: 'reboot';
      readonly downMs: number;
      readonly keep: 'all' | 'none' | 'some';
      readonly seed: number;
    }
  | { readonly kind: 'leave'; readonly how: LeaveHow }
  | { readonly kind: 'removeDevice'; readonly how: 'veto' | 'closed' | 'forced' }
  | { readonly kind: 'removeUnit' }
  | { readonly kind: 'resizeUnit' }
  | { readonly kind: 'question' }
  | { readonly kind: 'calm' };

/** A policy by name. */
export type PolicyName = 'failOver' | 'roundRobin' | 'roundRobinWithSubset' | 'leastQueueDepth' | 'weightedPaths';

/** A run goes in rounds: it comes to rest, works without faults for a while, then with faults of one mood. */
export const roundLength = 50;
const calmLength = 12;

const ioWeights = { read: 28, write: 34, zero: 3, trim: 3, compare: 3, flush: 7 } as const;
const quietWeights = { addConnection: 1, removeConnection: 1, policy: 1.5, question: 0.7 } as const;
const calmWeights = { ...ioWeights, ...quietWeights, leave: 0.6, removeDevice: 0.5, resizeUnit: 0.4 } as const;
const wildWeights = {
  ...ioWeights,
  ...quietWeights,
  fault: 9,
  cut: 2,
  overtake: 1.5,
  reboot: 1,
  tasks: 1.5,
  leave: 0.8,
  removeDevice: 0.5,
  resizeUnit: 0.3,
} as const;
const roughWeights = { ...wildWeights, fault: 12, removeUnit: 0.5 } as const;

/** How much users may notice at a step. */
export function moodAt(scenario: Scenario, step: number): Mood {
  if (step % roundLength < calmLength) return 'calm';
  return Draw.at(scenario.seed ^ 0x5eed, Math.floor(step / roundLength)).chance(0.5) ? 'benign' : 'rough';
}

/** The operation of a step. */
export function operationAt(scenario: Scenario, step: number): Operation {
  if (step % roundLength === 0) return { kind: 'calm' };
  const draw = Draw.at(scenario.seed, step);
  const mood = moodAt(scenario, step);
  const weights = { calm: calmWeights, benign: wildWeights, rough: roughWeights }[mood];
  const kind: keyof typeof roughWeights = draw.weighted<keyof typeof roughWeights>(weights);
  switch (kind) {
    case 'read':
    case 'write':
    case 'zero':
    case 'trim':
    case 'compare':
    case 'flush':
      return ioAt(draw, kind, mood);
    case 'fault':
      return { kind, fault: drawFault(draw, scenario, mood), steps: draw.between(3, 30), mood };
    case 'leave':
      return { kind, how: draw.pick(mood === 'rough' ? leavesOfAll : leavesInOrder) };
    case 'removeDevice':
      return { kind, how: draw.pick(mood === 'rough' ? ['veto', 'closed', 'forced'] : ['veto', 'closed']) };
    default:
      return controlAt(draw, kind);
  }
}

const leavesInOrder: readonly LeaveHow[] = ['veto', 'closed', 'agreed'];
const leavesOfAll: readonly LeaveHow[] = ['veto', 'closed', 'agreed', 'forced', 'close', 'destroy'];
const policyNames: readonly PolicyName[] = [
  'failOver',
  'roundRobin',
  'roundRobinWithSubset',
  'leastQueueDepth',
  'weightedPaths',
];
const functions: readonly TaskManagementFunction[] = [
  'abortTaskSet',
  'clearTaskSet',
  'logicalUnitReset',
  'targetWarmReset',
  'targetColdReset',
];

function ioAt(draw: Draw, kind: keyof typeof ioWeights, mood: Mood): Operation {
  const range = rangeOf(draw);
  const fua = draw.chance(0.25);
  const abortAfterMs = mood !== 'calm' && draw.chance(0.04) ? draw.below(12) : undefined;
  switch (kind) {
    case 'read':
      return { kind, range, abortAfterMs };
    case 'write':
      return { kind, range, fua, abortAfterMs };
    case 'zero':
      return { kind, range, fua };
    case 'trim':
      return { kind, range };
    case 'compare':
      return { kind, block: draw.below(hotBlocks) };
    case 'flush':
      return { kind };
  }
}

function controlAt(
  draw: Draw,
  kind: keyof typeof quietWeights | 'cut' | 'overtake' | 'reboot' | 'tasks' | 'resizeUnit' | 'removeUnit',
): Operation {
  const choice = draw.below(1000);
  switch (kind) {
    case 'addConnection':
    case 'question':
    case 'resizeUnit':
    case 'removeUnit':
      return { kind };
    case 'removeConnection':
      return { kind, choice };
    case 'policy':
      return { kind, name: draw.pick(policyNames), choice };
    case 'cut':
      return { kind, choice, all: draw.chance(0.3) };
    case 'overtake':
      return { kind, block: draw.below(hotBlocks), heldMs: draw.between(3, 20) };
    case 'tasks':
      return { kind, name: draw.pick(functions) };
    case 'reboot':
      return {
        kind,
        downMs: draw.below(80),
        keep: draw.pick(['all', 'none', 'some']),
        seed: draw.between(1, 0x7fff_ffff),
      };
  }
}

/** Half of all requests begin here, so that they meet each other. */
const hotBlocks = 12;

/** Most requests are small and some long; half begin and end at blocks, the others anywhere. */
function rangeOf(draw: Draw): CellRange {
  const isAligned = draw.chance(0.5);
  const start = draw.below(draw.chance(0.6) ? hotBlocks : blockCount);
  const blocks = draw.chance(0.8) ? draw.between(1, 4) : draw.between(5, 60);
  const end = Math.min(blockCount, start + blocks);
  if (isAligned) return { first: start * cellsPerBlock, last: end * cellsPerBlock - 1 };
  const first = start * cellsPerBlock + draw.below(cellsPerBlock);
  return { first, last: Math.min(cellCount - 1, Math.max(first, end * cellsPerBlock - 1 - draw.below(cellsPerBlock))) };
}
