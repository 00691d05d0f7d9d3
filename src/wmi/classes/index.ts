// The classes of the initiator's management contract: GUIDs, methods with their ids, properties, and what instances are of.

export type {
  ClassKind,
  ClassName,
  ClassStructure,
  DataClassName,
  EventClassName,
  MethodClassName,
  MethodIn,
  MethodName,
  MethodOut,
} from './class-tables.ts';
export {
  classByGuid,
  classByName,
  type InstanceOf,
  requireClass,
  requireMethod,
  requireProperty,
  type WmiClass,
  type WmiMethod,
  type WmiProperty,
  wmiClasses,
} from './wmi-class.ts';
