// The option that says which connections carry the commands. It counts connections from 1, in the order of joining: what
// CIDs they have is known only when they are there.

import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../base/index.ts';
import type { NamedPolicy, SchedulingPolicy } from '../session/index.ts';

/** A policy in which a connection's number stands where its CID has to stand. */
export type NumberedPolicy = NamedPolicy;

const names: Readonly<Record<NamedPolicy['kind'], string>> = {
  failOver: 'fail-over',
  roundRobin: 'round-robin',
  roundRobinWithSubset: 'round-robin-subset',
  leastQueueDepth: 'least-queue-depth',
  weightedPaths: 'weighted',
};

const formNames =
  'must be round-robin, least-queue-depth, fail-over, fail-over:N, round-robin-subset:N,… or weighted:N=WEIGHT,…';

/** Adds the option. */
export function addPolicyOption(command: Command): Command {
  return command.option(
    '--policy <policy>',
    'which connections carry commands: least-queue-depth, round-robin, fail-over[:n], round-robin-subset:n,n…, ' +
      'weighted:n=weight,… (greatest first); n counts connections from 1 (default: least-queue-depth)',
    parsePolicy,
  );
}

/** Reads the option. Throws commander's InvalidArgumentError. */
export function parsePolicy(text: string): NumberedPolicy {
  const [name = '', list] = text.toLowerCase().split(/:(.*)/s);
  const items = list?.split(',') ?? [];
  switch (name) {
    case names.roundRobin:
    case names.leastQueueDepth:
      if (list !== undefined) throw new InvalidArgumentError(`${name} takes no connections`);
      return { kind: name === names.roundRobin ? 'roundRobin' : 'leastQueueDepth' };
    case names.failOver: {
      if (list === undefined) return { kind: 'failOver' };
      return { kind: 'failOver', preferred: numberOf(list) };
    }
    case names.roundRobinWithSubset:
      if (list === undefined) throw new InvalidArgumentError(`${name} needs connections, such as ${name}:1,2`);
      return { kind: 'roundRobinWithSubset', preferred: unique(items.map(numberOf)) };
    case names.weightedPaths:
      if (list === undefined) throw new InvalidArgumentError(`${name} needs weights, such as ${name}:1=10,2=20`);
      return { kind: 'weightedPaths', weights: weightsOf(items) };
    default:
      throw new InvalidArgumentError(formNames);
  }
}

/** The policy for connections with these CIDs. Throws UsageError ISCSI_BAD_ARGUMENT when there are not so many. */
export function policyFor(policy: NumberedPolicy, cids: readonly number[]): NamedPolicy {
  const cidOf = (number: number): number => {
    const cid = cids[number - 1];
    if (cid !== undefined) return cid;
    const message = `The policy names connection ${number} of a session that has ${cids.length}`;
    throw new UsageError('ISCSI_BAD_ARGUMENT', message, { argument: 'policy' });
  };
  switch (policy.kind) {
    case 'failOver':
      return policy.preferred === undefined ? policy : { ...policy, preferred: cidOf(policy.preferred) };
    case 'roundRobinWithSubset':
      return { ...policy, preferred: policy.preferred.map(cidOf) };
    case 'weightedPaths':
      return { ...policy, weights: new Map([...policy.weights].map(([number, weight]) => [cidOf(number), weight])) };
    case 'roundRobin':
    case 'leastQueueDepth':
      return policy;
  }
}

/** The name of a policy as the option has it. */
export function nameOfPolicy(policy: SchedulingPolicy): string {
  return typeof policy === 'function' ? 'custom' : names[policy.kind];
}

function weightsOf(items: readonly string[]): Map<number, number> {
  const pairs = items.map((item): [number, number] => {
    const [, number = '', weight] = /^(\d+)=(\d{1,10})$/.exec(item) ?? [];
    if (weight === undefined || Number(weight) > 0xffff_ffff) throw new InvalidArgumentError(formNames);
    return [numberOf(number), Number(weight)];
  });
  unique(pairs.map(([number]) => number));
  return new Map(pairs);
}

function numberOf(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number === 0) throw new InvalidArgumentError(formNames);
  return number;
}

function unique(numbers: readonly number[]): readonly number[] {
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError('names a connection twice');
  return numbers;
}
