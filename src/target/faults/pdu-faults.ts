// Faults of single PDUs: damaged, lost, repeated, out of order, late.

import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, type FaultParameter, integer } from './parameter.ts';
import { longestMs, pause } from './pause.ts';
import { directionParameter, opcodeParameter, strike } from './pdu-selection.ts';
import type { RawPdu } from './raw-pdu.ts';
import { connectionSelectors, timing } from './trigger.ts';
import type { Passage, WireOrder } from './wire-order.ts';

/** The names of these faults. */
export type PduFaultName =
  | 'corrupt-data'
  | 'corrupt-header'
  | 'delay-pdu'
  | 'duplicate-pdu'
  | 'lose-pdu'
  | 'reorder-pdu';

const selection: readonly FaultParameter[] = [
  directionParameter('sent'),
  opcodeParameter,
  ...connectionSelectors,
  ...timing(1),
];

const corruption: readonly FaultParameter[] = [
  integer('mask', [1, 255], 'the bits that are flipped in it', { standard: 0xff }),
  choice('digest', ['wrong', 'right'], 'whether a digest in use tells of the damage, or was made over it', {
    standard: 'wrong',
  }),
];

export const pduFaults: Readonly<Record<PduFaultName, FaultDefinition>> = {
  'corrupt-header': {
    does: 'Flips bits in a header: a digest error where header digests are on, or silent damage.',
    clause: 'RFC 7143 §7.8, §11.2.3',
    parameters: [
      integer('at', [0, 1_067], 'the byte of the header, AHS included; 19 is the last of the task tag', {
        standard: 19,
      }),
      ...corruption,
      ...selection,
    ],
    arm: (context) =>
      corrupting(
        context,
        () => true,
        (raw, at, mask, isRight) => {
          raw.corruptHeader(at, mask, isRight);
        },
      ),
  },
  'corrupt-data': {
    does: 'Flips bits in the data of a PDU that has some: a digest error where data digests are on, or silent damage.',
    clause: 'RFC 7143 §7.8, §11.2.3',
    parameters: [
      integer('at', [0, 0x00ff_ffff], 'the byte of the data segment, modulo its length', { standard: 0 }),
      ...corruption,
      ...selection,
    ],
    arm: (context) =>
      corrupting(
        context,
        (raw) => raw.dataLength > 0,
        (raw, at, mask, isRight) => {
          raw.corruptData(at, mask, isRight);
        },
      ),
  },
  'lose-pdu': {
    does: 'Makes a PDU vanish. A sent one has used its numbers up all the same.',
    clause: 'RFC 7143 §7.9, §7.10',
    parameters: selection,
    arm: (context) => ordering(context, () => ({ kind: 'lose' })),
  },
  'duplicate-pdu': {
    does: 'Lets a PDU pass twice.',
    clause: 'RFC 7143 §4.2.2, §7.10',
    parameters: selection,
    arm: (context) => ordering(context, () => ({ kind: 'duplicate' })),
  },
  'reorder-pdu': {
    does: 'Lets a PDU change places with the next one on its connection and direction.',
    clause: 'RFC 7143 §4.2.2.2, §4.2.2.3',
    parameters: [
      integer('wait', [1, longestMs], 'how long to wait for a next one', { standard: 1_000, unit: 'ms' }),
      ...selection,
    ],
    arm: (context) => ordering(context, () => ({ kind: 'swap', waitMs: context.settings.number('wait') })),
  },
  'delay-pdu': {
    does: 'Holds a PDU back, and with it all that comes behind it on its connection and direction.',
    clause: 'RFC 7143 §7.14',
    parameters: [integer('ms', [1, longestMs], 'how long', { standard: 1_000, unit: 'ms' }), ...selection],
    arm: (context) => {
      const { clock, settings, removed } = context;
      const until = async (gone: AbortSignal): Promise<void> => {
        await pause(clock, settings.number('ms'), [removed, gone]);
      };
      return ordering(context, () => ({ kind: 'hold', after: 0, isBoth: false, until }));
    },
  },
};

function ordering({ settings, trigger }: FaultContext, order: () => WireOrder): FaultPoints {
  return {
    onWire: (passage) => (strike(passage, settings, trigger) === undefined ? undefined : order()),
  };
}

function corrupting(
  { settings, trigger }: FaultContext,
  hasPlace: (raw: RawPdu) => boolean,
  corrupt: (raw: RawPdu, at: number, mask: number, digestIsRight: boolean) => void,
): FaultPoints {
  const digestIsRight = settings.text('digest') === 'right';
  const apply = (raw: RawPdu): void => {
    corrupt(raw, settings.number('at'), settings.number('mask'), digestIsRight);
  };
  const onWire = (passage: Passage): WireOrder | undefined => {
    if (!hasPlace(passage.raw) || strike(passage, settings, trigger) === undefined) return undefined;
    return { kind: 'change', apply };
  };
  return { onWire };
}
