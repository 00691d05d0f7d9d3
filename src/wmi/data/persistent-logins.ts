// MSiSCSI_PersistentLogins: the logins that the service keeps, as far as an adapter is to carry them out.

import type { InitiatorInstance } from '../../adapter/index.ts';
import { lunNumberOf } from '../../base/index.ts';
import type { PersistentLogin } from '../../service/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { StructureInput } from '../layout/index.ts';
import type { DataBlock } from '../provider/index.ts';
import { driverId } from '../unique-ids.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { asLoginOptions } from './login-options.ts';

/** ISCSI_ANY_INITIATOR_PORT, and in a mapping that the driver chooses. */
const any = 0xffff_ffff;
const qualifierValues = 0x1_0000;

/** An instance an adapter. A login for any adapter is the first one's, which carries it out. */
export function persistentLogins({ service, logins, adapters }: WmiGround): DataBlock<'MSiSCSI_PersistentLogins'> {
  return {
    className: 'MSiSCSI_PersistentLogins',
    instances: async (signal) => {
      const kept = await service.persistentLogins({ signal });
      const shown = await Promise.all(
        kept.map(async (login) => asPersistentLogin(login, (await logins.keptIsid(login, { signal })) ?? 0)),
      );
      return adapters.map((adapter, index) => ({
        instanceName: adapter.name,
        value: { PersistentLogins: shown.filter((_login, at) => isCarriedOutBy(adapter, index, kept[at]?.instance)) },
      }));
    },
  };
}

function isCarriedOutBy({ name }: InitiatorInstance, index: number, instance: string | undefined): boolean {
  return instance === undefined ? index === 0 : instance.toLowerCase() === name.toLowerCase();
}

/** `isid` is 0 before the first session. */
function asPersistentLogin(login: PersistentLogin, isid: number): StructureInput<'ISCSI_Persistent_Login'> {
  const { targetName, portal, initiatorPort = any, loginOptions } = login;
  return {
    TargetName: targetName,
    SecurityFlags: BigInt(login.securityFlags),
    InitiatorPortNumber: initiatorPort,
    IsInformationalSession: login.isInformational,
    UniqueIdForISID: isid % qualifierValues,
    TargetPortal: { Address: ipAddressOf(portal?.host ?? ''), Socket: portal?.port ?? 0 },
    LoginOptions: asLoginOptions(loginOptions),
    TargetMapping: asWantedMapping(login),
    Username: new TextEncoder().encode(loginOptions.userName ?? ''),
  };
}

function asWantedMapping({
  targetName,
  mapping,
  actual: { sessionId },
}: PersistentLogin): StructureInput<'ISCSI_TargetMapping'> {
  return {
    OSBus: mapping?.osBusNumber ?? any,
    OSTarget: mapping?.osTargetNumber ?? any,
    UniqueSessionId: sessionId === undefined ? 0n : driverId(sessionId),
    TargetName: targetName,
    FromPersistentLogin: true,
    LUNList: (mapping?.luns ?? []).map(({ osLun, targetLun }) => ({ TargetLUN: lunNumberOf(targetLun), OSLUN: osLun })),
  };
}
