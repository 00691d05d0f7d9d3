// The calls for SendTargets portals: AddIScsiSendTargetPortal, RemoveIScsiSendTargetPortal, RefreshIScsiSendTargetPortal,
// ReportIScsiSendTargetPortals, ReportIScsiSendTargetPortalsEx.

import type { InitiatorPlace, InitiatorService, PortalAddress, SendTargetsPortal } from '../service/index.ts';
import { type Answer, answer, requireOutcome, type Statuses } from './answer.ts';
import { asLoginOptions, loginStatuses, readLoginOptions } from './login-options.ts';
import { asPlace, readPlace, readPortal } from './place.ts';
import { readSecurityFlags } from './security-flags.ts';
import type {
  ISCSI_TARGET_PORTAL_INFO,
  ISCSI_TARGET_PORTAL_INFO_EX,
  LoginOptionsInput,
  TargetPortalInput,
} from './structures.ts';

/** SendTargets portals. */
export interface SendTargetsCalls {
  /** Adds a portal to those that are asked with SendTargets, and asks it. It stays though it could not be asked. */
  AddIScsiSendTargetPortal(
    InitiatorInstance: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    LoginOptions: LoginOptionsInput | null | undefined,
    SecurityFlags: number | bigint | null | undefined,
    Portal: TargetPortalInput,
  ): Promise<Answer>;
  /** Takes a portal off them. Targets that are known by it alone are known no more. */
  RemoveIScsiSendTargetPortal(
    InitiatorInstance: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    Portal: TargetPortalInput,
  ): Promise<Answer>;
  /** Asks one of them now. */
  RefreshIScsiSendTargetPortal(
    InitiatorInstance: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    Portal: TargetPortalInput,
  ): Promise<Answer>;
  /** All of them. */
  ReportIScsiSendTargetPortals(): Promise<
    Answer<{ readonly PortalCount: number; readonly PortalInfo: readonly ISCSI_TARGET_PORTAL_INFO[] }>
  >;
  /** All of them, with their login options. */
  ReportIScsiSendTargetPortalsEx(): Promise<
    Answer<{ readonly PortalCount: number; readonly PortalInfo: readonly ISCSI_TARGET_PORTAL_INFO_EX[] }>
  >;
}

/** What is wrong with text is wrong with the answer to SendTargets. */
const statuses: Statuses = { ...loginStatuses, ISCSI_BAD_TEXT: 'ISDSC_INVALID_SENDTARGETS_TEXT' };

/** The calls over a service. */
export function sendTargetsCalls(service: InitiatorService): SendTargetsCalls {
  return {
    AddIScsiSendTargetPortal: async (InitiatorInstance, InitiatorPortNumber, LoginOptions, SecurityFlags, Portal) =>
      await answer(async () => {
        const place = readPlace(InitiatorInstance, InitiatorPortNumber, 'InitiatorInstance');
        const loginOptions = readLoginOptions(LoginOptions);
        const security = readSecurityFlags(SecurityFlags);
        const { address, symbolicName } = readPortal(Portal, 'Portal');
        const { outcome } = await service.addPortal({
          ...place,
          ...address,
          ...(symbolicName === undefined ? {} : { symbolicName }),
          ...(loginOptions === undefined ? {} : { loginOptions }),
          ...security,
        });
        requireOutcome(outcome, statuses);
        return {};
      }),
    RemoveIScsiSendTargetPortal: async (...given) =>
      await answer(async () => {
        await service.removePortal(readKey(...given));
        return {};
      }),
    RefreshIScsiSendTargetPortal: async (...given) =>
      await answer(async () => {
        await service.refreshPortal(readKey(...given));
        return {};
      }, statuses),
    ReportIScsiSendTargetPortals: async () =>
      await answer(async () => {
        const PortalInfo = (await service.portals()).map(asPortalInfo);
        return { PortalCount: PortalInfo.length, PortalInfo };
      }),
    ReportIScsiSendTargetPortalsEx: async () =>
      await answer(async () => {
        const PortalInfo = (await service.portals()).map((portal) => ({
          ...asPortalInfo(portal),
          SecurityFlags: portal.securityFlags,
          LoginOptions: asLoginOptions(portal.loginOptions),
        }));
        return { PortalCount: PortalInfo.length, PortalInfo };
      }),
  };
}

function readKey(
  ...[InitiatorInstance, InitiatorPortNumber, Portal]: Parameters<SendTargetsCalls['RefreshIScsiSendTargetPortal']>
): InitiatorPlace & PortalAddress {
  return {
    ...readPlace(InitiatorInstance, InitiatorPortNumber, 'InitiatorInstance'),
    ...readPortal(Portal, 'Portal').address,
  };
}

function asPortalInfo(portal: SendTargetsPortal): ISCSI_TARGET_PORTAL_INFO {
  const { name, InitiatorPortNumber } = asPlace(portal);
  return {
    InitiatorName: name,
    InitiatorPortNumber,
    SymbolicName: portal.symbolicName,
    Address: portal.host,
    Socket: portal.port,
  };
}
