// The sizes of devices that nobody has opened: asked once (READ CAPACITY), and again when a device says that it has changed.

import { mediumSize } from '../../adapter/index.ts';
import { type Clock, TimeoutError, withDeadline } from '../../base/index.ts';
import type { DeviceFacts } from '../../devices/index.ts';
import type { UniqueId } from '../contract/names.ts';
import type { Instances } from '../instances.ts';
import type { Entry } from '../sessions/sessions.ts';
import { formatUniqueId } from '../unique-ids.ts';

/** PERIPHERAL DEVICE TYPE of a direct access block device (SPC-4 table 143). */
const disk = 0;

/** How long a list of devices waits for a size; without it, the device is shown all the same. */
const limitMs = 2_000;

/** What devices said of their sizes. */
export class Capacities {
  readonly #clock: Clock;
  /** By session, then by LUN, in bytes. */
  readonly #known = new Map<UniqueId, Map<number, number>>();

  constructor(instances: Instances, clock: Clock) {
    this.#clock = clock;
    for (const { adapterId, events } of instances.all) {
      for (const name of ['device', 'sessionLost', 'loggedOut'] as const) {
        events.on(name, ({ uniqueSessionId }: Entry['facts']) => {
          this.#known.delete(formatUniqueId(adapterId, uniqueSessionId));
        });
      }
    }
  }

  /** The size of a device in bytes: what its holders know, or what it says. Undefined where it has none or does not answer. */
  async sizeOf(entry: Entry, device: DeviceFacts, signal: AbortSignal): Promise<number | undefined> {
    const { sessionId, facts } = entry;
    const { lun, size, deviceType, state } = device;
    const known = size ?? this.#known.get(sessionId)?.get(lun);
    if (known !== undefined || deviceType !== disk || state !== 'present') return known;
    if (facts.session.state !== 'loggedIn') return undefined;
    const asked = await this.#ask(entry, lun, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (asked !== undefined) this.#of(sessionId).set(lun, asked);
    return asked;
  }

  async #ask({ instance, facts }: Entry, lun: number, signal: AbortSignal): Promise<number | undefined> {
    const late = (): TimeoutError =>
      new TimeoutError('ISCSI_TASK_TIMEOUT', `READ CAPACITY was not answered in ${limitMs} ms`, {
        operation: 'READ CAPACITY',
        limitMs,
      });
    return await withDeadline(this.#clock, limitMs, late, signal, async (both) => {
      const { scsiStatus, response } = await instance.scsiReadCapacity(facts.uniqueSessionId, lun, both);
      return scsiStatus === 0 ? mediumSize(response) : undefined;
    });
  }

  #of(sessionId: UniqueId): Map<number, number> {
    const sizes = this.#known.get(sessionId) ?? new Map<number, number>();
    this.#known.set(sessionId, sizes);
    return sizes;
  }
}
