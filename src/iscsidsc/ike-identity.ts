// Who an IKE identity is: an address or a name, as text or as the bytes of RFC 2407 §4.6.2.

import { ikeIdentityText } from '../base/index.ts';
import type { IkeIdentity } from '../service/index.ts';
import { refuse } from './answer.ts';
import { isNull, type Members, readBytes, readUnsigned, requireCount } from './arguments.ts';
import { IKE_IDENTIFICATION_PAYLOAD_TYPE } from './values.ts';

const { ID_IPV4_ADDR, ID_IPV6_ADDR } = IKE_IDENTIFICATION_PAYLOAD_TYPE;
const types: readonly number[] = Object.values(IKE_IDENTIFICATION_PAYLOAD_TYPE);

const longestName = 255;

/** The identity in a IKE_AUTHENTICATION_PRESHARED_KEY; undefined where there is none. */
export function readIdentity(members: Members): IkeIdentity | undefined {
  if (isNull(members['Id']) || members['Id'] === '') return undefined;
  const idType = readUnsigned(members['IdType'], 'AuthInfo.PsKey.IdType', 8);
  if (!types.includes(idType)) {
    refuse('ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED', `There is no IKE identity of type ${idType}`);
  }
  const bytes = readBytes(members['Id'], 'AuthInfo.PsKey.Id');
  requireCount(bytes.length, 'AuthInfo.PsKey.Id', members['IdLengthInBytes']);
  const id = typeof members['Id'] === 'string' ? asAddress(members['Id'], idType) : ikeIdentityText(bytes, idType);
  return id === undefined
    ? refuse(
        'ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE',
        `An IKE identity of type ${idType} cannot have ${bytes.length} bytes`,
      )
    : { idType, id };
}

/** Text as it stands, where it is of the type's form. */
function asAddress(text: string, idType: number): string | undefined {
  if (idType === ID_IPV4_ADDR) return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) ? text : undefined;
  if (idType === ID_IPV6_ADDR) return /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text) ? text : undefined;
  return text.length > longestName ? undefined : text;
}
