// GetIScsiTargetInformation: what each class of information is.

import type { InitiatorService, KnownTarget, TargetInstance, TargetPortal } from '../service/index.ts';
import { badArgument, refuse } from './answer.ts';
import { readOptionalText, readText, readUnsigned } from './arguments.ts';
import { asLoginOptions } from './login-options.ts';
import { asMapping } from './mapping.ts';
import { asPortal } from './place.ts';
import type { ISCSI_LOGIN_OPTIONS, ISCSI_TARGET_MAPPING, ISCSI_TARGET_PORTAL_GROUP } from './structures.ts';
import {
  ISCSI_TARGET_FLAGS,
  TARGET_INFORMATION_CLASS,
  TARGETPROTOCOLTYPE,
  type TargetInformationClass,
} from './values.ts';

/** What Buffer is, by the value of the class. */
export interface TargetInformation {
  /** ProtocolType. */
  readonly 0: number;
  /** TargetAlias. */
  readonly 1: string;
  /** DiscoveryMechanisms. */
  readonly 2: readonly string[];
  /** PortalGroups. */
  readonly 3: readonly ISCSI_TARGET_PORTAL_GROUP[];
  /** PersistentTargetMappings: those of the static target and of the persistent logins to it. */
  readonly 4: readonly ISCSI_TARGET_MAPPING[];
  /** InitiatorName: the initiator instance that found it; empty for any. */
  readonly 5: string;
  /** TargetFlags: ISCSI_TARGET_FLAGS as bits. */
  readonly 6: number;
  /** LoginOptions: those that hold for the target unless a login has its own. */
  readonly 7: ISCSI_LOGIN_OPTIONS;
}

/** The arguments of the call. */
export interface InformationQuestion<Class extends TargetInformationClass> {
  readonly TargetName: unknown;
  readonly DiscoveryMechanism: unknown;
  readonly InfoClass: Class;
}

type Reader = (service: InitiatorService, target: KnownTarget, found: TargetInstance) => unknown;

/** What a mechanism found, by class; DiscoveryMechanisms alone is of no one mechanism. */
const readers: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [TARGET_INFORMATION_CLASS.ProtocolType, () => TARGETPROTOCOLTYPE.ISCSI_TCP_PROTOCOL_TYPE],
  [TARGET_INFORMATION_CLASS.TargetAlias, (_service, _target, found) => found.targetAlias],
  [TARGET_INFORMATION_CLASS.PortalGroups, (_service, _target, found) => groupsOf(found.portals)],
  [TARGET_INFORMATION_CLASS.PersistentTargetMappings, persistentMappings],
  [TARGET_INFORMATION_CLASS.InitiatorName, (_service, _target, found) => found.initiatorInstance],
  [
    TARGET_INFORMATION_CLASS.TargetFlags,
    (_service, _target, found) => (found.isHidden ? ISCSI_TARGET_FLAGS.ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET : 0),
  ],
  [TARGET_INFORMATION_CLASS.LoginOptions, (_service, _target, found) => asLoginOptions(found.loginOptions)],
]);

/** A target by its name, hidden or not. Ends the call with ISDSC_TARGET_NOT_FOUND where there is none. */
export async function findTarget(service: InitiatorService, TargetName: unknown): Promise<KnownTarget> {
  const name = readText(TargetName, 'TargetName').toLowerCase();
  const target = (await service.targets({ includesHidden: true })).find(({ targetName }) => targetName === name);
  return target ?? refuse('ISDSC_TARGET_NOT_FOUND', `There is no target ${name}`);
}

/** The information that is asked for. */
export async function readInformation<Class extends TargetInformationClass>(
  service: InitiatorService,
  { TargetName, DiscoveryMechanism, InfoClass }: InformationQuestion<Class>,
): Promise<TargetInformation[Class]> {
  const wanted = readUnsigned(InfoClass, 'InfoClass', 32);
  const mechanism = readOptionalText(DiscoveryMechanism, 'DiscoveryMechanism');
  const read = readers.get(wanted);
  if (read === undefined && wanted !== TARGET_INFORMATION_CLASS.DiscoveryMechanisms) {
    badArgument('InfoClass', 'one of TARGET_INFORMATION_CLASS');
  }
  if (read !== undefined && mechanism === undefined) badArgument('DiscoveryMechanism', 'given for this InfoClass');
  const target = await findTarget(service, TargetName);
  // Each reader gives what its class is; the class is known to the compiler only by its number.
  if (read === undefined)
    return target.instances.map((found) => found.mechanism) as unknown as TargetInformation[Class];
  const found = target.instances.find((instance) => instance.mechanism === mechanism);
  if (found === undefined) {
    return refuse('ISDSC_DISCOVERY_MECHANISM_NOT_FOUND', `${target.targetName} was not found by ${mechanism ?? ''}`);
  }
  return (await read(service, target, found)) as TargetInformation[Class];
}

/** Portals by portal group; those whose group is not known are one. */
function groupsOf(portals: readonly TargetPortal[]): ISCSI_TARGET_PORTAL_GROUP[] {
  const tags = [...new Set(portals.map(({ portalGroupTag }) => portalGroupTag))];
  return tags.map((tag) => {
    const Portals = portals.filter(({ portalGroupTag }) => portalGroupTag === tag).map((portal) => asPortal(portal));
    return { Count: Portals.length, Portals };
  });
}

async function persistentMappings(
  service: InitiatorService,
  { targetName }: KnownTarget,
  found: TargetInstance,
): Promise<ISCSI_TARGET_MAPPING[]> {
  const logins = (await service.persistentLogins()).filter((login) => login.targetName === targetName);
  const owners = [
    { instance: found.initiatorInstance, mapping: found.mapping },
    ...logins.map(({ instance = '', mapping }) => ({ instance, mapping })),
  ];
  return owners.flatMap(({ instance, mapping }) =>
    mapping === undefined ? [] : [asMapping(mapping, { instance, targetName })],
  );
}
