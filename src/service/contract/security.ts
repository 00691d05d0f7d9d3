// Secrets and the settings of CHAP, RADIUS and IPsec, as they are set and as they are shown: never with their values.

import type { InitiatorPlace, PortalAddress, Secret } from './names.ts';

/** A secret that is kept, without its value. */
export interface SecretInfo {
  /** What it is for, for example `initiator CHAP secret` or `persistent login to iqn…`. */
  readonly name: string;
  /** In bytes. */
  readonly length: number;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** Who an IKE identity is (IKE_IDENTIFICATION_PAYLOAD_TYPE): 1 IPv4 address, 2 FQDN, 3 user FQDN, 5 IPv6 address. */
export interface IkeIdentity {
  readonly idType: number;
  readonly id: string;
}

/** IKE settings of an initiator, or of one of its ports (IKE_AUTHENTICATION_PRESHARED_KEY). */
export interface IkeSettingsInput extends InitiatorPlace {
  readonly securityFlags: number;
  readonly identity?: IkeIdentity;
  readonly key?: Secret;
  readonly persists?: boolean;
}

/** IKE settings as they are kept. The host applies none: see docs/iscsidsc.md. */
export interface IkeSettings extends InitiatorPlace {
  readonly securityFlags: number;
  readonly identity: IkeIdentity | undefined;
  readonly hasKey: boolean;
}

/** The outer address of an IPsec tunnel. */
export interface TunnelAddress extends InitiatorPlace {
  /** Undefined for every destination. */
  readonly destination?: string;
  /** Undefined takes the setting away. */
  readonly outer?: string;
  readonly persists?: boolean;
}

/** A RADIUS server (RFC 2865). */
export type RadiusServer = PortalAddress;
