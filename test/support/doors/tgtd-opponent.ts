// tgtd as the target of scenarios: a process for each, which goes away by being killed.

import { startTgtd, type TgtdOptions } from '../tgtd.ts';
import type { OpenOpponent } from './opponent.ts';

export const openTgtd: OpenOpponent = async (tag, { chap, mutual }) => {
  const options: TgtdOptions = {
    targetName: `iqn.2026-11.hawser.tgtd:${tag}`,
    luns: [{ sizeBytes: 1 << 20 }],
    ...(chap && { chap }),
    ...(mutual && { mutual }),
  };
  let tgtd = await startTgtd(options);
  const { host, port, targetName } = tgtd;
  return {
    targetName,
    portal: { host, port },
    lun: 1,
    takesConnections: false,
    sessions: async () => await tgtd.sessions(),
    goAway: async () => {
      await tgtd[Symbol.asyncDispose]();
      tgtd = await startTgtd({ ...options, port });
    },
    async [Symbol.asyncDispose]() {
      await tgtd[Symbol.asyncDispose]();
    },
  };
};
