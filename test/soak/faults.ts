// The faults that the soak injects: those that users must not notice, but for the delay, and those after which a request
// may fail, as long as its error tells the truth.

import type { Draw } from './draw.ts';
import type { Scenario } from './scenario.ts';

/** How much users may notice. */
export type Mood = 'calm' | 'benign' | 'rough';

/** Stands in a fault for the address of the target's own portal. */
export const portalPlaceholder = '{portal}';

const sentOpcodes = ['nop-in', 'scsi-response', 'data-in', 'r-2t', 'login-response', 'logout-response'];
const receivedOpcodes = ['nop-out', 'scsi-command', 'data-out', 'login-request', 'logout-request'];

/** Unit attentions: resets, changes of the inventory, capacity, mode parameters and identity. */
const attentions = [
  '41,ascq=0',
  '41,ascq=2',
  '41,ascq=4',
  '41,ascq=7',
  '42,ascq=1',
  '42,ascq=9',
  '63,ascq=3',
  '63,ascq=14',
];

type Maker = (draw: Draw, scenario: Scenario) => string;

const benign: Readonly<Record<string, Maker>> = {
  'drop-connection': (draw) => `${onPdu(draw)},count=${draw.between(1, 2)}`,
  'reset-connection': (draw) => `${onPdu(draw)},count=${draw.between(1, 2)}`,
  'delay-pdu': (draw) => `${onPdu(draw)},ms=${draw.between(1, 40)},count=${draw.between(1, 4)}`,
  'duplicate-pdu': (draw) => `direction=received,opcode=${draw.pick(['scsi-command', 'nop-out'])},count=2`,
  'delay-status': (draw) => `ms=${draw.between(1, 60)},count=${draw.between(1, 4)}`,
  busy: (draw) => `count=${draw.between(1, 3)}`,
  'task-set-full': (draw) => `count=${draw.between(1, 3)}`,
  'unit-attention': (draw) => `asc=${draw.pick(attentions)}`,
  'shrink-window': (draw) => `size=${draw.between(1, 4)},ms=${draw.between(10, 90)},retract=${yesOrNo(draw)}`,
  'close-window': (draw) => `ms=${draw.between(10, 90)},retract=${yesOrNo(draw)}`,
  'async-message': (draw) => `event=${draw.pick([0, 2, 3, 4])},seconds=1`,
  'refuse-login': (draw) => `class=3,detail=${draw.between(0, 2)},count=${draw.between(1, 3)}`,
  'redirect-login': () => `address=${portalPlaceholder},count=1`,
  'check-condition': (draw) => `${draw.pick(['key=11,asc=71', 'key=2,asc=4,ascq=1'])},count=1`,
  reboot: (draw) =>
    `command=${draw.pick(['write', 'read', 'flush'])},ms=${draw.below(60)},keep=${draw.pick(['all', 'none', 'some'])},seed=${draw.between(1, 9999)}`,
};

const rough: Readonly<Record<string, Maker>> = {
  'lose-pdu': (draw) => `${onPdu(draw)},count=${draw.between(1, 2)}`,
  'duplicate-pdu': (draw) => `${onPdu(draw)},count=${draw.between(1, 3)}`,
  'reorder-pdu': (draw) => `${onPdu(draw)},wait=30,count=${draw.between(1, 3)}`,
  'delay-pdu': (draw) => `${onPdu(draw)},ms=${draw.between(200, 900)}`,
  'stall-connection': (draw) => `direction=${draw.pick(['sent', 'received', 'both'])},ms=${draw.between(50, 900)}`,
  'silent-death': (draw) => `ms=${draw.between(50, 900)}`,
  'never-answer': (draw) => `count=${draw.between(1, 2)}`,
  'delay-status': (draw) => `ms=${draw.between(400, 1100)}`,
  'drop-task-management': (draw) => `count=${draw.between(1, 3)}`,
  'refuse-task-management': (draw) => `response=${draw.pick([5, 255])},count=${draw.between(1, 3)}`,
  'target-failure': (draw) => `count=${draw.between(1, 2)}`,
  'reservation-conflict': (draw) => `count=${draw.between(1, 2)}`,
  'check-condition': (draw) =>
    `${draw.pick(['key=4,asc=68', 'key=3,asc=17', 'key=3,asc=12'])},count=${draw.between(1, 2)}`,
  'medium-error': (draw) =>
    `lba=${draw.below(64)},blocks=${draw.between(1, 8)},access=${draw.pick(['read', 'write', 'both'])}`,
  'ignore-snack': (draw) => `count=${draw.between(1, 3)}`,
  'reject-snack': (draw) => `count=${draw.between(1, 3)}`,
  'refuse-logout': (draw) => `response=${draw.between(1, 3)},count=1`,
  'silent-logout': () => 'count=1',
  'async-message': () => 'event=1,seconds=1',
  'wrong-identity': () => 'serial=ANOTHER',
};

/** Damage that digests tell of; without them it would be silent, and nobody's to survive. */
const digestFaults: Readonly<Record<string, Maker>> = {
  'corrupt-header': (draw) => `${onPdu(draw)},at=${draw.below(48)},mask=${draw.between(1, 255)}`,
  'corrupt-data': (draw) =>
    `direction=${draw.pick(['sent', 'received'])},at=${draw.below(600)},mask=${draw.between(1, 255)}`,
};

/** A fault for this mood, as `target.inject` takes it. */
export function drawFault(draw: Draw, scenario: Scenario, mood: Mood): string {
  const makers = { ...benign, ...(mood === 'rough' ? rough : {}), ...(scenario.hasDigests ? digestFaults : {}) };
  const name = draw.pick(Object.keys(makers));
  return `${name}:${makers[name]?.(draw, scenario) ?? ''}`;
}

function onPdu(draw: Draw): string {
  const direction = draw.pick(['sent', 'received'] as const);
  const opcode = draw.pick(direction === 'sent' ? sentOpcodes : receivedOpcodes);
  return `direction=${direction}${draw.chance(0.7) ? `,opcode=${opcode}` : ''},after=${draw.below(6)}`;
}

function yesOrNo(draw: Draw): string {
  return draw.pick(['yes', 'no']);
}
