// The initiator service in this process: every operation of the contract, each checked here, whoever calls.

import type { InitiatorInstance } from '../adapter/index.ts';
import { ServiceError, untilAborted } from '../base/index.ts';
import type { DeviceHandle, Holder } from '../devices/index.ts';
import type { DeviceInfo, HoldInfo, PersistentDevice } from './contract/devices.ts';
import type { IsnsServer, KnownTarget, SendTargetsPortal } from './contract/discovery.ts';
import type { ServiceEvent } from './contract/events.ts';
import type { InitiatorInfo, ServiceStatus, VersionInfo } from './contract/initiator.ts';
import type { ExportedState, InitiatorService } from './contract/initiator-service.ts';
import type { CallOptions, UniqueId } from './contract/names.ts';
import type { IkeSettings, RadiusServer, SecretInfo, TunnelAddress } from './contract/security.ts';
import type {
  LoginResult,
  LogoutInfo,
  PersistentLogin,
  RemovalInfo,
  ScsiAnswer,
  SessionInfo,
} from './contract/sessions.ts';
import { checkInput } from './input/check.ts';
import { devicePathInput, waitInput } from './input/devices.ts';
import { eventsInput, exportInput } from './input/security.ts';
import type { DriverDiscoveryInput, DriverLoginInput, DriverLogins } from './logins/driver-logins.ts';
import type { ServiceParts } from './service-parts.ts';

type Input<Name extends keyof InitiatorService> = Exclude<Parameters<InitiatorService[Name]>[0], undefined>;

type Options = CallOptions | undefined;

/**
 * The service, in process. It is ready to be asked when `openService` has resolved; what is persistent is brought up
 * behind that. To be closed.
 */
export class Service implements InitiatorService, DriverLogins {
  /** The initiator instances, for management of the driver's kind beside the service's own. They end with the service. */
  readonly adapters: readonly InitiatorInstance[];
  readonly #parts: ServiceParts;
  readonly #ending = new AbortController();
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(parts: ServiceParts, adapters: readonly InitiatorInstance[]) {
    this.#parts = parts;
    this.adapters = adapters;
  }

  /** Settles, and never rejects, when everything persistent has been brought up or given up for now, or the service is closed. */
  get ready(): Promise<void> {
    return this.#parts.ready;
  }

  /** What Prometheus is shown: a registry of prom-client. */
  get metrics(): ServiceParts['metrics'] {
    return this.#parts.metrics;
  }

  /** Calls `listener` with every event as it happens, until what is returned is called. It must not throw. */
  listen(listener: (event: ServiceEvent) => void): () => void {
    return this.#parts.events.listen(listener);
  }

  /** Opens a LUN in this process: it is held, under the holder's label, until the handle is closed. */
  openDisk(sessionId: UniqueId, lun: number, holder: Partial<Holder> = {}, options?: Options): Promise<DeviceHandle> {
    return this.#run(options, (signal) => this.#parts.devices.openDisk(sessionId, lun, holder, signal));
  }

  /**
   * Takes no more work, ends logins and discoveries that are under way, and does with the sessions what `onStop` says.
   * Settles in bounded time, when nothing is left; never rejects.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  status(options?: Options): Promise<ServiceStatus> {
    return this.#run(options, () => this.#parts.status.now());
  }

  version(options?: Options): Promise<VersionInfo> {
    return this.#run(options, () => this.#parts.status.version());
  }

  initiator(options?: Options): Promise<InitiatorInfo> {
    return this.#run(options, () => this.#parts.node.info());
  }

  setInitiator(input: Input<'setInitiator'>, options?: Options): Promise<InitiatorInfo> {
    return this.#run(options, () => this.#parts.node.set(input));
  }

  portals(options?: Options): Promise<SendTargetsPortal[]> {
    return this.#run(options, () => this.#parts.discovery.portals());
  }

  addPortal(input: Input<'addPortal'>, options?: Options): Promise<SendTargetsPortal> {
    return this.#run(options, (signal) => this.#parts.discovery.addPortal(input, signal));
  }

  removePortal(input: Input<'removePortal'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.discovery.removePortal(input);
    });
  }

  refreshPortal(input: Input<'refreshPortal'>, options?: Options): Promise<SendTargetsPortal> {
    return this.#run(options, (signal) => this.#parts.discovery.refreshPortal(input, signal));
  }

  isnsServers(options?: Options): Promise<IsnsServer[]> {
    return this.#run(options, () => this.#parts.discovery.isnsServers());
  }

  addIsnsServer(input: Input<'addIsnsServer'>, options?: Options): Promise<IsnsServer> {
    return this.#run(options, (signal) => this.#parts.discovery.addIsnsServer(input, signal));
  }

  removeIsnsServer(input: Input<'removeIsnsServer'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.discovery.removeIsnsServer(input);
    });
  }

  refreshIsnsServer(input: Input<'refreshIsnsServer'>, options?: Options): Promise<IsnsServer> {
    return this.#run(options, (signal) => this.#parts.discovery.refreshIsnsServer(input, signal));
  }

  targets(input: Input<'targets'> = {}, options?: Options): Promise<KnownTarget[]> {
    return this.#run(options, (signal) => this.#parts.discovery.targets(input, signal));
  }

  addStaticTarget(input: Input<'addStaticTarget'>, options?: Options): Promise<KnownTarget> {
    return this.#run(options, () => this.#parts.discovery.addStaticTarget(input));
  }

  removeStaticTarget(input: Input<'removeStaticTarget'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.discovery.removeStaticTarget(input);
    });
  }

  login(input: Input<'login'>, options?: Options): Promise<LoginResult> {
    return this.#run(options, (signal) => this.#parts.logins.login(input, signal));
  }

  loginToTarget(input: DriverLoginInput, options?: Options): Promise<LoginResult> {
    return this.#run(options, (signal) => this.#parts.driverLogins.loginToTarget(input, signal));
  }

  loginForDiscovery(
    input: DriverDiscoveryInput,
    options?: Options,
  ): Promise<{ readonly sessionId: UniqueId; readonly connectionId: UniqueId }> {
    return this.#run(options, (signal) => this.#parts.driverLogins.loginForDiscovery(input, signal));
  }

  keepLogin(input: Parameters<DriverLogins['keepLogin']>[0], options?: Options): Promise<PersistentLogin> {
    return this.#run(options, () => this.#parts.logins.keepLogin(input));
  }

  keptIsid(login: PersistentLogin, options?: Options): Promise<number | undefined> {
    return this.#run(options, () => this.#parts.driverLogins.keptIsid(login));
  }

  logout(input: Input<'logout'>, options?: Options): Promise<LogoutInfo> {
    return this.#run(options, () => this.#parts.sessions.logout(input));
  }

  sessions(options?: Options): Promise<SessionInfo[]> {
    return this.#run(options, () => this.#parts.sessions.sessions());
  }

  session(input: Input<'session'>, options?: Options): Promise<SessionInfo> {
    return this.#run(options, () => this.#parts.sessions.session(input));
  }

  setPolicy(input: Input<'setPolicy'>, options?: Options): Promise<SessionInfo> {
    return this.#run(options, () => this.#parts.sessions.setPolicy(input));
  }

  addConnection(input: Input<'addConnection'>, options?: Options): Promise<{ readonly connectionId: UniqueId }> {
    return this.#run(options, (signal) => this.#parts.sessions.addConnection(input, signal));
  }

  removeConnection(input: Input<'removeConnection'>, options?: Options): Promise<void> {
    return this.#run(options, () => this.#parts.sessions.removeConnection(input));
  }

  scsiInquiry(input: Input<'scsiInquiry'>, options?: Options): Promise<ScsiAnswer> {
    return this.#run(options, (signal) => this.#parts.sessions.scsiInquiry(input, signal));
  }

  scsiReadCapacity(input: Input<'scsiReadCapacity'>, options?: Options): Promise<ScsiAnswer> {
    return this.#run(options, (signal) => this.#parts.sessions.scsiReadCapacity(input, signal));
  }

  scsiReportLuns(input: Input<'scsiReportLuns'>, options?: Options): Promise<ScsiAnswer> {
    return this.#run(options, (signal) => this.#parts.sessions.scsiReportLuns(input, signal));
  }

  devices(input: Input<'devices'> = {}, options?: Options): Promise<DeviceInfo[]> {
    return this.#run(options, (signal) => this.#parts.devices.devices(input, signal));
  }

  removeDevice(input: Input<'removeDevice'>, options?: Options): Promise<RemovalInfo> {
    return this.#run(options, () => this.#parts.devices.removeDevice(input));
  }

  holdDevice(input: Input<'holdDevice'>, options?: Options): Promise<HoldInfo> {
    return this.#run(options, (signal) => this.#parts.devices.hold(input, signal));
  }

  renewHold(input: Input<'renewHold'>, options?: Options): Promise<HoldInfo> {
    return this.#run(options, () => this.#parts.devices.renew(input));
  }

  releaseHold(input: Input<'releaseHold'>, options?: Options): Promise<void> {
    return this.#run(options, () => this.#parts.devices.release(input));
  }

  holds(options?: Options): Promise<HoldInfo[]> {
    return this.#run(options, () => this.#parts.devices.holds.all());
  }

  persistentLogins(options?: Options): Promise<PersistentLogin[]> {
    return this.#run(options, () => this.#parts.logins.persistentLogins());
  }

  addPersistentLogin(input: Input<'addPersistentLogin'>, options?: Options): Promise<PersistentLogin> {
    return this.#run(options, (signal) => this.#parts.logins.addPersistentLogin(input, signal));
  }

  removePersistentLogin(
    input: Input<'removePersistentLogin'>,
    options?: Options,
  ): Promise<{ readonly removed: number }> {
    return this.#run(options, () => this.#parts.logins.removePersistentLogin(input));
  }

  persistentDevices(options?: Options): Promise<PersistentDevice[]> {
    return this.#run(options, () => this.#parts.persistentDevices.all());
  }

  addPersistentDevice(input: Input<'addPersistentDevice'>, options?: Options): Promise<PersistentDevice> {
    return this.#run(options, () => this.#parts.persistentDevices.bind(checkInput(devicePathInput, input).path));
  }

  removePersistentDevice(input: Input<'removePersistentDevice'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.persistentDevices.unbind(checkInput(devicePathInput, input).path);
    });
  }

  clearPersistentDevices(options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.persistentDevices.clear();
    });
  }

  bindPersistentDevices(options?: Options): Promise<PersistentDevice[]> {
    return this.#run(options, () => this.#parts.persistentDevices.bindAll());
  }

  waitForPersistentDevices(input: Input<'waitForPersistentDevices'> = {}, options?: Options): Promise<void> {
    return this.#run(options, async (signal) => {
      const { timeoutMs = this.#parts.persistentTimeoutMs } = checkInput(waitInput, input);
      await this.#parts.persistentDevices.wait(timeoutMs, signal);
    });
  }

  secrets(options?: Options): Promise<SecretInfo[]> {
    return this.#run(options, () => this.#parts.wanted.vault.list());
  }

  setChapSecret(input: Input<'setChapSecret'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.setChapSecret(input);
    });
  }

  radiusServers(options?: Options): Promise<RadiusServer[]> {
    return this.#run(options, () => this.#parts.security.radiusServers());
  }

  addRadiusServer(input: Input<'addRadiusServer'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.addRadiusServer(input);
    });
  }

  removeRadiusServer(input: Input<'removeRadiusServer'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.removeRadiusServer(input);
    });
  }

  setRadiusSecret(input: Input<'setRadiusSecret'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.setRadiusSecret(input);
    });
  }

  ikeSettings(input: Input<'ikeSettings'>, options?: Options): Promise<IkeSettings> {
    return this.#run(options, () => this.#parts.security.ikeSettings(input));
  }

  setIkeSettings(input: Input<'setIkeSettings'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.setIkeSettings(input);
    });
  }

  setPresharedKey(input: Input<'setPresharedKey'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.setPresharedKey(input);
    });
  }

  tunnelAddresses(options?: Options): Promise<TunnelAddress[]> {
    return this.#run(options, () => this.#parts.security.tunnelAddresses());
  }

  setTunnelAddress(input: Input<'setTunnelAddress'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.security.setTunnelAddress(input);
    });
  }

  /** Throws as the others reject: ServiceError SERVICE_BAD_REQUEST or SERVICE_STOPPING, at once. */
  events(input: Input<'events'> = {}, options?: Options): AsyncIterable<ServiceEvent> {
    if (this.#closed !== undefined) throw stopping();
    return this.#parts.events.read(checkInput(eventsInput, input).after, options?.signal);
  }

  exportState(input: Input<'exportState'> = {}, options?: Options): Promise<ExportedState> {
    return this.#run(options, () => {
      return this.#parts.exportState(checkInput(exportInput, input).includesSecrets ?? false);
    });
  }

  importState(input: Input<'importState'>, options?: Options): Promise<void> {
    return this.#run(options, () => {
      this.#parts.importState(input.state, input.merges ?? false);
    });
  }

  /**
   * One operation: refused when the service is being closed, and waited for no longer than the caller or the service says.
   * What it has begun by then hears of it by its signal.
   */
  async #run<T>(options: Options, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw stopping();
    return await untilAborted([options?.signal, this.#ending.signal], work);
  }

  async #close(): Promise<void> {
    this.#ending.abort(stopping());
    await this.#parts.close();
  }
}

function stopping(): ServiceError {
  return new ServiceError('SERVICE_STOPPING', 'The service is being stopped');
}
