// Value sets of iscsicfg.h, under the names of the header.

/** `LinkState` of MSiSCSI_NICConfig. */
export const ISCSI_NIC_LINKSTATE = {
  /** Down. */
  ISCSI_NIC_LINKSTATE_DISCONNECTED: 0,
  /** Up. */
  ISCSI_NIC_LINKSTATE_CONNECTED: 1,
} as const;

/** Elements of `EncryptionAvailable` of MSiSCSI_SecurityCapabilities. */
export const ISCSI_ENCRYPTION_TYPES = {
  /** None. */
  ISCSI_ENCRYPT_NONE: 0,
  /** 3DES with HMAC-SHA1. */
  ISCSI_ENCRYPT_3DES_HMAC_SHA1: 1,
  /** AES counter mode. */
  ISCSI_ENCRYPT_AES_CTR: 2,
} as const;
