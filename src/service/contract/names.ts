// The words that every face of the service speaks: ids, addresses, secrets.

/**
 * The id of a session or of a connection: the adapter's part and its own part, 64 bits each as 16 hexadecimal digits with
 * a hyphen between them, as ISCSI_UNIQUE_SESSION_ID of iscsidsc.h has them (AdapterUnique, AdapterSpecific). Opaque:
 * neither ISID nor TSIH nor CID, and the same for as long as the session or the connection is kept, over every reconnection.
 */
export type UniqueId = string;

/** Where a target, a discovery service or a portal listens: a host name or an IP address without brackets, and a TCP port. */
export interface PortalAddress {
  readonly host: string;
  readonly port: number;
}

/** An address of a target, with the portal group that it belongs to where that is known (RFC 7143 §4.2.7.1). */
export interface TargetPortal extends PortalAddress {
  readonly portalGroupTag?: number;
}

/** A secret as it comes in: text, taken as UTF-8, or bytes in hexadecimal. None ever comes out again. */
export type Secret = string | { readonly hex: string };

/** A LUN: a number for the usual ones, or the 8 bytes of the LUN field (SAM-5 §4.7) as 16 hexadecimal digits. */
export type LunName = number | string;

/** Ends the waiting for an operation; what has been begun by then is ended in order behind it. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** The initiator port that every port is meant by (ISCSI_ANY_INITIATOR_PORT of iscsidsc.h). */
export const anyInitiatorPort = 0xffffffff;

/** Which adapter, and which of its ports. Both are any unless given. */
export interface InitiatorPlace {
  /** For example `Root\ISCSIPRT\0000_0`. */
  readonly instance?: string;
  readonly initiatorPort?: number;
}
