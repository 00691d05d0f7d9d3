// The calls for persistent logins: ReportIScsiPersistentLogins, RemoveIScsiPersistentTarget.

import type { InitiatorService, PersistentLogin } from '../service/index.ts';
import { type Answer, answer } from './answer.ts';
import { readText } from './arguments.ts';
import { asLoginOptions } from './login-options.ts';
import { asMapping } from './mapping.ts';
import { asPlace, asPortal, readOptionalPortal, readPlace } from './place.ts';
import type { PERSISTENT_ISCSI_LOGIN_INFO, TargetPortalInput } from './structures.ts';

/** Persistent logins. */
export interface PersistentLoginCalls {
  /** All of them. */
  ReportIScsiPersistentLogins(): Promise<
    Answer<{ readonly Count: number; readonly PersistentLoginInfo: readonly PERSISTENT_ISCSI_LOGIN_INFO[] }>
  >;
  /** Deletes those of a target that match what is given; null matches all. Sessions stay. */
  RemoveIScsiPersistentTarget(
    InitiatorInstance: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    TargetName: string,
    Portal?: Partial<TargetPortalInput> | null,
  ): Promise<Answer>;
}

/** The calls over a service. */
export function persistentLoginCalls(service: InitiatorService): PersistentLoginCalls {
  return {
    ReportIScsiPersistentLogins: async () =>
      await answer(async () => {
        const PersistentLoginInfo = (await service.persistentLogins()).map(asLoginInfo);
        return { Count: PersistentLoginInfo.length, PersistentLoginInfo };
      }),
    RemoveIScsiPersistentTarget: async (InitiatorInstance, InitiatorPortNumber, TargetName, Portal) =>
      await answer(
        async () => {
          const portal = readOptionalPortal(Portal, 'Portal')?.address;
          await service.removePersistentLogin({
            ...readPlace(InitiatorInstance, InitiatorPortNumber, 'InitiatorInstance'),
            targetName: readText(TargetName, 'TargetName'),
            ...(portal === undefined ? {} : { portal }),
          });
          return {};
        },
        { STORE_FAILED: 'ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA' },
      ),
  };
}

function asLoginInfo(login: PersistentLogin): PERSISTENT_ISCSI_LOGIN_INFO {
  const { name, InitiatorPortNumber } = asPlace(login);
  const { targetName, mapping } = login;
  return {
    TargetName: targetName,
    IsInformationalSession: login.isInformational,
    InitiatorInstance: name,
    InitiatorPortNumber,
    TargetPortal: asPortal(login.portal),
    SecurityFlags: login.securityFlags,
    Mappings: mapping === undefined ? null : asMapping(mapping, { instance: name, targetName }),
    LoginOptions: asLoginOptions(login.loginOptions),
  };
}
