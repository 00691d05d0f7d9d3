// The calls for CHAP and IPsec: SetIScsiInitiatorCHAPSharedSecret, SetIScsiGroupPresharedKey, SetIScsiIKEInfo,
// GetIScsiIKEInfo, SetIScsiTunnelModeOuterAddress.
//
// The settings of IPsec are kept and given back, keys excepted. No host lets a program in user space apply them, so a login
// that asks for IPsec is ISDSC_IPSEC_NOT_SUPPORTED_ON_OS, rather than one that goes without.

import { chapSecretLength } from '../base/index.ts';
import type { IkeIdentity, IkeSettings, InitiatorService } from '../service/index.ts';
import { type Answer, answer, badArgument, refuse } from './answer.ts';
import {
  asSecret,
  isNull,
  readBoolean,
  readBytes,
  readOptionalText,
  readStructure,
  readUnsigned,
  requireNull,
} from './arguments.ts';
import { readIdentity } from './ike-identity.ts';
import { readPlace } from './place.ts';
import { readSecurityFlags } from './security-flags.ts';
import { readKey } from './sessions.ts';
import type { IKE_AUTHENTICATION_INFORMATION, IkeAuthenticationInput } from './structures.ts';
import { IKE_AUTHENTICATION_METHOD, MAX_ISCSI_TEXT_ADDRESS_LEN } from './values.ts';

/** CHAP and IPsec. */
export interface SecurityCalls {
  /** Sets the secret that targets prove themselves with in mutual CHAP: 12 to 16 bytes. */
  SetIScsiInitiatorCHAPSharedSecret(SharedSecret: string | Uint8Array): Promise<Answer>;
  /** Keeps the preshared key that holds where there is none of an initiator's. */
  SetIScsiGroupPresharedKey(Key: string | Uint8Array, Persist: boolean): Promise<Answer>;
  /** Keeps the IPsec settings of an initiator or of one of its ports. */
  SetIScsiIKEInfo(
    InitiatorName: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    AuthInfo: IkeAuthenticationInput,
    Persist: boolean,
  ): Promise<Answer>;
  /** Gives them back without the key; with AuthInfo, only those of the identity in it. */
  GetIScsiIKEInfo(
    InitiatorName: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    Reserved?: null,
    AuthInfo?: IkeAuthenticationInput | null,
  ): Promise<Answer<{ readonly AuthInfo: IKE_AUTHENTICATION_INFORMATION }>>;
  /** Keeps the outer address of a tunnel to a destination, or to all; null takes it away. */
  SetIScsiTunnelModeOuterAddress(
    InitiatorName: string | null | undefined,
    InitiatorPortNumber: number | null | undefined,
    DestinationAddress: string | null | undefined,
    OuterModeAddress: string | null | undefined,
    Persist: boolean,
  ): Promise<Answer>;
}

const { IKE_AUTHENTICATION_PRESHARED_KEY_METHOD: presharedKeyMethod } = IKE_AUTHENTICATION_METHOD;

/** The calls over a service. */
export function securityCalls(service: InitiatorService): SecurityCalls {
  return {
    SetIScsiInitiatorCHAPSharedSecret: async (SharedSecret) =>
      await answer(async () => {
        const bytes = readBytes(SharedSecret, 'SharedSecret');
        const { least, most } = chapSecretLength;
        if (bytes.length < least || bytes.length > most) {
          const why = `A CHAP secret has ${least} to ${most} bytes, not ${bytes.length}`;
          refuse('ISDSC_INVALID_INITIATOR_CHAP_SECRET', why);
        }
        await service.setChapSecret({ secret: asSecret(bytes) });
        return {};
      }),
    SetIScsiGroupPresharedKey: async (Key, Persist) =>
      await answer(async () => {
        const { key = badArgument('Key', 'of one byte or more') } = readKey(Key);
        await service.setPresharedKey({ key, persists: readBoolean(Persist, 'Persist') });
        return {};
      }),
    SetIScsiIKEInfo: async (InitiatorName, InitiatorPortNumber, AuthInfo, Persist) =>
      await answer(async () => {
        await service.setIkeSettings({
          ...readPlace(InitiatorName, InitiatorPortNumber, 'InitiatorName'),
          ...readAuthInfo(AuthInfo),
          persists: readBoolean(Persist, 'Persist'),
        });
        return {};
      }),
    GetIScsiIKEInfo: async (InitiatorName, InitiatorPortNumber, Reserved, AuthInfo) =>
      await answer(async () => {
        requireNull(Reserved, 'Reserved');
        const place = readPlace(InitiatorName, InitiatorPortNumber, 'InitiatorName');
        const wanted = isNull(AuthInfo) ? undefined : readAuthInfo(AuthInfo).identity;
        const settings = await service.ikeSettings(place);
        if (isEmpty(settings) || (wanted !== undefined && !isSame(wanted, settings.identity))) {
          refuse('ISDSC_NO_AUTH_INFO_AVAILABLE', 'No IKE settings are kept for this');
        }
        return { AuthInfo: asAuthInfo(settings) };
      }),
    SetIScsiTunnelModeOuterAddress: async (...given) =>
      await answer(async () => {
        const [InitiatorName, InitiatorPortNumber, DestinationAddress, OuterModeAddress, Persist] = given;
        const destination = readAddress(DestinationAddress, 'DestinationAddress');
        const outer = readAddress(OuterModeAddress, 'OuterModeAddress');
        await service.setTunnelAddress({
          ...readPlace(InitiatorName, InitiatorPortNumber, 'InitiatorName'),
          ...(destination === undefined ? {} : { destination }),
          ...(outer === undefined ? {} : { outer }),
          persists: readBoolean(Persist, 'Persist'),
        });
        return {};
      }),
  };
}

interface AuthInfo {
  readonly securityFlags: number;
  readonly identity?: IkeIdentity;
  readonly key?: { readonly hex: string };
}

function readAuthInfo(value: unknown): AuthInfo {
  const { AuthMethod, PsKey } = readStructure(value, 'AuthInfo');
  if (readUnsigned(AuthMethod, 'AuthInfo.AuthMethod', 32) !== presharedKeyMethod) {
    badArgument('AuthInfo.AuthMethod', 'IKE_AUTHENTICATION_PRESHARED_KEY_METHOD');
  }
  const members = readStructure(PsKey, 'AuthInfo.PsKey');
  const identity = readIdentity(members);
  const { securityFlags = 0 } = readSecurityFlags(members['SecurityFlags'], 'AuthInfo.PsKey.SecurityFlags');
  return { securityFlags, ...(identity === undefined ? {} : { identity }), ...readKey(members['Key']) };
}

function asAuthInfo({ securityFlags, identity }: IkeSettings): IKE_AUTHENTICATION_INFORMATION {
  const Id = identity?.id ?? '';
  return {
    AuthMethod: presharedKeyMethod,
    PsKey: {
      SecurityFlags: securityFlags,
      IdType: identity?.idType ?? 0,
      IdLengthInBytes: Buffer.byteLength(Id),
      Id,
      KeyLengthInBytes: 0,
      Key: '',
    },
  };
}

function isEmpty({ securityFlags, identity, hasKey }: IkeSettings): boolean {
  return securityFlags === 0 && identity === undefined && !hasKey;
}

function isSame(a: IkeIdentity, b: IkeIdentity | undefined): boolean {
  return a.idType === b?.idType && a.id === b.id;
}

function readAddress(value: unknown, name: string): string | undefined {
  return readOptionalText(value, name, MAX_ISCSI_TEXT_ADDRESS_LEN - 1);
}
