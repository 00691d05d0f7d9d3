// MSiSCSI_PortalInfoClass: the portals of an adapter, which are the addresses that its connections start from.

import { ipAddressOf } from '../ip-address.ts';
import type { DataBlock } from '../provider/index.ts';
import { ISCSI_CONNECTION_PROTOCOL, ISCSI_PORTAL_TYPE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** All in one group: a session may have connections from any of them. */
const portalGroupTag = 1;

/** An instance an adapter. `Index` is the port number of LoginToTarget; no port is bound to a TCP port of its own. */
export function portalInfo({ adapters }: WmiGround): DataBlock<'MSiSCSI_PortalInfoClass'> {
  return {
    className: 'MSiSCSI_PortalInfoClass',
    instances: () =>
      adapters.map(({ name, ports }) => ({
        instanceName: name,
        value: {
          PortalInformation: ports.map((address, index) => ({
            Index: index,
            PortalType: ISCSI_PORTAL_TYPE.InitiatorPortals,
            Protocol: ISCSI_CONNECTION_PROTOCOL.TCP,
            IPAddr: ipAddressOf(address),
            Port: 0,
            PortalTag: portalGroupTag,
          })),
        },
      })),
  };
}
