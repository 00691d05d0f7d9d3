// What a service is made of, put together: records, discovery, logins, sessions, devices, each with what it needs.

import { ServiceError, withDeadline } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { ExportedState } from './contract/initiator-service.ts';
import { DeviceOperations } from './devices/device-operations.ts';
import { DeviceWatch } from './devices/device-watch.ts';
import { OsNumbers } from './devices/os-numbers.ts';
import { PersistentDevices } from './devices/persistent-devices.ts';
import { shown } from './discovery/asked-source.ts';
import { Discovery, type SourceKind } from './discovery/discovery.ts';
import { DiscoveryOperations } from './discovery/discovery-operations.ts';
import type { DiscoverySource } from './discovery/discovery-source.ts';
import { isnsSources } from './discovery/isns-source.ts';
import { sendTargetsSource } from './discovery/send-targets-source.ts';
import { EventLog } from './events/event-log.ts';
import { reportInstance } from './events/instance-reports.ts';
import type { InstancePort } from './instance-port.ts';
import type { Instances } from './instances.ts';
import { DriverLoginOperations } from './logins/driver-logins.ts';
import { KeptIsids } from './logins/kept-isids.ts';
import { LoginOperations } from './logins/login-operations.ts';
import { LoginRules } from './logins/login-rules.ts';
import { Logins } from './logins/logins.ts';
import { Reconciler } from './logins/reconciler.ts';
import type { Metrics } from './metrics.ts';
import { Node, nodeNameOf } from './node.ts';
import type { ResolvedServiceOptions } from './options.ts';
import { SecuritySettings } from './security-settings.ts';
import { SessionOperations } from './sessions/session-operations.ts';
import { Sessions } from './sessions/sessions.ts';
import { Status } from './status.ts';
import { formatUniqueId } from './unique-ids.ts';
import { onlyKey } from './wanted/kinds.ts';
import { exportState, importState } from './wanted/transfer.ts';
import type { Wanted } from './wanted/wanted.ts';

/** What the parts are made from; all of it is theirs to close. */
export interface ServiceGround {
  readonly options: ResolvedServiceOptions;
  readonly store: Store;
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly metrics: Metrics;
}

/** The parts of a running service. */
export class ServiceParts {
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly events: EventLog = new EventLog();
  readonly node: Node;
  readonly status: Status;
  readonly security: SecuritySettings;
  readonly discovery: DiscoveryOperations;
  readonly logins: LoginOperations;
  readonly driverLogins: DriverLoginOperations;
  readonly sessions: SessionOperations;
  readonly devices: DeviceOperations;
  readonly persistentDevices: PersistentDevices;
  readonly persistentTimeoutMs: number;
  readonly metrics: Metrics['registry'];
  readonly #ground: ServiceGround;
  readonly #sources: Discovery;
  readonly #reconciler: Reconciler;
  readonly #watch: DeviceWatch;
  readonly #isids: KeptIsids;
  readonly #ending = new AbortController();
  #ready: Promise<void> = Promise.resolve();

  constructor(ground: ServiceGround) {
    const { options, wanted, instances } = ground;
    const { clock, random, stateDirectory, version } = options;
    const { events } = this;
    this.#ground = ground;
    this.#isids = new KeptIsids(wanted);
    this.wanted = wanted;
    this.instances = instances;
    this.persistentTimeoutMs = options.persistentTimeoutMs;
    const sessions = new Sessions(instances);
    const rules = new LoginRules(wanted, () => nodeNameOf(wanted), {
      defaults: options.sessionDefaults,
      ...(options.radiusMutual === undefined ? {} : { radiusMutual: options.radiusMutual }),
    });
    const numbers = new OsNumbers(() => reservedMappings(wanted));
    this.#watch = new DeviceWatch(instances, sessions, events);
    this.#sources = new Discovery({
      wanted,
      events,
      clock,
      intervalMs: options.refreshIntervalMs,
      defaultInstance: instances.first.name,
      open: (kind, key, changed) => this.#openSource(rules, kind, key, changed),
      found: (targetName) => {
        this.#reconciler.wake(targetName);
      },
    });
    const isids = this.#isids;
    const logins = new Logins({ wanted, instances, discovery: this.#sources, rules, numbers, isids });
    this.#reconciler = new Reconciler({
      wanted,
      sessions,
      events,
      clock,
      random,
      attempt: (key, signal) => this.logins.attempt(key, signal),
      isUp: (key, { facts }) => {
        isids.keep(key, facts.session.isid);
      },
    });
    const parts = { wanted, instances, sessions, events, clock, numbers, watch: this.#watch };
    this.node = new Node(wanted, instances, events);
    this.security = new SecuritySettings(wanted, instances, events);
    this.discovery = new DiscoveryOperations({ ...parts, discovery: this.#sources });
    this.logins = new LoginOperations({ ...parts, discovery: this.#sources, logins, reconciler: this.#reconciler });
    this.driverLogins = new DriverLoginOperations({ logins, rules, instances, isids });
    this.sessions = new SessionOperations(sessions, rules);
    this.devices = new DeviceOperations(parts);
    this.persistentDevices = new PersistentDevices(parts);
    const seen = { discovery: this.#sources, reconciler: this.#reconciler, persistentDevices: this.persistentDevices };
    this.status = new Status({ ...parts, ...seen, version, stateDirectory });
    this.#follow(sessions);
    const { metrics } = ground;
    metrics.start({ ...parts, reconciler: this.#reconciler, deviceCount: () => this.#watch.count });
    this.metrics = metrics.registry;
  }

  /** Settles when everything persistent has been brought up or given up for now, or the service is closed. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Begins to bring about what is wanted. */
  start(): void {
    this.#sources.start();
    this.#reconciler.start();
    this.#ready = this.#becomeReady();
    this.events.publish('serviceStarted', { detail: { version: this.#ground.options.version } });
  }

  exportState(includesSecrets: boolean): ExportedState {
    return exportState(this.wanted, includesSecrets);
  }

  /** What has come to be wanted is brought about at once; sessions that are wanted no more stay. */
  importState(state: unknown, merges: boolean): void {
    importState(this.#ground.store, this.wanted, state, merges);
    this.node.apply();
    this.#sources.reconcile();
    void this.#sources.refreshAll();
    this.#reconciler.start();
    this.events.publish('stateImported', { detail: { merges } });
  }

  /** Ends everything. Settles in bounded time; never rejects. */
  async close(): Promise<void> {
    const { options, store, instances, metrics } = this.#ground;
    const { clock, closeTimeoutMs, onStop } = options;
    this.events.publish('serviceStopping', { detail: { onStop } });
    this.#ending.abort(new ServiceError('SERVICE_STOPPING', 'The service is being stopped'));
    const tooLate = (): ServiceError => new ServiceError('SERVICE_TIMEOUT', 'The sessions did not end in time');
    try {
      await withDeadline(clock, closeTimeoutMs, tooLate, undefined, async () => {
        await Promise.all([this.#reconciler.close(), this.#sources.close(), this.devices.holds.close()]);
        await Promise.all(instances.all.map((instance) => instance.close({ logOut: onStop === 'logout' })));
      });
    } catch {
      // Whatever does not end in order by now is dropped.
      await Promise.all(instances.all.map((instance) => instance.close({ logOut: false })));
    }
    await this.#watch.close();
    await this.#isids.close();
    await this.#ready;
    metrics.stop();
    this.events.close();
    store.close();
  }

  async #becomeReady(): Promise<void> {
    const { signal } = this.#ending;
    try {
      await this.#reconciler.tried();
      await this.persistentDevices.wait(this.persistentTimeoutMs, signal);
    } catch {
      // Given up for now: the concerns say what is missing.
    }
    if (signal.aborted) return;
    this.status.becomeReady();
    const missing = this.persistentDevices.missing();
    this.events.publish('serviceReady', { detail: { missing } });
  }

  /** In this order: whoever hears of a session later finds it where those before have put it. */
  #follow(sessions: Sessions): void {
    for (const instance of this.instances.all) {
      reportInstance(instance, this.events);
      instance.events.on('loggedIn', ({ uniqueSessionId }) => {
        this.#reconciler.sessionMade(sessions.get(formatUniqueId(instance.adapterId, uniqueSessionId)));
      });
    }
  }

  #openSource(rules: LoginRules, kind: SourceKind, key: string, changed: () => void): DiscoverySource {
    const { wanted, instances } = this;
    if (kind === 'isnsServer') return this.#openIsnsSource(key, changed);
    const record = (): ReturnType<Parameters<typeof sendTargetsSource>[0]['record']> => {
      const portal = wanted.portals.get(key);
      if (portal === undefined) throw new ServiceError('SERVICE_PORTAL_UNKNOWN', `There is no portal ${key}`);
      return { portal, password: wanted.portals.secret(key) };
    };
    const instance = (): InstancePort => instances.at(record().portal);
    const instanceName = record().portal.instance ?? instances.first.name;
    return sendTargetsSource({ instance, instanceName, rules, record });
  }

  #openIsnsSource(address: string, changed: () => void): DiscoverySource {
    const { wanted, instances, events } = this;
    const { clock, openIsnsSource = isnsSources({ instance: instances.first.name, clock }) } = this.#ground.options;
    return openIsnsSource(address, {
      node: () => ({ name: nodeNameOf(wanted), alias: wanted.node.get(onlyKey)?.alias }),
      changed,
      registered: () => {
        events.publish('isnsRegistered', { detail: { address } });
      },
      lost: (error) => {
        events.publish('isnsLost', { detail: { address, error: shown(error) } });
      },
    });
  }
}

function reservedMappings(wanted: Wanted): NonNullable<ReturnType<Wanted['logins']['all']>[number]['mapping']>[] {
  return [...wanted.logins.all(), ...wanted.staticTargets.all()].flatMap(({ mapping }) => mapping ?? []);
}
