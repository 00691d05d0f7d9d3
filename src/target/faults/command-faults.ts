// Faults of SCSI commands: wrong or late statuses, errors of the medium, no answer at all.

import { condition, encodeSense, scsiStatus } from '../device-server/sense.ts';
import type { CommandVerdict } from '../hooks.ts';
import { commandSelection, firstTouched, strikesCommand } from './command-selection.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import { longestMs, pause } from './pause.ts';

/** The names of these faults. */
export type CommandFaultName =
  | 'busy'
  | 'check-condition'
  | 'delay-status'
  | 'medium-error'
  | 'never-answer'
  | 'reservation-conflict'
  | 'target-failure'
  | 'task-set-full';

/** The codes of sense data; the defaults are an internal target failure. */
const senseParameters: readonly FaultParameter[] = [
  integer('key', [0, 15], 'the sense key', { standard: 0x04 }),
  integer('asc', [0, 255], 'the additional sense code', { standard: 0x44 }),
  integer('ascq', [0, 255], 'its qualifier', { standard: 0x00 }),
];

export const commandFaults: Readonly<Record<CommandFaultName, FaultDefinition>> = {
  busy: {
    does: 'Ends a command with BUSY, not carried out.',
    clause: 'SAM-5 §5.3.1',
    parameters: commandSelection(1),
    arm: (context) => answering(context, { kind: 'status', status: scsiStatus.busy }),
  },
  'task-set-full': {
    does: 'Ends a command with TASK SET FULL, not carried out.',
    clause: 'SAM-5 §5.3.1',
    parameters: commandSelection(1),
    arm: (context) => answering(context, { kind: 'status', status: scsiStatus.taskSetFull }),
  },
  'reservation-conflict': {
    does: 'Ends a command with RESERVATION CONFLICT, not carried out.',
    clause: 'SAM-5 §5.3.1',
    parameters: commandSelection(1),
    arm: (context) => answering(context, { kind: 'status', status: scsiStatus.reservationConflict }),
  },
  'check-condition': {
    does: 'Ends a command with CHECK CONDITION and the sense data asked for, not carried out.',
    clause: 'SAM-5 §5.3.1, RFC 7143 §11.4.7',
    parameters: [...senseParameters, ...commandSelection(1)],
    arm: (context) => {
      const { settings } = context;
      const facts = { senseKey: settings.number('key'), asc: settings.number('asc'), ascq: settings.number('ascq') };
      return answering(context, { kind: 'status', status: scsiStatus.checkCondition, sense: encodeSense(facts) });
    },
  },
  'medium-error': {
    does: 'Ends commands that touch bad blocks with MEDIUM ERROR; INFORMATION is the first bad block touched.',
    clause: 'SBC-4 §4.18',
    parameters: [
      integer('lba', [0, Number.MAX_SAFE_INTEGER], 'the first bad block', { standard: 0 }),
      integer('blocks', [1, Number.MAX_SAFE_INTEGER], 'how many are bad', { standard: 1, unit: 'blocks' }),
      choice('access', ['read', 'write', 'both'], 'what fails', { standard: 'both' }),
      ...commandSelection(0),
    ],
    arm: mediumError,
  },
  'target-failure': {
    does: 'Answers a command with the response Target Failure instead of a SCSI status.',
    clause: 'RFC 7143 §11.4.3',
    parameters: commandSelection(1),
    arm: (context) => answering(context, { kind: 'targetFailure' }),
  },
  'never-answer': {
    does: 'Takes a command in and never answers it; it can be aborted.',
    clause: 'RFC 7143 §4.2.2.1, §11.5',
    parameters: commandSelection(1),
    arm: (context) => answering(context, { kind: 'never' }),
  },
  'delay-status': {
    does: 'Carries a command out, sends its data, and holds its status back; other commands go on.',
    clause: 'RFC 7143 §11.4',
    parameters: [
      integer('ms', [0, longestMs], 'how long; 0 is until the fault is removed', { standard: 1_000, unit: 'ms' }),
      ...commandSelection(1),
    ],
    arm: ({ settings, trigger, clock, removed }) => ({
      onCommand: (command) => {
        if (!strikesCommand(command, settings, trigger)) return undefined;
        return {
          kind: 'holdStatus',
          until: async () => {
            await pause(clock, settings.number('ms'), [removed, command.signal]);
          },
        };
      },
    }),
  },
};

function answering({ settings, trigger }: FaultContext, verdict: CommandVerdict): FaultPoints {
  return {
    onCommand: (command) => (strikesCommand(command, settings, trigger) ? verdict : undefined),
  };
}

function mediumError({ settings, trigger }: FaultContext): FaultPoints {
  const range = { lba: settings.number('lba'), blocks: settings.number('blocks') };
  const access = settings.text('access') as 'read' | 'write' | 'both';
  return {
    onCommand: (command) => {
      const touched = firstTouched(command.cdb, access, range);
      if (touched === undefined || !strikesCommand(command, settings, trigger)) return undefined;
      const facts = touched.access === 'read' ? condition.unrecoveredReadError : condition.writeError;
      const sense = encodeSense({ ...facts, information: touched.lba });
      return { kind: 'status', status: scsiStatus.checkCondition, sense };
    },
  };
}
