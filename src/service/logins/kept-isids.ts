// The ISIDs of the service, kept over its restarts: the sessions of a process that was killed stay at targets that do not
// notice, until a login under the same ISID takes their place (RFC 7143 §6.3.5). See docs/decisions/0015-kept-isids.md.

import { formatIsid, type IsidPlan, parseIsid, randomIsid } from '../../adapter/index.ts';
import { nextTurn, StoreError } from '../../base/index.ts';
import { loginFlag } from '../input/login-options.ts';
import type { IsidRecord, LoginRecord } from '../wanted/kinds.ts';
import type { Wanted } from '../wanted/wanted.ts';

/** How many ISIDs an instance has: those that differ from each other in their last 16 bits. */
const qualifiers = 0x1_0000;

/** The ISIDs where instances begin, and those that persistent logins have. */
export class KeptIsids {
  readonly #wanted: Wanted;
  /** What is to be written next, by key. Each write waits for the disk, so one is made for all logins that come up at once. */
  readonly #pending = new Map<string, IsidRecord>();
  #writing: Promise<void> | undefined;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** What an instance allocates by; where it begins is chance the first time, and the same ever after. */
  planOf(instance: string): IsidPlan {
    const { instanceIsids } = this.#wanted;
    const kept = instanceIsids.get(instance.toLowerCase());
    const isid = kept?.isid ?? formatIsid(randomIsid());
    if (kept === undefined) instanceIsids.put({ owner: instance.toLowerCase(), isid });
    return {
      first: parseIsid(isid),
      isReserved: (targetName, candidate) => {
        const text = formatIsid(candidate);
        return this.#all().some((each) => each.isid === text && this.#login(each.owner)?.targetName === targetName);
      },
    };
  }

  /**
   * The ISID for a login: that of the persistent login itself, or, where one session is enough, that of another persistent
   * login for such a session. Undefined for any.
   */
  of(record: LoginRecord): number | undefined {
    const { logins } = this.#wanted;
    const own = this.#get(logins.keyOf(record));
    const kept =
      own ?? (isMultipath(record) ? undefined : this.#all().find(({ owner }) => this.#isAlike(owner, record)));
    return kept === undefined ? undefined : parseIsid(kept.isid);
  }

  /** The ISID of an instance that ends with these 16 bits; undefined where a login to the target has it. */
  freeOf(instance: string, targetName: string, qualifier: number): number | undefined {
    const { first, isReserved } = this.planOf(instance);
    const isid = first - (first % qualifiers) + qualifier;
    return isReserved(targetName, isid) ? undefined : isid;
  }

  /** The session of a persistent login has this ISID. Two logins for sessions of their own never have the same. */
  keep(key: string, isid: number): void {
    const record = this.#login(key);
    const text = formatIsid(isid);
    if (record === undefined || this.#get(key)?.isid === text) return;
    const others = this.#all().filter((each) => {
      return each.isid === text && this.#login(each.owner)?.targetName === record.targetName;
    });
    if (others.some(({ owner }) => !this.#isAlike(owner, record))) return;
    this.#pending.set(key, { owner: key, isid: text });
    this.#writing ??= this.#writeSoon();
  }

  /** Settles, and never rejects, when all has been written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #writeSoon(): Promise<void> {
    await nextTurn();
    this.#writing = undefined;
    const records = [...this.#pending.values()].filter(({ owner }) => this.#login(owner) !== undefined);
    this.#pending.clear();
    try {
      this.#wanted.loginIsids.putAll(records);
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

  #get(key: string): IsidRecord | undefined {
    return this.#pending.get(key) ?? this.#wanted.loginIsids.get(key);
  }

  #all(): IsidRecord[] {
    const kept = this.#wanted.loginIsids.all().filter(({ owner }) => !this.#pending.has(owner));
    return [...kept, ...this.#pending.values()];
  }

  #login(key: string): LoginRecord | undefined {
    return this.#wanted.logins.get(key);
  }
}

function isMultipath({ loginOptions }: LoginRecord): boolean {
  return ((loginOptions.loginFlags ?? 0) & loginFlag.multipath) !== 0;
}
