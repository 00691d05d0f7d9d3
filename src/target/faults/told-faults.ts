// Faults that are told at once, as they are injected: asynchronous messages and unit attention conditions.

import type { TargetSession } from '../session.ts';
import { lunSelector } from './command-selection.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, integer } from './parameter.ts';
import { connectionSelectors } from './trigger.ts';

/** The names of these faults. */
export type ToldFaultName = 'async-message' | 'unit-attention';

export const toldFaults: Readonly<Record<ToldFaultName, FaultDefinition>> = {
  'async-message': {
    does: 'Sends an Asynchronous Message to each session at once: 0 a SCSI event, 1 asks for a logout (and drops the connection when the time is over), 2 drops a connection, 3 drops the session, 4 asks for a negotiation.',
    clause: 'RFC 7143 §11.9.1',
    parameters: [
      choice('event', ['0', '1', '2', '3', '4'], 'the event', { isRequired: true }),
      integer('seconds', [0, 65_535], 'the time that the initiator is given, of events 1 and 4', {
        standard: 3,
        unit: 's',
      }),
      integer('time2wait', [0, 65_535], 'Time2Wait, of events 2 and 3', { standard: 0, unit: 's' }),
      integer('time2retain', [0, 65_535], 'Time2Retain, of events 2 and 3', { standard: 0, unit: 's' }),
      integer('lun', [0, 16_383], 'the logical unit of event 0', { standard: 0 }),
      integer('key', [0, 15], 'the sense key of event 0', { standard: 0x06 }),
      integer('asc', [0, 255], 'its additional sense code', { standard: 0x3f }),
      integer('ascq', [0, 255], 'its qualifier', { standard: 0x0e }),
      ...connectionSelectors,
    ],
    arm: sendMessages,
  },
  'unit-attention': {
    does: 'Establishes a unit attention condition for each session, told with its next command.',
    clause: 'SAM-5 §5.14',
    parameters: [
      integer('asc', [0, 255], 'the additional sense code', { standard: 0x29 }),
      integer('ascq', [0, 255], 'its qualifier', { standard: 0x00 }),
      lunSelector,
      ...connectionSelectors.filter(({ key }) => key !== 'cid'),
    ],
    arm: ({ settings, trigger, bench }) => {
      const attention = { senseKey: 0x06, asc: settings.number('asc'), ascq: settings.number('ascq') };
      const wanted = settings.maybeNumber('lun');
      for (const session of concerned(bench.sessions(), settings)) {
        for (const { number } of bench.units()) {
          if ((wanted ?? number) !== number) continue;
          session.attentions.establish(number, attention);
          trigger.count();
        }
      }
      trigger.end();
      return {};
    },
  },
};

function sendMessages({ settings, trigger, bench }: FaultContext): FaultPoints {
  const seconds = settings.number('seconds');
  const times = { time2Wait: settings.number('time2wait'), time2Retain: settings.number('time2retain') };
  const wanted = settings.maybeNumber('cid');
  const cid = wanted === undefined ? {} : { cid: wanted };
  const sense = { senseKey: settings.number('key'), asc: settings.number('asc'), ascq: settings.number('ascq') };
  for (const session of concerned(bench.sessions(), settings)) {
    const [first] = session.connections.keys();
    if (first === undefined || (wanted !== undefined && !session.connections.has(wanted))) continue;
    const told = bench.owned(session);
    switch (settings.text('event')) {
      case '0':
        told.reportSense(settings.number('lun'), sense);
        break;
      case '1':
        told.requestLogout({ ...cid, seconds });
        break;
      case '2':
        told.dropConnection(wanted ?? first, times);
        break;
      case '3':
        told.drop(times);
        break;
      default:
        told.requestNegotiation({ ...cid, seconds });
    }
    trigger.count();
  }
  trigger.end();
  return {};
}

function concerned(sessions: readonly TargetSession[], settings: FaultContext['settings']): TargetSession[] {
  const name = settings.maybeText('initiator')?.toLowerCase();
  return sessions.filter(({ id, identity }) => {
    return (
      (settings.maybeNumber('session') ?? id) === id && (name ?? identity.initiatorName) === identity.initiatorName
    );
  });
}
