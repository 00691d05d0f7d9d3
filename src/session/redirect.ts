// Where a login was sent by the portal that was asked (RFC 7143 §11.13.5, class 1).

import type { Portal } from './portal.ts';

/** A login that another portal took than the one that was asked. */
export interface Redirect {
  /** The portal that was asked, as its user named it. */
  readonly from: Portal;
  /** The portal that took the login, after the last of the redirects. */
  readonly to: Portal;
  /** Whether one of the redirects was for a while only (0101h): then the next login asks the first portal again. */
  readonly isTemporary: boolean;
}
