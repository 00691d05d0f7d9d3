// Letting go of a link that nobody wants.

import { deferred } from '../base/index.ts';
import type { Link } from './driver.ts';

/** Resets a link for which there is no use, and waits for its end. @internal */
export async function releaseLink(link: Link): Promise<void> {
  const closed = deferred();
  link.start({
    received: () => {},
    written: () => {},
    ended: () => {},
    closed: () => {
      closed.resolve();
    },
  });
  link.reset();
  await closed.promise;
}
