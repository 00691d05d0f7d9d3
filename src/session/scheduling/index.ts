// Scheduling over the connections of a session: policies as data, and what chooses by them.

export {
  type Chooser,
  checkCids,
  checkPolicy,
  type FailOver,
  type LeastQueueDepth,
  type NamedPolicy,
  type Path,
  type RoundRobin,
  type RoundRobinWithSubset,
  type WeightedPaths,
} from './policy.ts';
export { type ConnectionRole, Scheduler } from './scheduler.ts';
