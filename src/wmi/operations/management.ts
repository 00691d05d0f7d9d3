// MSiSCSI_ManagementOperations: an adapter's own ping.

import { statusValue } from '../../base/index.ts';
import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterNames } from './adapters.ts';

/**
 * PingIPAddress is for adapters with a network of their own. A program in user space may not send ICMP without a privilege,
 * and a TCP connection to some port is no echo request: its host is to use its own `ping`, as the documents say.
 */
export function managementOperations(ground: WmiGround): MethodBlock<'MSiSCSI_ManagementOperations'> {
  return {
    className: 'MSiSCSI_ManagementOperations',
    instanceNames: adapterNames(ground),
    methods: {
      PingIPAddress: async () =>
        await Promise.resolve({ Status: statusValue('ISDSC_REQUEST_NOT_SUPPORTED'), ResponsesReceived: 0 }),
    },
  };
}
