// The operations on devices and on holds of them.

import { type Clock, ServiceError } from '../../base/index.ts';
import type { DeviceFacts, DeviceHandle, Holder } from '../../devices/index.ts';
import type { DeviceInfo, DevicePath, HoldInfo, HoldInput } from '../contract/devices.ts';
import type { UniqueId } from '../contract/names.ts';
import type { RemovalInfo } from '../contract/sessions.ts';
import type { EventLog } from '../events/event-log.ts';
import { checkInput } from '../input/check.ts';
import { devicesInput, holdIdInput, holdInput, removeDeviceInput, renewHoldInput } from '../input/devices.ts';
import type { Instances } from '../instances.ts';
import { removalInfo } from '../sessions/session-operations.ts';
import type { Entry, Sessions } from '../sessions/sessions.ts';
import { formatUniqueId } from '../unique-ids.ts';
import type { Wanted } from '../wanted/wanted.ts';
import { Capacities } from './capacities.ts';
import type { DeviceWatch } from './device-watch.ts';
import { Holds } from './holds.ts';
import { type OsNumbers, osLunOf } from './os-numbers.ts';
import { formatDevicePath, lunOfField, parseDevicePath } from './paths.ts';

/** What these operations need from around them. */
export interface DeviceOperationsParts {
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly sessions: Sessions;
  readonly numbers: OsNumbers;
  readonly watch: DeviceWatch;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Devices, and who holds them by way of the service. */
export class DeviceOperations {
  readonly holds: Holds;
  readonly #parts: DeviceOperationsParts;
  readonly #capacities: Capacities;

  constructor(parts: DeviceOperationsParts) {
    const { clock, events, instances, numbers } = parts;
    this.#parts = parts;
    this.#capacities = new Capacities(instances, clock);
    this.holds = new Holds(clock, (type, { holdId, path, sessionId, label, pid }) => {
      events.publish(type, { path, sessionId, detail: { holdId, label, pid } });
    });
    for (const instance of instances.all) {
      instance.events.on('loggedOut', ({ uniqueSessionId }) => {
        const sessionId = formatUniqueId(instance.adapterId, uniqueSessionId);
        numbers.release(sessionId);
        this.holds.lose((hold) => hold.sessionId === sessionId);
      });
    }
  }

  /** Of all sessions, one that cannot be asked is left out; it has a concern of its own. */
  async devices(
    input: { readonly sessionId?: UniqueId; readonly rescan?: boolean },
    signal: AbortSignal,
  ): Promise<DeviceInfo[]> {
    const { sessionId, rescan = false } = checkInput(devicesInput, input);
    if (sessionId !== undefined) return await this.#devicesOf(this.#parts.sessions.get(sessionId), rescan, signal);
    const lists = this.#parts.sessions.all().map(async (entry) => {
      return await this.#devicesOf(entry, rescan, signal).catch(() => []);
    });
    return (await Promise.all(lists)).flat();
  }

  async removeDevice(input: {
    readonly sessionId: UniqueId;
    readonly lun: number;
    readonly force?: boolean;
  }): Promise<RemovalInfo> {
    const { sessions, watch, events } = this.#parts;
    const { sessionId, lun, force = false } = checkInput(removeDeviceInput, input);
    const { facts } = sessions.get(sessionId);
    const path = formatDevicePath(facts.targetName, lun);
    const report = await facts.session.removeDevice(lun, { force });
    this.holds.lose((hold) => hold.sessionId === sessionId && hold.path === path);
    events.publish('deviceLetGo', { sessionId, targetName: facts.targetName, path, detail: { force } });
    watch.look(sessionId);
    return removalInfo(report);
  }

  async hold(input: HoldInput, signal: AbortSignal): Promise<HoldInfo> {
    const { path, sessionId, label, pid = process.pid, leaseMs } = checkInput(holdInput, input);
    const entry = await this.#sessionWith(path, sessionId, signal);
    return await this.holds.take({ path, sessionId: entry.sessionId, label, pid, leaseMs }, async (holder) => {
      return await entry.facts.session.openDisk(parseDevicePath(path).lun, { ...holder, signal });
    });
  }

  renew(input: { readonly holdId: string; readonly leaseMs: number }): HoldInfo {
    const { holdId, leaseMs } = checkInput(renewHoldInput, input);
    return this.holds.renew(holdId, leaseMs);
  }

  async release(input: { readonly holdId: string }): Promise<void> {
    await this.holds.release(checkInput(holdIdInput, input).holdId);
  }

  /** Opens a LUN in this process. Throws ServiceError SERVICE_SESSION_UNKNOWN; rejects as InitiatorSession.openDisk does. */
  async openDisk(
    sessionId: UniqueId,
    lun: number,
    holder: Partial<Holder>,
    signal: AbortSignal,
  ): Promise<DeviceHandle> {
    const { facts } = this.#parts.sessions.get(sessionId);
    return await facts.session.openDisk(lun, { ...holder, signal });
  }

  async #devicesOf(entry: Entry, rescan: boolean, signal: AbortSignal): Promise<DeviceInfo[]> {
    if (entry.facts.isInformational) return [];
    const devices = await entry.facts.session.devices({ rescan, signal });
    return await Promise.all(
      devices.map(async (device) => {
        return this.#info(entry, { ...device, size: await this.#capacities.sizeOf(entry, device, signal) });
      }),
    );
  }

  #info({ sessionId, instance, facts }: Entry, device: DeviceFacts): DeviceInfo {
    const { wanted, numbers } = this.#parts;
    const { lun, vendor, product, revision, deviceType, state, size, holders } = device;
    const { address, mapping } = numbers.of(sessionId, instance.name, facts.targetName);
    const path = formatDevicePath(facts.targetName, lun);
    return {
      path,
      sessionId,
      targetName: facts.targetName,
      lun,
      vendor,
      product,
      revision,
      deviceType,
      state,
      size,
      holders,
      ...address,
      osLun: osLunOf(mapping, lun, lunOfField),
      isPersistent: wanted.devices.get(path) !== undefined,
    };
  }

  async #sessionWith(path: DevicePath, sessionId: UniqueId | undefined, signal: AbortSignal): Promise<Entry> {
    const { sessions } = this.#parts;
    const { targetName, lun } = parseDevicePath(path);
    const entries = sessionId === undefined ? sessions.of(targetName) : [sessions.get(sessionId)];
    for (const entry of entries) {
      if (entry.facts.isInformational || entry.facts.targetName !== targetName) continue;
      const devices = await entry.facts.session.devices({ signal });
      if (devices.some((device) => device.lun === lun)) return entry;
    }
    throw new ServiceError('SERVICE_DEVICE_UNKNOWN', `No session has a device ${path}`, { field: 'path' });
  }
}
