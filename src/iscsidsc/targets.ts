// The calls for targets: ReportIScsiTargets, AddIScsiStaticTarget, RemoveIScsiStaticTarget, GetIScsiTargetInformation,
// ReportIScsiTargetPortals, ReportActiveIScsiTargetMappings.

import type { InitiatorService, KnownTarget, StaticTargetInput } from '../service/index.ts';
import { type Answer, answer, refuse } from './answer.ts';
import { isNull, readBits, readBoolean, readOptionalText, readText, readUnsigned } from './arguments.ts';
import { readLoginOptions } from './login-options.ts';
import { activeMappings, readMapping } from './mapping.ts';
import { asPortal, readPortalGroup } from './place.ts';
import type {
  ISCSI_TARGET_MAPPING,
  ISCSI_TARGET_PORTAL,
  LoginOptionsInput,
  TargetMappingInput,
  TargetPortalGroupInput,
} from './structures.ts';
import { findTarget, readInformation, type TargetInformation } from './target-information.ts';
import {
  ISCSI_TARGET_FLAGS,
  MAX_ISCSI_ALIAS_LEN,
  MAX_ISCSI_HBANAME_LEN,
  type TargetInformationClass,
} from './values.ts';

/** Targets. */
export interface TargetCalls {
  /**
   * The names of all targets that are known, but for static ones that are hidden. With ForceUpdate every source of
   * discovery is asked before; ISDSC_OPERATION_NOT_ALL_SUCCESS, a warning, and the names all the same where one fails.
   */
  ReportIScsiTargets(ForceUpdate: boolean): Promise<Answer<{ readonly Buffer: readonly string[] }>>;
  /** Adds a target that is known without discovery. */
  AddIScsiStaticTarget(
    TargetName: string,
    TargetAlias: string | null | undefined,
    TargetFlags: number,
    Persist: boolean,
    Mappings?: TargetMappingInput | null,
    LoginOptions?: LoginOptionsInput | null,
    PortalGroup?: TargetPortalGroupInput | null,
  ): Promise<Answer>;
  /** Takes a target off the static ones. */
  RemoveIScsiStaticTarget(TargetName: string): Promise<Answer>;
  /**
   * One kind of information about a target as one mechanism found it. DiscoveryMechanisms lists the mechanisms, and is the
   * only class for which DiscoveryMechanism may be null.
   */
  GetIScsiTargetInformation<Class extends TargetInformationClass>(
    TargetName: string,
    DiscoveryMechanism: string | null | undefined,
    InfoClass: Class,
  ): Promise<Answer<{ readonly Buffer: TargetInformation[Class] }>>;
  /** The portals of a target, of one initiator instance or any, of one portal group or any. */
  ReportIScsiTargetPortals(
    InitiatorName: string | null | undefined,
    TargetName: string,
    TargetPortalTag?: number | null,
  ): Promise<Answer<{ readonly ElementCount: number; readonly Portals: readonly ISCSI_TARGET_PORTAL[] }>>;
  /** Where the LUNs of all sessions appear. */
  ReportActiveIScsiTargetMappings(): Promise<
    Answer<{ readonly MappingCount: number; readonly Mappings: readonly ISCSI_TARGET_MAPPING[] }>
  >;
}

/** The calls over a service. */
export function targetCalls(service: InitiatorService): TargetCalls {
  return {
    ReportIScsiTargets: async (ForceUpdate) =>
      await answer(async () => {
        const refresh = readBoolean(ForceUpdate, 'ForceUpdate');
        const Buffer = (await service.targets({ refresh })).map(({ targetName }) => targetName);
        if (refresh) await requireAllAnswered(service, { Buffer });
        return { Buffer };
      }),
    AddIScsiStaticTarget: async (...given) =>
      await answer(async () => {
        await service.addStaticTarget(readStaticTarget(...given));
        return {};
      }),
    RemoveIScsiStaticTarget: async (TargetName) =>
      await answer(async () => {
        await service.removeStaticTarget({ targetName: readText(TargetName, 'TargetName') });
        return {};
      }),
    GetIScsiTargetInformation: async (TargetName, DiscoveryMechanism, InfoClass) =>
      await answer(async () => ({
        Buffer: await readInformation(service, { TargetName, DiscoveryMechanism, InfoClass }),
      })),
    ReportIScsiTargetPortals: async (InitiatorName, TargetName, TargetPortalTag) =>
      await answer(async () => {
        const instance = readOptionalText(InitiatorName, 'InitiatorName', MAX_ISCSI_HBANAME_LEN - 1);
        const target = await findTarget(service, TargetName);
        const tag = isNull(TargetPortalTag) ? undefined : readUnsigned(TargetPortalTag, 'TargetPortalTag', 16);
        const Portals = portalsOf(target, instance, tag);
        return { ElementCount: Portals.length, Portals };
      }),
    ReportActiveIScsiTargetMappings: async () =>
      await answer(async () => {
        const Mappings = await activeMappings(service);
        return { MappingCount: Mappings.length, Mappings };
      }),
  };
}

function readStaticTarget(...given: Parameters<TargetCalls['AddIScsiStaticTarget']>): StaticTargetInput {
  const [TargetName, TargetAlias, TargetFlags, Persist, Mappings, LoginOptions, PortalGroup] = given;
  const targetName = readText(TargetName, 'TargetName');
  const targetAlias = readOptionalText(TargetAlias, 'TargetAlias', MAX_ISCSI_ALIAS_LEN);
  const flags = readBits(TargetFlags, 'TargetFlags', ISCSI_TARGET_FLAGS);
  const persists = readBoolean(Persist, 'Persist');
  const mapping = readMapping(Mappings);
  const loginOptions = readLoginOptions(LoginOptions);
  const portals = readPortalGroup(PortalGroup, 'PortalGroup');
  return {
    targetName,
    persists,
    isHidden: (flags & ISCSI_TARGET_FLAGS.ISCSI_TARGET_FLAG_HIDE_STATIC_TARGET) !== 0,
    merges: (flags & ISCSI_TARGET_FLAGS.ISCSI_TARGET_FLAG_MERGE_TARGET_INFORMATION) !== 0,
    ...(targetAlias === undefined ? {} : { targetAlias }),
    ...(mapping === undefined ? {} : { mapping }),
    ...(loginOptions === undefined ? {} : { loginOptions }),
    ...(portals === undefined ? {} : { portals }),
  };
}

/** Warns where a source of discovery could not be asked. */
async function requireAllAnswered(service: InitiatorService, out: object): Promise<void> {
  const sources = [...(await service.portals()), ...(await service.isnsServers())];
  const failure = sources.find(({ outcome }) => outcome.error !== undefined)?.outcome.error;
  if (failure !== undefined) refuse('ISDSC_OPERATION_NOT_ALL_SUCCESS', failure.message, out);
}

/** Every portal once, though several mechanisms have found it. */
function portalsOf(
  target: KnownTarget,
  instance: string | undefined,
  tag: number | undefined,
): readonly ISCSI_TARGET_PORTAL[] {
  const portals = target.instances
    .filter(
      ({ initiatorInstance }) => instance === undefined || initiatorInstance === '' || initiatorInstance === instance,
    )
    .flatMap((found) => found.portals)
    .filter(({ portalGroupTag }) => tag === undefined || portalGroupTag === tag);
  return [...new Map(portals.map((portal) => [`${portal.host} ${portal.port}`, asPortal(portal)])).values()];
}
