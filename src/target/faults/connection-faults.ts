// Faults of a connection as a whole: it ends, or nothing moves on it.

import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import { longestMs, pause } from './pause.ts';
import { byteParameter, directionParameter, opcodeParameter, strike } from './pdu-selection.ts';
import { connectionSelectors, timing } from './trigger.ts';

/** The names of these faults. */
export type ConnectionFaultName = 'drop-connection' | 'reset-connection' | 'silent-death' | 'stall-connection';

const place: readonly FaultParameter[] = [opcodeParameter, byteParameter, ...connectionSelectors, ...timing(1)];

export const connectionFaults: Readonly<Record<ConnectionFaultName, FaultDefinition>> = {
  'drop-connection': {
    does: 'Closes a connection (FIN) in place of a PDU, or in the middle of one, without a word.',
    clause: 'RFC 7143 §7.2, §8.1.3',
    parameters: [directionParameter('sent'), ...place],
    arm: (context) => cutting(context, 'drop'),
  },
  'reset-connection': {
    does: 'Resets a connection (RST) in place of a PDU, or in the middle of one.',
    clause: 'RFC 7143 §7.2, §8.1.3',
    parameters: [directionParameter('sent'), ...place],
    arm: (context) => cutting(context, 'reset'),
  },
  'stall-connection': {
    does: 'Stops reading, writing or both on a connection, from a PDU or byte on; TCP stays up. In both directions each stops at its own next PDU.',
    clause: 'RFC 7143 §7.14, §11.18',
    parameters: [
      choice('direction', ['sent', 'received', 'both'], 'what stops', { standard: 'both' }),
      integer('ms', [0, longestMs], 'how long; 0 is until the fault is removed', { standard: 0, unit: 'ms' }),
      ...place,
    ],
    arm: stalling,
  },
  'silent-death': {
    does: 'Takes connections in and never says a word again, on those that are there and those that come.',
    clause: 'RFC 7143 §7.14, §11.18',
    parameters: [
      integer('ms', [0, longestMs], 'how long; 0 is until the fault is removed', { standard: 0, unit: 'ms' }),
      ...connectionSelectors,
    ],
    arm: ({ settings, trigger, clock, removed }) => {
      const ms = settings.number('ms');
      const over =
        ms > 0
          ? pause(clock, ms, [removed]).then(() => {
              trigger.end();
            })
          : undefined;
      const until = async (gone: AbortSignal): Promise<void> => {
        await (over ?? pause(clock, 0, [removed, gone]));
      };
      return {
        onWire: ({ connection }) => {
          if (!trigger.selects(connection) || !trigger.strikes()) return undefined;
          return { kind: 'hold', after: 0, isBoth: true, until };
        },
      };
    },
  },
};

function cutting({ settings, trigger }: FaultContext, how: 'drop' | 'reset'): FaultPoints {
  return {
    onWire: (passage) => {
      const after = strike(passage, settings, trigger);
      return after === undefined ? undefined : { kind: 'cut', after, how };
    },
  };
}

function stalling({ settings, trigger, clock, removed }: FaultContext): FaultPoints {
  const ms = settings.number('ms');
  const isBoth = settings.text('direction') === 'both';
  return {
    onWire: (passage) => {
      const after = strike(passage, settings, trigger);
      if (after === undefined) return undefined;
      return {
        kind: 'hold',
        after,
        isBoth,
        until: async (gone) => {
          await pause(clock, ms, [removed, gone]);
        },
      };
    },
  };
}
