// LIO as the target of scenarios: all are targets of one guest, which go away by being disabled.

import type { LioVm } from '../lio-vm.ts';
import type { OpenOpponent } from './opponent.ts';

/** Opens targets of a guest that runs. They last as long as it does. */
export function openLioIn(vm: LioVm): OpenOpponent {
  return async (tag, { chap, mutual }) => {
    const target = await vm.addTarget(tag, { ...(chap && { chap: { ...chap, ...(mutual && { mutual }) } }) });
    const { host, port, targetName } = target;
    const enable = async (value: 0 | 1): Promise<void> => {
      const { status, output } = await vm.run(
        `echo ${value} >/sys/kernel/config/target/iscsi/${targetName}/tpgt_1/enable`,
      );
      if (status !== 0) throw new Error(`${targetName} could not be switched: ${output}`);
    };
    return {
      targetName,
      portal: { host, port },
      lun: 0,
      takesConnections: true,
      sessions: async () =>
        (await target.sessions()).map(({ initiatorName, connections }) => ({
          initiatorName,
          connections: connections.length,
        })),
      goAway: async () => {
        await enable(0);
        await enable(1);
      },
      async [Symbol.asyncDispose]() {
        await target.settled();
      },
    };
  };
}
