// MSiSCSI_SecurityConfigOperations: preshared keys for IKE, and tunnel addresses. An adapter without nonvolatile memory has the
// service keep them. They are applied nowhere: a login that wants IPsec is refused.

import { statusValue } from '../../base/index.ts';
import type { IkeIdentity } from '../../service/index.ts';
import { ipAddressOf, textOf } from '../ip-address.ts';
import type { MethodBlock } from '../provider/index.ts';
import { IKE_IDENTIFICATION_PAYLOAD_TYPE, ISCSIIPADDRESSTYPE } from '../values/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { adapterNames, adapterOf, placeOf } from './adapters.ts';
import { secretOf, securityOf } from './login-options.ts';
import { addressOf } from './places.ts';
import { answer, done, refuse } from './status.ts';

const { ID_IPV4_ADDR, ID_IPV6_ADDR } = IKE_IDENTIFICATION_PAYLOAD_TYPE;
const idTypes: readonly number[] = Object.values(IKE_IDENTIFICATION_PAYLOAD_TYPE);
const longestName = 255;

/** The class. There is one identity for each port, and one for all that have none of their own. */
export function securityOperations(ground: WmiGround): MethodBlock<'MSiSCSI_SecurityConfigOperations'> {
  const { service } = ground;
  return {
    className: 'MSiSCSI_SecurityConfigOperations',
    instanceNames: adapterNames(ground),
    methods: {
      SetPresharedKeyForId: async (instanceName, { PortNumber, SecurityFlags, IdType, Id, Key }, signal) =>
        await done(async () => {
          if (Key.length === 0) refuse('ISDSC_INVALID_PARAMETER');
          const place = placeOf(adapterOf(ground, instanceName), PortNumber);
          const settings = { ...place, ...securityOf(SecurityFlags, Key), identity: identityOf(IdType, Id) };
          await service.setIkeSettings(settings, { signal });
        }),
      GetPresharedKeyForId: async (instanceName, { PortNumber, IdType, Id }, signal) =>
        await answer(
          async () => {
            const place = placeOf(adapterOf(ground, instanceName), PortNumber);
            const { idType, id } = identityOf(IdType, Id);
            const { identity, hasKey, securityFlags } = await service.ikeSettings(place, { signal });
            const isThere = hasKey && identity?.idType === idType && identity.id === id;
            if (!isThere) refuse('ISDSC_NO_AUTH_INFO_AVAILABLE');
            return { SecurityFlags: BigInt(securityFlags) };
          },
          { SecurityFlags: 0n },
        ),
      SetGroupPresharedKey: async (_instanceName, { Key }, signal) =>
        await done(async () => {
          if (Key.length === 0) refuse('ISDSC_INVALID_PARAMETER');
          await service.setPresharedKey({ key: secretOf(Key) }, { signal });
        }),
      SetTunnelModeOuterAddress: async (instanceName, given, signal) =>
        await done(async () => {
          const destination = addressOf(given.DestinationAddress);
          const outer = addressOf(given.TunnelModeOuterAddress);
          await service.setTunnelAddress(
            {
              ...placeOf(adapterOf(ground, instanceName), given.PortNumber),
              ...(destination === undefined ? {} : { destination }),
              ...(outer === undefined ? {} : { outer }),
            },
            { signal },
          );
        }),
      // Nothing is kept in the adapter, so there is no cache to be emptied, and none that could be out of step.
      ClearCache: noCache,
      SetGenerationalGuid: noCache,
    },
  };
}

async function noCache(): Promise<{ readonly Status: number }> {
  return await Promise.resolve({ Status: statusValue('ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED') });
}

/** An identity: an address by its bytes, or a name. */
function identityOf(idType: number, id: Uint8Array): IkeIdentity {
  if (!idTypes.includes(idType)) refuse('ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED');
  const length = idType === ID_IPV4_ADDR ? 4 : idType === ID_IPV6_ADDR ? 16 : undefined;
  if (id.length === 0 || id.length > longestName || (length !== undefined && id.length !== length)) {
    refuse('ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE');
  }
  return { idType, id: identityText(idType, id) };
}

function identityText(idType: number, id: Uint8Array): string {
  if (idType === ID_IPV4_ADDR) return id.join('.');
  if (idType !== ID_IPV6_ADDR) return new TextDecoder().decode(id);
  return textOf({ ...ipAddressOf(''), Type: ISCSIIPADDRESSTYPE.ISCSI_IP_ADDRESS_IPV6, IpV6Address: id });
}
