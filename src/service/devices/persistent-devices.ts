// Devices that have to be there before the service says that it is ready.

import { type Clock, deferred, ServiceError, withDeadline } from '../../base/index.ts';
import type { DevicePath, PersistentDevice } from '../contract/devices.ts';
import type { EventLog } from '../events/event-log.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Wanted } from '../wanted/wanted.ts';
import type { DeviceWatch } from './device-watch.ts';
import { formatDevicePath, parseDevicePath } from './paths.ts';

/** What bound devices need from around them. */
export interface PersistentDeviceParts {
  readonly wanted: Wanted;
  readonly sessions: Sessions;
  readonly watch: DeviceWatch;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The devices that are bound. */
export class PersistentDevices {
  readonly #parts: PersistentDeviceParts;

  constructor(parts: PersistentDeviceParts) {
    this.#parts = parts;
  }

  all(): PersistentDevice[] {
    const { wanted, watch } = this.#parts;
    return wanted.devices.keys().map((path) => ({ path, isPresent: watch.isPresent(path) }));
  }

  /** Those that are not there. */
  missing(): DevicePath[] {
    return this.all().flatMap(({ path, isPresent }) => (isPresent ? [] : [path]));
  }

  /** Binds a device. Throws ServiceError SERVICE_DEVICE_UNKNOWN, SERVICE_DEVICE_NOT_PERSISTENT, SERVICE_DEVICE_BOUND. */
  async bind(path: DevicePath): Promise<PersistentDevice> {
    const { wanted, events } = this.#parts;
    const { targetName } = parseDevicePath(path);
    if (!(await this.#paths()).includes(path)) {
      throw new ServiceError('SERVICE_DEVICE_UNKNOWN', `No session has a device ${path}`, { field: 'path' });
    }
    if (!this.#hasLogin(targetName)) {
      const message = `${path} has no persistent login, so it would not come back`;
      throw new ServiceError('SERVICE_DEVICE_NOT_PERSISTENT', message, { field: 'path' });
    }
    if (wanted.devices.get(path) !== undefined) {
      throw new ServiceError('SERVICE_DEVICE_BOUND', `${path} is bound already`, { field: 'path' });
    }
    wanted.devices.put({ path });
    events.publish('deviceBound', { path, targetName });
    return { path, isPresent: this.#parts.watch.isPresent(path) };
  }

  /** Binds every device of the sessions that have a persistent login, at once. */
  async bindAll(): Promise<PersistentDevice[]> {
    const { wanted, events } = this.#parts;
    const paths = (await this.#paths()).filter((path) => {
      return this.#hasLogin(parseDevicePath(path).targetName) && wanted.devices.get(path) === undefined;
    });
    wanted.devices.putAll(paths.map((path) => ({ path })));
    for (const path of paths) events.publish('deviceBound', { path, targetName: parseDevicePath(path).targetName });
    return this.all();
  }

  /** Throws ServiceError SERVICE_DEVICE_UNKNOWN for one that is not bound. */
  unbind(path: DevicePath): void {
    if (!this.#parts.wanted.devices.delete(path)) {
      throw new ServiceError('SERVICE_DEVICE_UNKNOWN', `${path} is not bound`, { field: 'path' });
    }
    this.#tellUnbound(path);
  }

  /** Unbinds all, at once. */
  clear(): void {
    const { devices } = this.#parts.wanted;
    const paths = devices.keys();
    devices.clear();
    for (const path of paths) this.#tellUnbound(path);
  }

  /** Resolves when all are there. Rejects with ServiceError SERVICE_DEVICES_MISSING after `timeoutMs`, or as the signal says. */
  async wait(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock, watch, events } = this.#parts;
    if (this.missing().length === 0) return;
    if (timeoutMs === 0) throw this.#missingError();
    const { promise, resolve } = deferred();
    const look = (): void => {
      if (this.missing().length === 0) resolve();
    };
    const stops = [watch.listen(look), events.listen(look)];
    try {
      await withDeadline(
        clock,
        timeoutMs,
        () => this.#missingError(),
        signal,
        async () => {
          await promise;
        },
      );
    } finally {
      for (const stop of stops) stop();
    }
  }

  #tellUnbound(path: DevicePath): void {
    this.#parts.events.publish('deviceUnbound', { path, targetName: parseDevicePath(path).targetName });
  }

  #missingError(): ServiceError {
    return new ServiceError('SERVICE_DEVICES_MISSING', `Not there yet: ${this.missing().join(', ')}`);
  }

  #hasLogin(targetName: string): boolean {
    return this.#parts.wanted.logins.all().some((login) => login.targetName === targetName && !login.isInformational);
  }

  /** What all sessions have now. A session that cannot be asked hides none of the others' devices. */
  async #paths(): Promise<DevicePath[]> {
    const entries = this.#parts.sessions.all().filter(({ facts }) => !facts.isInformational);
    const lists = entries.map(async ({ facts }) => {
      const devices = await facts.session.devices().catch(() => []);
      return devices.map(({ lun }) => formatDevicePath(facts.targetName, lun));
    });
    return [...new Set((await Promise.all(lists)).flat())];
  }
}
