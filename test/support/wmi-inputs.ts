// Inputs of the MSiSCSI methods, with what a test does not care about left as a driver would find it.

import { ipAddressOf, type StructureInput } from '../../src/wmi/index.ts';

/** Stands for any port, bus and target. */
export const any = 0xffff_ffff;

const noBytes = new Uint8Array();

/** Login options of which nothing counts but what is given; `InformationSpecified` says what does. */
export function loginOptions(
  given: Partial<StructureInput<'ISCSI_LoginOptions'>> = {},
): StructureInput<'ISCSI_LoginOptions'> {
  return {
    InformationSpecified: 0,
    HeaderDigest: 0,
    DataDigest: 0,
    MaximumConnections: 0,
    DefaultTime2Wait: 0,
    DefaultTime2Retain: 0,
    LoginFlags: 0,
    AuthType: 0,
    ...given,
  };
}

/** A portal; one without an address where none is given. */
export function targetPortal(portal?: { readonly host: string; readonly port: number }): {
  readonly Address: ReturnType<typeof ipAddressOf>;
  readonly Socket: number;
} {
  return { Address: ipAddressOf(portal?.host ?? ''), Socket: portal?.port ?? 0 };
}

/** A mapping of nothing. */
export const noMapping: StructureInput<'ISCSI_TargetMapping'> = {
  OSBus: any,
  OSTarget: any,
  UniqueSessionId: 0n,
  TargetName: '',
  FromPersistentLogin: false,
  LUNList: [],
};

/** A login; to a target's data unless something else is given. */
export function loginToTarget(
  given: Partial<StructureInput<'LoginToTarget_IN'>> = {},
): StructureInput<'LoginToTarget_IN'> {
  return {
    PortNumber: any,
    LoginOptions: loginOptions(),
    SessionType: 2,
    SecurityFlags: 0n,
    TargetPortal: targetPortal(),
    UniqueIdForISID: 0,
    PersistentLogin: false,
    InitiatorNode: '',
    InitiatorAlias: '',
    TargetName: '',
    Mappings: noMapping,
    Key: noBytes,
    Username: noBytes,
    Password: noBytes,
    ...given,
  };
}

/** Another connection, at the portal of the leading one. */
export function addConnection(
  given: Partial<StructureInput<'AddConnectionToSession_IN'>> &
    Pick<StructureInput<'AddConnectionToSession_IN'>, 'UniqueAdapterId' | 'UniqueSessionId'>,
): StructureInput<'AddConnectionToSession_IN'> {
  return {
    SecurityFlags: 0n,
    PortNumber: any,
    LoginOptions: loginOptions(),
    TargetPortal: targetPortal(),
    Key: noBytes,
    Username: noBytes,
    Password: noBytes,
    ...given,
  };
}
