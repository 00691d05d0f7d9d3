// Faults of logical units: they come, go and change their size, turn out to be others, or lose what was written.

import { commandSelection, concerns, lunSelector } from './command-selection.ts';
import type { FaultContext, FaultDefinition, FaultPoints } from './definition.ts';
import { choice, integer, size, text } from './parameter.ts';
import { longestMs } from './pause.ts';
import { connectionSelectors } from './trigger.ts';

/** The names of these faults. */
export type UnitFaultName = 'add-lun' | 'reboot' | 'remove-lun' | 'resize-lun' | 'volatile-cache' | 'wrong-identity';

const lun = integer('lun', [0, 16_383], 'its number', { isRequired: true });

export const unitFaults: Readonly<Record<UnitFaultName, FaultDefinition>> = {
  'add-lun': {
    does: 'Adds a disk in memory at once; every session gets 3Fh/0Eh on each logical unit. Removal of the fault leaves it.',
    clause: 'SPC-4 §6.33, SAM-5 §5.14',
    parameters: [lun, size('size', 'how large it is', { standard: 67_108_864 })],
    arm: (context) =>
      once(context, ({ bench, settings }) => {
        bench.addLun(settings.number('lun'), settings.number('size'));
      }),
  },
  'remove-lun': {
    does: 'Takes a logical unit away at once; every session gets 3Fh/0Eh on those that are left.',
    clause: 'SPC-4 §6.33, SAM-5 §5.14',
    parameters: [lun],
    arm: (context) =>
      once(context, ({ bench, settings }) => {
        bench.removeLun(settings.number('lun'));
      }),
  },
  'resize-lun': {
    does: 'Gives a logical unit another size at once; every session gets 2Ah/09h on it.',
    clause: 'SBC-4 §4.7, SAM-5 §5.14',
    parameters: [lun, size('size', 'how large it is then', { isRequired: true })],
    arm: (context) =>
      once(context, ({ bench, settings }) => {
        bench.resizeLun(settings.number('lun'), settings.number('size'));
      }),
  },
  'wrong-identity': {
    does: 'Shows logical units with another serial number and other designators, from the next login on. Removal shows them as they are.',
    clause: 'SPC-4 §7.8.5, §7.8.6',
    parameters: [
      lunSelector,
      text('serial', /^[\x20-\x7e]{1,32}$/, 'WRONG-ONE', 'the serial number', { standard: 'NOT-WHAT-IT-WAS' }),
      choice('from', ['login', 'now'], 'whether it waits for a login', { standard: 'login' }),
      ...connectionSelectors.filter(({ key }) => key === 'initiator'),
    ],
    arm: disguise,
  },
  'volatile-cache': {
    does: 'Holds what is written in memory until it is flushed or forced; a reboot loses what was not. WCE is told. Removal flushes.',
    clause: 'SBC-4 §4.15, §6.5.5',
    parameters: [lunSelector, size('max', 'how much is held at most', { standard: 67_108_864 })],
    arm: startCache,
  },
  reboot: {
    does: 'Cuts all connections, forgets sessions and volatile caches, and listens on the same ports again after a while: at once, or in place of a command where one is chosen.',
    clause: 'RFC 7143 §7.3, §7.4; SAM-5 §5.14',
    parameters: [
      integer('ms', [0, longestMs], 'how long nobody listens', { standard: 0, unit: 'ms' }),
      choice(
        'keep',
        ['all', 'none', 'some'],
        'which of the unflushed writes of volatile caches survive; some by chance',
        {
          standard: 'none',
        },
      ),
      ...commandSelection(1, 'none'),
    ],
    arm: reboot,
  },
};

function once(context: FaultContext, work: (context: FaultContext) => void): FaultPoints {
  work(context);
  context.trigger.count();
  context.trigger.end();
  return {};
}

function disguise({ settings, trigger, bench }: FaultContext): FaultPoints {
  const wanted = settings.maybeNumber('lun');
  const show = (serial: string | undefined): void => {
    for (const unit of bench.units()) if ((wanted ?? unit.number) === unit.number) unit.disguise(serial);
  };
  let isShown = false;
  const begin = (): void => {
    isShown = true;
    show(settings.text('serial'));
    trigger.count();
    trigger.end();
  };
  if (settings.text('from') === 'now') begin();
  return {
    onLogin: ({ connection, isDiscovery }) => {
      if (!isDiscovery && trigger.selects(connection)) begin();
      return undefined;
    },
    undo: () => {
      if (isShown) show(undefined);
    },
  };
}

function startCache({ settings, trigger, bench }: FaultContext): FaultPoints {
  const wanted = settings.maybeNumber('lun');
  const units = bench.units().filter(({ number }) => (wanted ?? number) === number);
  for (const unit of units) {
    void unit.startVolatileCache(settings.number('max')).catch((error: unknown) => {
      bench.report(error);
    });
    bench.modeParametersChanged(unit.number);
    trigger.count();
  }
  trigger.end();
  return {
    undo: () => {
      for (const unit of units) {
        void unit.stopVolatileCache().catch((error: unknown) => {
          bench.report(error);
        });
        bench.modeParametersChanged(unit.number);
      }
    },
  };
}

function reboot({ settings, trigger, bench }: FaultContext): FaultPoints {
  const start = (): void => {
    const keep = settings.text('keep') as 'all' | 'none' | 'some';
    void bench
      .reboot({ downMs: settings.number('ms'), keep, seed: settings.number('seed') })
      .catch((error: unknown) => {
        bench.report(error);
      });
  };
  if (settings.text('command') === 'none') {
    trigger.count();
    trigger.end();
    start();
    return {};
  }
  return {
    onCommand: (command) => {
      if (!concerns(command, settings, trigger) || !trigger.strikes()) return undefined;
      start();
      return { kind: 'never' }; // its task ends with its session
    },
  };
}
