// Value sets of iscsidef.h, under the names of the header.

export {
  ISCSI_AUTH_TYPES,
  ISCSI_DIGEST_TYPES,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  ISCSI_SECURITY_FLAGS,
} from '../../base/index.ts';

/** `Type` of ISCSI_IP_Address: which member has the address. */
export const ISCSIIPADDRESSTYPE = {
  /** DNS or dotted text. */
  ISCSI_IP_ADDRESS_TEXT: 0,
  /** Binary IPv4. */
  ISCSI_IP_ADDRESS_IPV4: 1,
  /** Binary IPv6. */
  ISCSI_IP_ADDRESS_IPV6: 2,
  /** None. */
  ISCSI_IP_ADDRESS_EMPTY: 3,
} as const;
