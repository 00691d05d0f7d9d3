// Faults of requests that are not SCSI commands: logouts, SNACKs, task management.

import {
  logoutResponseCode,
  opcode,
  rejectReason,
  taskManagementFunction,
  taskManagementResponseCode,
} from '../../wire/index.ts';
import type { HookConnection, ReceivedVerdict, RequestVerdict } from '../hooks.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import { connectionSelectors, timing } from './trigger.ts';

/** The names of these faults. */
export type RequestFaultName =
  | 'drop-task-management'
  | 'ignore-snack'
  | 'refuse-logout'
  | 'refuse-task-management'
  | 'reject-snack'
  | 'silent-logout';

const selection: readonly FaultParameter[] = [...connectionSelectors, ...timing(0)];

/** Functions by name: `abort-task` for `abortTask`. */
const functions: ReadonlyMap<string, number> = new Map(
  Object.entries(taskManagementFunction).map(([name, code]) => [
    name.replaceAll(/[A-Z]/g, (big) => `-${big.toLowerCase()}`),
    code,
  ]),
);

const functionSelector = choice('function', [...functions.keys()], 'only this function');

export const requestFaults: Readonly<Record<RequestFaultName, FaultDefinition>> = {
  'refuse-logout': {
    does: 'Answers a Logout Request with a refusal; nothing is closed.',
    clause: 'RFC 7143 §11.15.1',
    parameters: [
      integer('response', [1, 3], '1 CID not found, 2 recovery not supported, 3 cleanup failed', {
        standard: logoutResponseCode.cleanupFailed,
      }),
      ...selection,
    ],
    arm: (context) => loggingOut(context, { response: context.settings.number('response') }),
  },
  'silent-logout': {
    does: 'Takes a Logout Request in and never answers it; nothing is closed.',
    clause: 'RFC 7143 §11.14, §11.15',
    parameters: selection,
    arm: (context) => loggingOut(context, 'ignore'),
  },
  'ignore-snack': {
    does: 'Does as if a SNACK had never come.',
    clause: 'RFC 7143 §11.16',
    parameters: selection,
    arm: (context) => snacking(context, 'ignore'),
  },
  'reject-snack': {
    does: 'Answers a SNACK with a Reject.',
    clause: 'RFC 7143 §11.16, §11.17.1',
    parameters: [
      integer('reason', [1, 255], 'the reason; 3 is SNACK reject, 4 a protocol error', {
        standard: rejectReason.snackReject,
      }),
      ...selection,
    ],
    arm: (context) => snacking(context, { reject: context.settings.number('reason') }),
  },
  'drop-task-management': {
    does: 'Takes a task management request in, and neither carries it out nor answers it.',
    clause: 'RFC 7143 §11.5, §11.6',
    parameters: [functionSelector, ...selection],
    arm: (context) => managing(context, 'ignore'),
  },
  'refuse-task-management': {
    does: 'Answers a task management request with a response code, not carried out.',
    clause: 'RFC 7143 §11.6.1',
    parameters: [
      integer('response', [0, 255], 'the response; 0 claims success, 1 no such task, 5 not supported, 255 rejected', {
        standard: taskManagementResponseCode.functionRejected,
      }),
      functionSelector,
      ...selection,
    ],
    arm: (context) => managing(context, { response: context.settings.number('response') }),
  },
};

function loggingOut(context: FaultContext, verdict: RequestVerdict): FaultPoints {
  return { onLogout: (_request, connection) => (strikes(context, connection) ? verdict : undefined) };
}

function snacking(context: FaultContext, verdict: ReceivedVerdict): FaultPoints {
  return {
    onReceived: (pdu, connection) =>
      pdu.opcode === opcode.snackRequest && strikes(context, connection) ? verdict : undefined,
  };
}

function managing(context: FaultContext, verdict: RequestVerdict): FaultPoints {
  const wanted = functions.get(context.settings.maybeText('function') ?? '');
  return {
    onTaskManagement: (request, connection) => {
      if (wanted !== undefined && wanted !== request.function) return undefined;
      return strikes(context, connection) ? verdict : undefined;
    },
  };
}

function strikes({ trigger }: FaultContext, connection: HookConnection): boolean {
  return trigger.selects(connection) && trigger.strikes();
}
