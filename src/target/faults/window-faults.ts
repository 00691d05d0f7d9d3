// Faults of the command window: what is told of it is less than there is (RFC 7143 §4.2.2.1).

import { snAdd, snAfter } from '../../base/index.ts';
import type { TargetPdu } from '../../wire/index.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { type FaultParameter, flag, integer } from './parameter.ts';
import { longestMs, pause } from './pause.ts';
import { connectionSelectors } from './trigger.ts';

/** The names of these faults. */
export type WindowFaultName = 'close-window' | 'shrink-window';

const parameters = (retract: boolean): readonly FaultParameter[] => [
  integer('ms', [0, longestMs], 'how long; 0 is until the fault is removed', { standard: 0, unit: 'ms' }),
  flag('retract', 'whether room is taken back that was promised, which a target must not do', { standard: retract }),
  // MaxCmdSN belongs to the session, whatever connection tells it.
  ...connectionSelectors.filter(({ key }) => key !== 'cid'),
];

export const windowFaults: Readonly<Record<WindowFaultName, FaultDefinition>> = {
  'close-window': {
    does: 'Promises no more room: MaxCmdSN comes to ExpCmdSN−1. A NOP-In tells when it opens again.',
    clause: 'RFC 7143 §4.2.2.1, §11.4.10',
    parameters: parameters(false),
    arm: (context) => narrowing(context, 0),
  },
  'shrink-window': {
    does: 'Tells a MaxCmdSN that leaves room for fewer commands, less than before even: initiators ignore the step back.',
    clause: 'RFC 7143 §4.2.2.1',
    parameters: [
      integer('size', [0, 65_535], 'commands for which there is room', { standard: 1, unit: 'commands' }),
      ...parameters(true),
    ],
    arm: (context) => narrowing(context, context.settings.number('size')),
  },
};

function narrowing({ settings, trigger, clock, removed, bench }: FaultContext, size: number): FaultPoints {
  /** What sessions had been promised when the fault came. */
  const promised = new Map(bench.sessions().map((session) => [session.id, session.toldMaxCmdSn]));
  const touched = new Set<number>();
  const retracts = settings.isSet('retract');
  const open = (): void => {
    trigger.end();
    for (const session of bench.sessions()) if (touched.has(session.id)) session.announce();
  };
  const ms = settings.number('ms');
  if (ms > 0) {
    void pause(clock, ms, [removed]).then(() => {
      if (!removed.aborted) open();
    });
  }
  return {
    rewrite: (pdu, connection) => {
      if (trigger.isSpent || !trigger.selects(connection) || !tellsWindow(pdu)) return pdu;
      const floor = retracts ? undefined : promised.get(connection.sessionId);
      const wanted = snAdd(pdu.expCmdSn, size - 1);
      const told = floor !== undefined && snAfter(floor, wanted) ? floor : wanted;
      if (!snAfter(pdu.maxCmdSn, told)) return pdu;
      touched.add(connection.sessionId);
      trigger.count();
      return { ...pdu, maxCmdSn: told };
    },
    undo: open,
  };
}

type WindowPdu = Extract<TargetPdu, { maxCmdSn: number }>;

/** Every PDU of a target does; a refused login has no window. */
function tellsWindow(pdu: TargetPdu): pdu is WindowPdu {
  return !('statusClass' in pdu && pdu.statusClass !== 0);
}
