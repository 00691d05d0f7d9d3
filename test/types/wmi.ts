// The types of the MSiSCSI structures and classes in use; wrong uses stand under @ts-expect-error, so the compiler is the test.

import {
  type ClassStructure,
  decodeStructure,
  encodeStructure,
  type MethodIn,
  type MethodOut,
  type StructureInput,
  type StructureName,
  type StructureValue,
} from '../../src/wmi/index.ts';

/** Members have the types that the tables say, at any depth. */
export function members(bytes: Uint8Array): string {
  const login = decodeStructure('LoginToTarget_IN', bytes);
  const address: string = login.TargetPortal.Address.TextAddress;
  const flags: bigint = login.SecurityFlags;
  const isStored: boolean = login.PersistentLogin;
  const password: Uint8Array = login.Password;
  const lun: bigint | undefined = login.Mappings.LUNList[0]?.TargetLUN;
  const sessions = decodeStructure('MSiSCSI_InitiatorSessionInfo', bytes);
  const cid: number | undefined = sessions.SessionsList[0]?.ConnectionsList[0]?.CID;
  const types: readonly number[] = decodeStructure('MSiSCSI_SecurityCapabilities', bytes).EncryptionAvailable;
  // @ts-expect-error 64 bits are a bigint
  const wrong: number = sessions.UniqueAdapterId;
  // @ts-expect-error there is no such member
  String(login.Target);
  return [address, flags, isStored, password, lun, cid, types, wrong].join();
}

/** Counts and reserved members may be left out, the others may not; what was decoded can be encoded. */
export function inputs(decoded: StructureValue<'ISCSI_TargetMapping'>): Uint8Array[] {
  const lun: StructureInput<'ISCSI_LUNList'> = { TargetLUN: 1n, OSLUN: 1 };
  const { OSBus, OSTarget, UniqueSessionId, TargetName, FromPersistentLogin } = decoded;
  const mapping = { OSBus, OSTarget, UniqueSessionId, TargetName, FromPersistentLogin };
  return [
    encodeStructure('ISCSI_TargetMapping', decoded),
    encodeStructure('ISCSI_TargetMapping', { ...mapping, LUNList: [lun] }),
    // @ts-expect-error Lun is missing
    encodeStructure('ScsiReadCapacity_IN', { UniqueSessionId: 1n }),
    // @ts-expect-error there is no such structure
    encodeStructure('ScsiReadCapacity', { UniqueSessionId: 1n }),
  ];
}

/** The class tables lead from class and method to structures. */
export function classes(status: StructureValue<MethodOut<'MSiSCSI_Operations', 'LogoutFromTarget'>>): string {
  const id: MethodIn<'MSiSCSI_Operations', 'LogoutFromTarget'> = 'LogoutFromTarget_IN';
  const hba: ClassStructure<'MSiSCSI_HBAInformation'> = 'MSiSCSI_HBAInformation';
  const none: StructureName extends MethodIn<'MSiSCSI_SecurityConfigOperations', 'ClearCache'> ? true : false = false;
  // @ts-expect-error the structure of another class
  const wrong: ClassStructure<'MSiSCSI_NICConfig'> = 'MSiSCSI_HBAInformation';
  return `${status.Status} ${id} ${hba} ${none} ${wrong}`;
}
