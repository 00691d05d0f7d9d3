// Finding targets: SendTargets over a discovery session or a normal one.

export { type DiscoveredTarget, discoverTargets, readTargets, sendTargets } from './send-targets.ts';
