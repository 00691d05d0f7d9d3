// The calls for the initiator itself: GetIScsiInitiatorNodeName, SetIScsiInitiatorNodeName, ReportIScsiInitiatorList,
// GetIScsiVersionInformation.

import type { InitiatorService } from '../service/index.ts';
import { type Answer, answer, refuse } from './answer.ts';
import { readOptionalText } from './arguments.ts';
import type { ISCSI_VERSION_INFO } from './structures.ts';
import { MAX_ISCSI_NAME_LEN } from './values.ts';

/** The initiator. */
export interface InitiatorCalls {
  /** The node name, one for all instances. */
  GetIScsiInitiatorNodeName(): Promise<Answer<{ readonly InitiatorNodeName: string }>>;
  /** Sets it for logins to come; null is the name that is made from the host's. */
  SetIScsiInitiatorNodeName(InitiatorNodeName?: string | null): Promise<Answer>;
  /** The names of the initiator instances. */
  ReportIScsiInitiatorList(): Promise<Answer<{ readonly Buffer: readonly string[] }>>;
  /** The version of the service. */
  GetIScsiVersionInformation(): Promise<Answer<{ readonly VersionInfo: ISCSI_VERSION_INFO }>>;
}

/** The calls over a service. */
export function initiatorCalls(service: InitiatorService): InitiatorCalls {
  return {
    GetIScsiInitiatorNodeName: async () =>
      await answer(async () => ({ InitiatorNodeName: (await service.initiator()).nodeName })),
    SetIScsiInitiatorNodeName: async (InitiatorNodeName) =>
      await answer(async () => {
        const nodeName = readOptionalText(InitiatorNodeName, 'InitiatorNodeName') ?? null;
        if (nodeName !== null && nodeName.length > MAX_ISCSI_NAME_LEN) {
          refuse('ISDSC_INVALID_ISCSI_NAME', `An iSCSI name has at most ${MAX_ISCSI_NAME_LEN} characters`);
        }
        await service.setInitiator({ nodeName });
        return {};
      }),
    ReportIScsiInitiatorList: async () =>
      await answer(async () => ({ Buffer: (await service.initiator()).instances.map(({ instance }) => instance) })),
    GetIScsiVersionInformation: async () =>
      await answer(async () => {
        const { majorVersion, minorVersion, buildNumber } = await service.version();
        return {
          VersionInfo: { MajorVersion: majorVersion, MinorVersion: minorVersion, BuildNumber: buildNumber },
        };
      }),
  };
}
