// What the host does of IPsec for iSCSI, which is nothing: MSiSCSI_SecurityCapabilities says so, and the counters of IKE
// have no instances.

import type { DataBlock } from '../provider/index.ts';
import { ISCSI_ENCRYPTION_TYPES } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** An instance an adapter. */
export function securityCapabilities({ adapters }: WmiGround): DataBlock<'MSiSCSI_SecurityCapabilities'> {
  return {
    className: 'MSiSCSI_SecurityCapabilities',
    instances: () =>
      adapters.map(({ name }) => ({
        instanceName: name,
        value: {
          ProtectiScsiTraffic: false,
          ProtectiSNSTraffic: false,
          CertificatesSupported: false,
          EncryptionAvailable: [ISCSI_ENCRYPTION_TYPES.ISCSI_ENCRYPT_NONE],
        },
      })),
  };
}

/** There is no IKE main mode here, and so nothing to count. */
export const mainModeStatistics: DataBlock<'MSiSCSI_MMIPSECStats'> = {
  className: 'MSiSCSI_MMIPSECStats',
  instances: () => [],
};

/** Nor is there a quick mode. */
export const quickModeStatistics: DataBlock<'MSiSCSI_QMIPSECStats'> = {
  className: 'MSiSCSI_QMIPSECStats',
  instances: () => [],
};
