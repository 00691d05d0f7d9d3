// The ISIDs of the service, kept over its restarts: the sessions of a process that was killed stay at targets that do not
// notice, until a login under the same ISID takes their place (RFC 7143 §6.3.5). See docs/decisions/0015-kept-isids.md.

import { formatIsid, type IsidPlan, parseIsid, randomIsid } from '../../adapter/index.ts';
import { StoreError } from '../../base/index.ts';
import { loginFlag } from '../input/login-options.ts';
import type { LoginRecord } from '../wanted/kinds.ts';
import type { Wanted } from '../wanted/wanted.ts';

/** The ISIDs where instances begin, and those that persistent logins have. */
export class KeptIsids {
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** What an instance allocates by; where it begins is chance the first time, and the same ever after. */
  planOf(instance: string): IsidPlan {
    const { instanceIsids, loginIsids } = this.#wanted;
    const kept = instanceIsids.get(instance.toLowerCase());
    const isid = kept?.isid ?? formatIsid(randomIsid());
    if (kept === undefined) instanceIsids.put({ owner: instance.toLowerCase(), isid });
    return {
      first: parseIsid(isid),
      isReserved: (targetName, candidate) => {
        const text = formatIsid(candidate);
        return loginIsids
          .all()
          .some((each) => each.isid === text && this.#login(each.owner)?.targetName === targetName);
      },
    };
  }

  /**
   * The ISID for a login: that of the persistent login itself, or, where one session is enough, that of another persistent
   * login for such a session. Undefined for any.
   */
  of(record: LoginRecord): number | undefined {
    const { logins, loginIsids } = this.#wanted;
    const own = loginIsids.get(logins.keyOf(record));
    const kept =
      own ?? (isMultipath(record) ? undefined : loginIsids.all().find(({ owner }) => this.#isAlike(owner, record)));
    return kept === undefined ? undefined : parseIsid(kept.isid);
  }

  /** The session of a persistent login has this ISID. Two logins for sessions of their own never have the same. */
  keep(key: string, isid: number): void {
    const { loginIsids } = this.#wanted;
    const record = this.#login(key);
    const text = formatIsid(isid);
    if (record === undefined || loginIsids.get(key)?.isid === text) return;
    const others = loginIsids
      .all()
      .filter((each) => each.isid === text && this.#login(each.owner)?.targetName === record.targetName);
    if (others.some(({ owner }) => !this.#isAlike(owner, record))) return;
    try {
      loginIsids.put({ owner: key, isid: text });
    } catch (error) {
      // The session is there all the same, and the disk may have space again when it comes back the next time.
      if (!(error instanceof StoreError)) throw error;
    }
  }

  /** Whether a persistent login would be content with the session that `record` makes. */
  #isAlike(key: string, record: LoginRecord): boolean {
    const login = this.#login(key);
    return (
      login !== undefined &&
      login.targetName === record.targetName &&
      login.isInformational === record.isInformational &&
      login.instance === record.instance &&
      !isMultipath(login) &&
      !isMultipath(record)
    );
  }

  #login(key: string): LoginRecord | undefined {
    return this.#wanted.logins.get(key);
  }
}

function isMultipath({ loginOptions }: LoginRecord): boolean {
  return ((loginOptions.loginFlags ?? 0) & loginFlag.multipath) !== 0;
}
