// MSiSCSI_RedirectPortalInfoClass: where the logins of all connections were sent to by the portals that were asked.

import type { InstanceConnection, InstanceSession } from '../../adapter/index.ts';
import { parsePortal } from '../../base/index.ts';
import { ipAddressOf } from '../ip-address.ts';
import type { StructureInput } from '../layout/index.ts';
import type { DataBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';

/** An instance an adapter. */
export function redirectInfo({ adapters }: WmiGround): DataBlock<'MSiSCSI_RedirectPortalInfoClass'> {
  return {
    className: 'MSiSCSI_RedirectPortalInfoClass',
    instances: () =>
      adapters.map((adapter) => ({
        instanceName: adapter.name,
        value: { UniqueAdapterId: adapter.adapterId, RedirectSessionList: adapter.sessions().map(asRedirects) },
      })),
  };
}

function asRedirects({
  uniqueSessionId,
  session,
  connections,
}: InstanceSession): StructureInput<'ISCSI_RedirectSessionInfo'> {
  return {
    UniqueSessionId: uniqueSessionId,
    TargetPortalGroupTag: session.parameters.targetPortalGroupTag ?? 0,
    RedirectPortalList: connections.map(asRedirect),
  };
}

/** A connection that is lost asks its portal again, and is not redirected before that has answered. */
function asRedirect({
  uniqueConnectionId,
  address,
  facts,
}: InstanceConnection): StructureInput<'ISCSI_RedirectPortalInfo'> {
  const redirect = facts?.redirect;
  const { host, port } = redirect?.from ?? parsePortal(address);
  return {
    UniqueConnectionId: uniqueConnectionId,
    OriginalIPAddr: ipAddressOf(host),
    OriginalPort: port,
    RedirectedIPAddr: ipAddressOf(redirect?.to.host ?? ''),
    RedirectedPort: redirect?.to.port ?? 0,
    Redirected: redirect === undefined ? 0 : 1,
    TemporaryRedirect: redirect?.isTemporary === true ? 1 : 0,
  };
}
