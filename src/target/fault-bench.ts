// The target as faults get it in their hands.

import { type CrashOptions, createMemoryDevice } from '../block/index.ts';
import type { TargetCore } from './core.ts';
import type { LunOptions } from './device-server/logical-unit.ts';
import { condition } from './device-server/sense.ts';
import type { FaultBench } from './faults/bench.ts';
import type { HookConnection } from './hooks.ts';
import { sessionInfo } from './target-session.ts';

/** Stands for the connection of an error that has none. */
const nobody: HookConnection = {
  connectionId: 0,
  initiatorName: '',
  cid: 0,
  sessionId: 0,
  pdusReceived: 0,
  pdusSent: 0,
};

/** What the bench needs of the target besides its core. */
export interface BenchTarget {
  addLun(lun: LunOptions): void;
  removeLun(number: number): void;
  resizeLun(number: number, size: number): void;
  reboot(options: CrashOptions & { readonly downMs: number }): Promise<void>;
}

/** Makes the bench of one target. */
export function makeFaultBench(core: TargetCore, target: BenchTarget): FaultBench {
  return {
    sessions: () => core.sessions.all(),
    owned: (session) => sessionInfo(core, session),
    units: () => core.server.units(),
    addLun: (lun, size) => {
      target.addLun({ lun, device: createMemoryDevice(size) });
    },
    removeLun: (number) => {
      target.removeLun(number);
    },
    resizeLun: (number, size) => {
      target.resizeLun(number, size);
    },
    modeParametersChanged: (number) => {
      core.establishAttention(number, condition.modeParametersChanged);
    },
    reboot: async (options) => {
      await target.reboot(options);
    },
    report: (error) => {
      core.options.hooks.onError?.(error, nobody);
    },
  };
}
