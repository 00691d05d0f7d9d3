// The provider of the classes: what stands behind a class (block.ts), and requests for it, raw and typed (wmi-provider.ts).

export type {
  BlockChanges,
  BlockInstance,
  BlockMethod,
  DataBlock,
  EventBlock,
  FireEvent,
  MethodBlock,
  MethodInput,
} from './block.ts';
export {
  adapterInstanceName,
  connectionInstanceName,
  isSameInstance,
  lunInstanceName,
  portInstanceName,
  sessionInstanceName,
} from './instance-names.ts';
export type { RawAnswer, RawInstance, RawInstances } from './raw-answer.ts';
export type { Blocks } from './registry.ts';
export { type CallInput, type WmiCallOptions, type WmiEvent, type WmiInstance, WmiProvider } from './wmi-provider.ts';
