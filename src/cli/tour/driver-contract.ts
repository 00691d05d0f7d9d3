// The step of the tour that looks at the sessions as a driver tells of them: MSiSCSI classes, byte by byte.

import { decodeStructure, ntStatus, openWmi } from '../../wmi/index.ts';
import { require } from './checks.ts';
import type { Tour } from './context.ts';

const sessionInfo = 'MSiSCSI_InitiatorSessionInfo';

/** Asks the provider of the service's WMI classes for all sessions and the times of their requests. */
export async function readDriverClasses({ running, guide, signal }: Tour): Promise<void> {
  await guide.step('Read the MSiSCSI classes', async () => {
    const service = running.inProcess;
    const wmi = openWmi({ service, adapters: service.adapters });
    try {
      const { status, instances } = await wmi.queryAllData(sessionInfo, { signal });
      const [{ data } = { data: new Uint8Array() }] = instances;
      require(status === ntStatus.STATUS_SUCCESS, `${sessionInfo} ended with ${status}`);
      const { SessionsList } = decodeStructure(sessionInfo, data);
      const connections = SessionsList.reduce((count, { ConnectionCount }) => count + ConnectionCount, 0);
      require(SessionsList.length === (await service.sessions()).length, 'the sessions are not those of the service');
      const times = await wmi.query('MSiSCSI_RequestTimeStatistics', { signal });
      const slowestUs = Math.max(...times.map(({ value }) => value.MaximumProcessingTime));
      const told = `${sessionInfo}: ${SessionsList.length} sessions with ${connections} connections in ${data.length} bytes; the slowest request took ${(slowestUs / 1000).toFixed(1)} ms`;
      return { told, facts: { sessions: SessionsList.length, connections, bytes: data.length, slowestUs } };
    } finally {
      wmi.close();
    }
  });
}
