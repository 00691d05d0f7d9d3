// MSiSCSI_Operations: iSNS and RADIUS servers, and the secrets of CHAP and RADIUS. The service keeps them, for all adapters.

import { chapSecretLength } from '../../base/index.ts';
import type { StructureValue } from '../layout/index.ts';
import type { MethodBlock } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { secretOf } from './login-options.ts';
import { addressOf } from './places.ts';
import { done, refuse } from './status.ts';

type Methods = MethodBlock<'MSiSCSI_Operations'>['methods'];

/** The methods. A secret that is set replaces the one before; none ever comes out. */
export function serverMethods({
  service,
}: WmiGround): Pick<
  Methods,
  | 'SetCHAPSharedSecret'
  | 'SetRADIUSSharedSecret'
  | 'AddiSNSServer'
  | 'RemoveiSNSServer'
  | 'AddRADIUSServer'
  | 'RemoveRADIUSServer'
> {
  return {
    SetCHAPSharedSecret: async (_instanceName, { SharedSecret }, signal) =>
      await done(async () => {
        const { least, most } = chapSecretLength;
        if (SharedSecret.length < least || SharedSecret.length > most) refuse('ISDSC_INVALID_INITIATOR_CHAP_SECRET');
        await service.setChapSecret({ secret: secretOf(SharedSecret) }, { signal });
      }),
    SetRADIUSSharedSecret: async (_instanceName, { SharedSecret }, signal) =>
      await done(
        async () => {
          await service.setRadiusSecret({ secret: secretOf(SharedSecret) }, { signal });
        },
        { SERVICE_SECRET_INVALID: 'ISDSC_INVALID_PARAMETER' },
      ),
    AddiSNSServer: async (_instanceName, { iSNSServerName }, signal) =>
      await done(async () => await service.addIsnsServer({ address: iSNSServerName }, { signal })),
    RemoveiSNSServer: async (_instanceName, { iSNSServerName }, signal) =>
      await done(async () => {
        await service.removeIsnsServer({ address: iSNSServerName }, { signal });
      }),
    AddRADIUSServer: async (_instanceName, { RADIUSIPAddress }, signal) =>
      await done(async () => {
        await service.addRadiusServer({ address: serverOf(RADIUSIPAddress) }, { signal });
      }),
    RemoveRADIUSServer: async (_instanceName, { RADIUSIPAddress }, signal) =>
      await done(
        async () => {
          await service.removeRadiusServer({ address: serverOf(RADIUSIPAddress) }, { signal });
        },
        // The usual one is of iSNS servers, and there is none of RADIUS servers.
        { SERVICE_SERVER_UNKNOWN: 'ISDSC_INVALID_PARAMETER' },
      ),
  };
}

function serverOf(address: StructureValue<'ISCSI_IP_Address'>): string {
  const text = addressOf(address) ?? refuse('ISDSC_INVALID_PARAMETER');
  // With a zone, an address stands in brackets, and so its colons are no port's.
  return text.includes('%') ? `[${text}]` : text;
}
