// MSiSCSI_HBAInformation: what an adapter is and can do.

import type { DataBlock } from '../provider/index.ts';
import { ISCSI_HBA_FUNCTIONALITY, ISCSI_HBA_STATUS } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** The only version of the protocol that there is (RFC 7143 §11.12.4). */
const protocolVersion = 0;
/** 16 bytes in the header, and as many in an additional one as its length can say (RFC 7143 §11.2.2.2). */
const maxCdbLength = 260;

/** An instance an adapter. */
export function hbaInformation({ service, adapters }: WmiGround): DataBlock<'MSiSCSI_HBAInformation'> {
  return {
    className: 'MSiSCSI_HBAInformation',
    instances: async (signal) => {
      const { version } = await service.status({ signal });
      return adapters.map((adapter) => ({
        instanceName: adapter.name,
        value: {
          UniqueAdapterId: adapter.adapterId,
          // A software initiator on the TCP of its host, which looks names up itself.
          IntegratedTCPIP: true,
          RequiresBinaryIpAddresses: false,
          VersionMin: protocolVersion,
          VersionMax: protocolVersion,
          MultifunctionDevice: false,
          // Secrets and keys are in the store of the service, and in no cache that could be out of step with it.
          CacheValid: false,
          NumberOfPorts: adapter.ports.length,
          Status: ISCSI_HBA_STATUS.ISCSI_HBA_STATUS_WORKING,
          FunctionalitySupported:
            ISCSI_HBA_FUNCTIONALITY.ISCSI_HBA_CHAP_VIA_RADIUS | ISCSI_HBA_FUNCTIONALITY.ISCSI_HBA_ISNS_DISCOVERY,
          GenerationalGuid: new Uint8Array(16),
          MaxCDBLength: maxCdbLength,
          BiDiScsiCommands: false,
          VendorID: 'Hawser',
          VendorModel: 'Hawser iSCSI initiator',
          VendorVersion: version,
          FirmwareVersion: '',
          AsicVersion: '',
          OptionRomVersion: '',
          SerialNumber: '',
          DriverName: 'hawser',
        },
      }));
    },
  };
}
