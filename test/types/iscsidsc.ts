// The types of the Discovery Library API in use; wrong uses stand under @ts-expect-error, so the compiler is the test.

import {
  type FailureStatus,
  type ISCSI_UNIQUE_SESSION_ID,
  type IscsiDsc,
  TARGET_INFORMATION_CLASS,
} from '../../src/iscsidsc/index.ts';

/** With Status 0 the out-parameters are there; with any other the cause is. */
export async function login(dsc: IscsiDsc): Promise<ISCSI_UNIQUE_SESSION_ID> {
  const answer = await dsc.LoginIScsiTarget('iqn.2026-11.example:disk', false);
  // @ts-expect-error the login may have failed
  const early: ISCSI_UNIQUE_SESSION_ID = answer.UniqueSessionId;
  if (answer.Status !== 0) {
    const status: FailureStatus = answer.Status;
    throw new Error(`${status} ${answer.Cause.code}`, { cause: early });
  }
  // @ts-expect-error a login that did not fail has no cause
  String(answer.Cause);
  return answer.UniqueSessionId;
}

/** What GetIScsiTargetInformation gives is of the type of its class. */
export async function information(dsc: IscsiDsc): Promise<string> {
  const { TargetAlias, PortalGroups } = TARGET_INFORMATION_CLASS;
  const groups = await dsc.GetIScsiTargetInformation('iqn.2026-11.example:disk', 'Static', PortalGroups);
  const first: string | undefined = groups.Buffer?.[0]?.Portals[0]?.Address;
  const alias = await dsc.GetIScsiTargetInformation('iqn.2026-11.example:disk', 'Static', TargetAlias);
  // @ts-expect-error an alias is no list
  String(alias.Buffer?.[0]?.Portals);
  return `${first ?? ''} ${alias.Buffer ?? ''}`;
}

/** Ids are pairs of bigints, and constants are the header's. */
export async function wrong(dsc: IscsiDsc): Promise<void> {
  // @ts-expect-error an id is no text
  await dsc.LogoutIScsiTarget('0000000000000001-4000013700000001');
  // @ts-expect-error 64 bits are a bigint
  await dsc.LogoutIScsiTarget({ AdapterUnique: 1, AdapterSpecific: 2 });
  // @ts-expect-error there is no class 8
  await dsc.GetIScsiTargetInformation('iqn.2026-11.example:disk', 'Static', 8);
}
