// The methods of MSIscsiInitiator_SessionClass: connections, SCSI commands, the logout.

import { lunNameOf } from '../../base/index.ts';
import type { ConnectionInfo, InitiatorService, ScsiAnswer, UniqueId } from '../../service/index.ts';
import { refuse } from '../cim/return-value.ts';
import type { MethodsOf } from '../cim/table-class.ts';
import { invalid, readKey, readSecurityFlags, required } from './inputs.ts';
import { readLoginOptions } from './login-options.ts';
import { placeOf, readPortal } from './portals.ts';
import type { sessionTable } from './session-table.ts';

/** What the methods that send a command give. */
interface ScsiOut {
  readonly ScsiStatus: number;
  readonly ResponseBuffer: readonly number[];
  readonly SenseBuffer: readonly number[];
}

/** Bits of EvpdCmddt. */
const evpdCmddtBits = 0x03;

/** The methods over a service. The portal of AddConnection must be given, as AddIScsiConnection has it. */
export function sessionMethods(service: InitiatorService): MethodsOf<typeof sessionTable> {
  return {
    AddConnection: async ({ instance, input, signal }) => {
      const sessionId = required(instance.SessionId, 'SessionId');
      const loginOptions = readLoginOptions(input.LoginOptions);
      const { initiatorPort } = placeOf(null, input.InitiatorPortNumber);
      const { connectionId } = await service.addConnection(
        {
          sessionId,
          ...(initiatorPort === undefined ? {} : { initiatorPort }),
          portal: required(readPortal(input.TargetPortal, 'TargetPortal') ?? null, 'TargetPortal'),
          ...readSecurityFlags(input.SecurityFlags),
          ...(loginOptions === undefined ? {} : { loginOptions }),
          ...readKey(input.Key),
        },
        { signal },
      );
      return { UniqueConnectionId: connectionId };
    },
    Logout: async ({ instance, signal }) => {
      await service.logout({ sessionId: required(instance.SessionId, 'SessionId') }, { signal });
      return {};
    },
    RemoveConnection: async ({ instance, input, signal }) => {
      const sessionId = required(instance.SessionId, 'SessionId');
      const connectionId = required(input.UniqueConnectionId, 'UniqueConnectionId').toLowerCase();
      await requireQuiet(service, sessionId, signal);
      await service.removeConnection({ sessionId, connectionId }, { signal });
      return {};
    },
    SendScsiInquiry: async ({ instance, input, signal }) => {
      const sessionId = required(instance.SessionId, 'SessionId');
      const lun = lunNameOf(required(input.Lun, 'Lun'));
      const evpdCmddt = input.EvpdCmddt ?? 0;
      if ((evpdCmddt & ~evpdCmddtBits) !== 0) invalid('EvpdCmddt has bits beside 0 and 1');
      const pageCode = input.PageCode ?? 0;
      return asOut(await service.scsiInquiry({ sessionId, lun, evpdCmddt, pageCode }, { signal }));
    },
    SendScsiReadCapacity: async ({ instance, input, signal }) => {
      const sessionId = required(instance.SessionId, 'SessionId');
      return asOut(
        await service.scsiReadCapacity({ sessionId, lun: lunNameOf(required(input.Lun, 'Lun')) }, { signal }),
      );
    },
    SendScsiReportLuns: async ({ instance, signal }) =>
      asOut(await service.scsiReportLuns({ sessionId: required(instance.SessionId, 'SessionId') }, { signal })),
  };
}

/** Refuses while the session, or any connection of it, is being logged out: one removal at a time. */
async function requireQuiet(service: InitiatorService, sessionId: UniqueId, signal: AbortSignal): Promise<void> {
  const { state, connections } = await service.session({ sessionId }, { signal });
  if (state === 'leaving') refuse('ISDSC_SESSION_BUSY', 'The session is being logged out');
  if (connections.some(isLeaving)) {
    refuse('ISDSC_REMOVE_CONNECTION_IN_PROGRESS', 'A connection of the session is being removed');
  }
}

/** A connection that is there and takes no commands is on its way out. */
function isLeaving({ state, role }: ConnectionInfo): boolean {
  return state !== 'lost' && role === 'unusable';
}

/** Status and sense data come out of a command that the device refused as well. */
function asOut({ scsiStatus, response, sense }: ScsiAnswer): ScsiOut {
  const out = { ScsiStatus: scsiStatus, ResponseBuffer: asArray(response), SenseBuffer: asArray(sense) };
  if (scsiStatus === 0) return out;
  return refuse('ISDSC_SCSI_REQUEST_FAILED', `The device ended the command with status ${scsiStatus}`, out);
}

function asArray(base64: string): number[] {
  return [...Buffer.from(base64, 'base64')];
}
