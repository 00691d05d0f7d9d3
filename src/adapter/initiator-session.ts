// A session as its users hold it: the iSCSI session, its device stack, and the safe way out.

import type { EventEmitter } from 'node:events';

import { type Clock, equalLun, type HolderFacts, type IscsiError, type Lun, UsageError } from '../base/index.ts';
import {
  type DeviceEvents,
  type DeviceFacts,
  type DeviceHandle,
  DeviceStack,
  type Holder,
  type RemovalOptions,
  type RemovalReport,
} from '../devices/index.ts';
import { reportLuns } from '../disk/index.ts';
import { lunFromNumber } from '../scsi/index.ts';
import {
  type ConnectionFacts,
  type FunctionOutcome,
  longestEscalationMs,
  type NegotiatedParameters,
  type Portal,
  type SchedulingPolicy,
  type ScsiPort,
  type ScsiRequest,
  type ScsiResult,
  type Session,
  type SessionEnd,
  type SessionEvents,
  type SessionState,
  type TaskManagementFunction,
  type TaskManagementOptions,
} from '../session/index.ts';
import { type ConnectionWishes, type ConnectOptions, toConnectionLogin } from './connect-options.ts';
import type { PortalGroups } from './portal-groups.ts';
import type { Routes } from './routes.ts';
import { explainRefusal } from './wrong-portal-group.ts';

/** How a logout went. */
export interface LogoutReport extends RemovalReport {
  /** Whether the target confirmed that the session is closed. */
  readonly isClean: boolean;
  /** Why not, when it did not. */
  readonly error: IscsiError | undefined;
}

/** Options of a logout: force, and limits for asking holders, for commands in flight and for flushing. */
export type LogoutOptions = RemovalOptions;

/** What may come to the limits of an escalation: until its requests are sent, and its answers are looked at. */
const betweenStepsMs = 1000;

/** What the logout of a session without devices has to tell of them. */
const nothingRemoved: RemovalReport = { holders: [], unknownWrites: [], flushErrors: [] };

/** What a session has from its initiator. */
interface InitiatorParts {
  readonly isid: number;
  readonly clock: Clock;
  readonly portalGroups: PortalGroups;
}

/** A logged-in session with its devices. */
export class InitiatorSession implements ScsiPort {
  readonly targetName: string;
  /**
   * The initiator's part of the session's name, as a 48-bit integer (ISID, RFC 7143 §11.12.5). With it, a later process
   * can take the session's place; see `ConnectOptions.isid`.
   */
  readonly isid: number;
  /** Whether it takes raw SCSI commands alone and has no devices. */
  readonly isInformational: boolean;
  /** Lifecycle events of the session and its connections. */
  readonly events: EventEmitter<SessionEvents>;
  /** What happens to the devices: new ones, gone ones, other sizes, other devices. */
  readonly deviceEvents: EventEmitter<DeviceEvents>;
  readonly #session: Session;
  readonly #routes: Routes;
  readonly #portalGroups: PortalGroups;
  readonly #devices: DeviceStack;
  readonly #defaultLun: number | undefined;
  readonly #closed: Promise<SessionEnd>;
  #logout: Promise<LogoutReport> | undefined;
  /** Whether the logout under way goes on in any case. */
  #isForced = false;
  #isDropped = false;

  /** @internal */
  constructor(session: Session, routes: Routes, options: ConnectOptions, parts: InitiatorParts) {
    const { isid, clock, portalGroups } = parts;
    this.targetName = options.targetName;
    this.isid = isid;
    this.isInformational = options.informational === true;
    this.events = session.events;
    this.#session = session;
    this.#routes = routes;
    this.#portalGroups = portalGroups;
    const { askTimeoutMs, drainTimeoutMs, flushTimeoutMs } = session.limits;
    const escalation = options.escalation ?? 'lunReset';
    this.#devices = new DeviceStack(session, options.targetName, {
      clock,
      disk: { flushTimeoutMs, ...options.disk },
      limits: { askTimeoutMs, drainTimeoutMs, flushTimeoutMs },
      endTasksTimeoutMs: longestEscalationMs(session.limits, escalation) + betweenStepsMs,
      endTasks: (lun, error) => {
        session.failTasks((request) => equalLun(request.lun, lun), error);
      },
    });
    this.deviceEvents = this.#devices.events;
    this.#defaultLun = options.lun;
    if (!this.isInformational) this.#tellDevices();
    this.#closed = this.#whenClosed();
  }

  /** The session's own number, which no other session of this process has: diagnostics know it by this number. */
  get id(): number {
    return this.#session.id;
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** What was agreed at login. */
  get parameters(): NegotiatedParameters {
    return this.#session.parameters;
  }

  /** The target's handle on the session (TSIH). */
  get tsih(): number {
    return this.#session.tsih;
  }

  get connections(): ConnectionFacts[] {
    return this.#session.connections;
  }

  /** Which connection carries the next command. */
  get policy(): SchedulingPolicy {
    return this.#session.policy;
  }

  /** Chooses connections by another policy from the next command on; see Session.setPolicy. */
  setPolicy(policy: SchedulingPolicy): void {
    this.#session.setPolicy(policy);
  }

  /** Settles, and never rejects, when the session is over and everything it held is released. */
  get closed(): Promise<SessionEnd> {
    return this.#closed;
  }

  /**
   * Executes a raw SCSI command; see ScsiPort. While the session is lost, INQUIRY and REPORT LUNS are answered from what
   * the devices said before.
   */
  execute(request: ScsiRequest): Promise<ScsiResult> {
    return this.isInformational ? this.#session.execute(request) : this.#devices.execute(request);
  }

  /** Has the target carry out a task management function; see Session.manageTasks. A number names a LUN as in openDisk. */
  async manageTasks(
    fn: TaskManagementFunction,
    { lun, ...options }: Omit<TaskManagementOptions, 'lun'> & { readonly lun?: number | Lun } = {},
  ): Promise<FunctionOutcome> {
    if (lun === undefined) return await this.#session.manageTasks(fn, options);
    return await this.#session.manageTasks(fn, { ...options, lun: typeof lun === 'number' ? lunFromNumber(lun) : lun });
  }

  /**
   * The devices that the target shows, with what INQUIRY tells of them, their states and holders. The target is asked
   * the first time, when it has said that they changed, and with `rescan`; while the session is lost they are what was
   * known. Rejects as `luns` does.
   */
  async devices(options: { rescan?: boolean; signal?: AbortSignal } = {}): Promise<DeviceFacts[]> {
    return await this.#requireDevices().devices(options);
  }

  /** The LUNs that the target shows us (REPORT LUNS), in its order. */
  async luns(options: { signal?: AbortSignal } = {}): Promise<Lun[]> {
    return await (this.isInformational ? reportLuns(this.#session, options) : this.#devices.luns(options));
  }

  /**
   * Opens a LUN as a block device: the one given, or the one of the URL. While it is open the session is not logged
   * out; `label` is what whoever tries is told, and `onRemoveRequested` lets the holder be asked first. Rejects with
   * ScsiError, UsageError, BlockError ISCSI_DEVICE_CHANGED or what ended the session, and with UsageError
   * ISCSI_WRONG_STATE in an informational session.
   */
  async openDisk(
    lun: number | undefined = this.#defaultLun,
    holder: Partial<Holder> & { signal?: AbortSignal } = {},
  ): Promise<DeviceHandle> {
    const devices = this.#requireDevices();
    if (lun === undefined) throw new UsageError('ISCSI_BAD_ARGUMENT', 'No LUN was given', { argument: 'lun' });
    const { label = process.title, signal, ...more } = holder;
    return await devices.open(lun, { label, ...more }, signal);
  }

  /**
   * Lets one device go while the session stays: its holders are asked, one that refuses or cannot be asked is enough to
   * refuse (DeviceBusyError); then its cache is flushed. With `force` it goes anyway, and the report says what that cost.
   */
  async removeDevice(lun: number, options: RemovalOptions = {}): Promise<RemovalReport> {
    return await this.#requireDevices().remove(lun, options);
  }

  /** Everybody who holds a device of the session open. */
  get holders(): HolderFacts[] {
    return this.#devices.holders;
  }

  /**
   * Adds a connection; see Session.addConnection. Resolves with its CID. A portal that was discovered in another portal
   * group is refused without being tried; when a target refuses one because it does not know the session there, its
   * groups are asked for. It logs in as the session did, but for what `connect` says.
   */
  async addConnection(
    portal?: Portal,
    { signal, connect }: { signal?: AbortSignal; connect?: ConnectionWishes } = {},
  ): Promise<number> {
    const options = {
      ...(signal === undefined ? {} : { signal }),
      ...(connect === undefined ? {} : { login: toConnectionLogin(connect) }),
    };
    if (portal === undefined) return await this.#session.addConnection(undefined, options);
    const groups = this.#portalGroups;
    try {
      return await this.#session.addConnection(groups.complete(this.targetName, portal), options);
    } catch (error) {
      throw await explainRefusal(error, { session: this.#session, portal, groups, signal });
    }
  }

  /** Removes a connection; see Session.removeConnection. */
  async removeConnection(cid: number, options: { drainTimeoutMs?: number } = {}): Promise<void> {
    await this.#session.removeConnection(cid, options);
  }

  /**
   * Leaves safely: every holder of a device is asked to let go, and one that refuses or cannot be asked is enough to
   * refuse (DeviceBusyError, which names them all). Then commands finish, caches are flushed, the session is logged out
   * and torn down. Always ends by its deadlines. A second call gets the first one's result; one with `force` goes on where
   * the first is refused.
   */
  logout(options: LogoutOptions = {}): Promise<LogoutReport> {
    const underWay = this.#logout;
    const isForced = options.force === true;
    if (underWay === undefined) return this.#begin(this.#leave(options), isForced);
    if (!isForced || this.#isForced) return underWay;
    return this.#begin(
      underWay.catch(() => this.#leave(options)),
      isForced,
    );
  }

  /** Leaves in any case: closes what is still open, flushes, logs out. Never rejects. */
  async close(): Promise<void> {
    await this.logout({ force: true }).catch(() => undefined);
    if (this.#session.state !== 'free') await this.logout({ force: true });
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Drops the session now, without a logout. Everything in flight ends with an error that says what may be. */
  destroy(error?: IscsiError): void {
    this.#isDropped = true;
    this.#session.destroy(error);
  }

  /** Settles, and never rejects, when the logout under way has ended or was refused; undefined when none is. @internal */
  get departure(): Promise<unknown> | undefined {
    if (this.#isDropped || this.#session.state === 'free') return this.#closed;
    return this.#logout?.catch(() => undefined);
  }

  /** Compares the devices with what they were, before a session that was lost goes on. @internal */
  async compareDevices(port: ScsiPort, signal: AbortSignal): Promise<void> {
    await this.#devices.beforeResume(port, signal);
  }

  #begin(leaving: Promise<LogoutReport>, isForced: boolean): Promise<LogoutReport> {
    const logout = leaving.catch((error: unknown) => {
      if (this.#logout === logout) this.#logout = undefined; // refused: the session goes on, and may be left later
      throw error;
    });
    this.#logout = logout;
    this.#isForced = isForced;
    return logout;
  }

  async #leave(options: LogoutOptions): Promise<LogoutReport> {
    const { drainTimeoutMs } = options;
    // What is over, or leaves because the target said so, cannot be kept by a refusal.
    const { state } = this.#session;
    const force = options.force === true || (state !== 'loggedIn' && state !== 'failed');
    const removal = this.isInformational ? nothingRemoved : await this.#devices.removeAll({ ...options, force });
    const { how, error } = await this.#session.logout(drainTimeoutMs === undefined ? {} : { drainTimeoutMs });
    await this.#closed;
    return { ...removal, isClean: how !== 'lost' && error === undefined, error };
  }

  #requireDevices(): DeviceStack {
    if (!this.isInformational) return this.#devices;
    throw new UsageError('ISCSI_WRONG_STATE', 'An informational session has no devices, it takes raw SCSI commands');
  }

  #tellDevices(): void {
    this.events.on('suspended', () => {
      this.#devices.sessionLost();
    });
    this.events.on('resumed', () => {
      this.#devices.sessionResumed();
    });
    this.events.on('gone', () => {
      this.#devices.sessionGone();
    });
    this.events.on('asyncMessage', ({ lun }, sense) => {
      if (sense !== undefined) this.#devices.attention(lun, sense);
    });
  }

  async #whenClosed(): Promise<SessionEnd> {
    const end = await this.#session.closed;
    this.#devices.sessionEnded();
    await this.#routes.release();
    return end;
  }
}
