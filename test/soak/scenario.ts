// What stays the same through one run of the soak: how the session is negotiated, and what bounds it.

import type { SessionLimits } from '../../src/session/index.ts';
import type { TargetParameters } from '../../src/target/index.ts';
import { Draw } from './draw.ts';

/** What a caller may lay down; everything else comes from the seed. */
export interface ScenarioWishes {
  readonly seed: number;
  readonly steps: number;
  readonly errorRecoveryLevel?: number | undefined;
  readonly connections?: number | undefined;
}

/** One run. */
export interface Scenario {
  readonly seed: number;
  readonly steps: number;
  readonly errorRecoveryLevel: number;
  /** Connections that a login asks for. */
  readonly connections: number;
  readonly hasDigests: boolean;
  /** Operations that may be outstanding. */
  readonly depth: number;
  /** Bytes of one command of the disk. */
  readonly maxTransferLength: number;
  readonly commandWindow: number;
  readonly parameters: TargetParameters;
}

/** How long anything may take before it counts as stuck: far above the sum of all limits below. */
export const stuckMs = 30_000;

/** Limits that make an hour of bad luck pass in seconds. */
export const limits: Partial<SessionLimits> = {
  connectTimeoutMs: 1000,
  loginTimeoutMs: 1000,
  taskTimeoutMs: 700,
  abortTimeoutMs: 200,
  lunResetTimeoutMs: 200,
  targetResetTimeoutMs: 200,
  textTimeoutMs: 500,
  pingIntervalMs: 300,
  pingTimeoutMs: 300,
  commandRetryIntervalMs: 150,
  askTimeoutMs: 400,
  flushTimeoutMs: 1500,
  drainTimeoutMs: 400,
  logoutTimeoutMs: 300,
  reconnectIntervalMs: 40,
  reconnectMaxIntervalMs: 100,
  replacementTimeoutMs: 10_000,
  // Few, so that a tag or a place in the queue that is not given back brings everything to a stop.
  maxTasks: 24,
  maxQueuedTasks: 512,
};

/** The scenario of a seed. */
export function scenarioOf(wishes: ScenarioWishes): Scenario {
  const draw = Draw.at(wishes.seed, -1);
  const errorRecoveryLevel = draw.below(3);
  const connections = draw.pick([1, 1, 2, 3, 4]);
  const hasDigests = draw.chance(0.5);
  const depth = draw.pick([1, 4, 8, 16]);
  const maxTransferLength = draw.pick([4096, 16_384, 1_048_576]);
  const commandWindow = draw.pick([4, 16, 64]);
  const maxBurstLength = draw.pick([2048, 8192, 65_536]);
  const level = wishes.errorRecoveryLevel ?? errorRecoveryLevel;
  return {
    seed: wishes.seed,
    steps: wishes.steps,
    errorRecoveryLevel: level,
    connections: wishes.connections ?? connections,
    hasDigests,
    depth,
    maxTransferLength,
    commandWindow,
    parameters: {
      headerDigest: [hasDigests ? 'CRC32C' : 'None'],
      dataDigest: [hasDigests ? 'CRC32C' : 'None'],
      maxConnections: Math.max(wishes.connections ?? connections, draw.pick([1, 4])),
      initialR2t: draw.chance(0.3),
      immediateData: draw.chance(0.7),
      maxRecvDataSegmentLength: draw.pick([512, 4096, 65_536]),
      maxBurstLength,
      firstBurstLength: Math.min(maxBurstLength, draw.pick([512, 4096, 65_536])),
      maxOutstandingR2t: draw.pick([1, 3]),
      defaultTime2Wait: 0,
      defaultTime2Retain: level === 2 ? 2 : 0,
      errorRecoveryLevel: level,
    },
  };
}

/** How a scenario is named in one line. */
export function describe(scenario: Scenario): string {
  const { errorRecoveryLevel, connections, hasDigests, depth, maxTransferLength, commandWindow, parameters } = scenario;
  const { maxConnections, initialR2t, immediateData, maxRecvDataSegmentLength, maxBurstLength, firstBurstLength } =
    parameters;
  return [
    `level ${errorRecoveryLevel}, ${connections} of ${maxConnections} connections, depth ${depth}`,
    `digests ${hasDigests}, commands of ${maxTransferLength}, window ${commandWindow}`,
    `InitialR2T ${initialR2t}, ImmediateData ${immediateData}`,
    `segments ${maxRecvDataSegmentLength}, bursts ${firstBurstLength}/${maxBurstLength}`,
  ].join('; ');
}
