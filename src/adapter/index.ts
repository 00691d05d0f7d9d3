// An initiator instance and its operations: discovery, login, sessions with their devices, safe logout, and URLs.

export { lunToNumber } from '../scsi/index.ts';
export type { ChapCredentials, ConnectOptions, ExistingSession, LoginWishes } from './connect-options.ts';
export { Initiator, type InitiatorOptions } from './initiator.ts';
export { checkName, defaultInitiatorName } from './initiator-name.ts';
export { InitiatorSession, type LogoutOptions, type LogoutReport } from './initiator-session.ts';
export { formatIscsiUrl, type IscsiUrl, parseIscsiUrl, parsePortal, toChap, toConnectOptions } from './iscsi-url.ts';
export { formatIsid, type IsidParts, parseIsid } from './isid.ts';
