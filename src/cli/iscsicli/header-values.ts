// The values of iscsidsc.h by which commands read and show theirs. The Discovery Library API has them too, but brings the
// control API along, for which every command of hawser would have to wait.

import type * as header from '../../iscsidsc/index.ts';

export const ISCSI_ANY_INITIATOR_PORT: typeof header.ISCSI_ANY_INITIATOR_PORT = 0xffffffff;
export const ISCSI_CHAP_AUTH_TYPE: typeof header.ISCSI_AUTH_TYPES.ISCSI_CHAP_AUTH_TYPE = 1;
export const IKE_AUTHENTICATION_PRESHARED_KEY_METHOD: typeof header.IKE_AUTHENTICATION_METHOD.IKE_AUTHENTICATION_PRESHARED_KEY_METHOD = 1;

export const TARGET_INFORMATION_CLASS: Pick<
  typeof header.TARGET_INFORMATION_CLASS,
  | 'TargetAlias'
  | 'DiscoveryMechanisms'
  | 'PortalGroups'
  | 'PersistentTargetMappings'
  | 'InitiatorName'
  | 'TargetFlags'
  | 'LoginOptions'
> = {
  TargetAlias: 1,
  DiscoveryMechanisms: 2,
  PortalGroups: 3,
  PersistentTargetMappings: 4,
  InitiatorName: 5,
  TargetFlags: 6,
  LoginOptions: 7,
};
