// How the service is: what there is, and what is not as wanted, with the reason.

import process from 'node:process';

import type { Concern, ServiceStatus, VersionInfo } from './contract/initiator.ts';
import type { DeviceWatch } from './devices/device-watch.ts';
import type { PersistentDevices } from './devices/persistent-devices.ts';
import type { AskedSource } from './discovery/asked-source.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { Reconciler } from './logins/reconciler.ts';
import { momentIn } from './moment.ts';
import { nodeNameOf } from './node.ts';
import { stateOf } from './sessions/session-info.ts';
import type { Sessions } from './sessions/sessions.ts';
import { describeLogin } from './wanted/kinds.ts';
import type { Wanted } from './wanted/wanted.ts';

/** What is looked at. */
export interface StatusParts {
  readonly version: string;
  readonly stateDirectory: string;
  readonly wanted: Wanted;
  readonly sessions: Sessions;
  readonly watch: DeviceWatch;
  readonly discovery: Discovery;
  readonly reconciler: Reconciler;
  readonly persistentDevices: PersistentDevices;
}

/** Tells how the service is. */
export class Status {
  readonly #parts: StatusParts;
  readonly #startedAt = momentIn();
  #isReady = false;

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Everything persistent has been brought up, or given up for now. */
  becomeReady(): void {
    this.#isReady = true;
  }

  now(): ServiceStatus {
    const { version, stateDirectory, wanted, sessions, watch, discovery } = this.#parts;
    const entries = sessions.all();
    return {
      version,
      pid: process.pid,
      startedAt: this.#startedAt,
      stateDirectory,
      nodeName: nodeNameOf(wanted),
      isReady: this.#isReady,
      counts: {
        sessions: entries.length,
        connections: entries.reduce((sum, { facts }) => sum + facts.connections.length, 0),
        devices: watch.count,
        persistentLogins: wanted.logins.size,
        portals: wanted.portals.size,
        isnsServers: wanted.isnsServers.size,
        targets: discovery.targets(false).length,
      },
      lostSessions: entries.flatMap((entry) => (stateOf(entry) === 'lost' ? [entry.sessionId] : [])),
      concerns: this.concerns(),
    };
  }

  version(): VersionInfo {
    const [major = 0, minor = 0, build = 0] = this.#parts.version
      .split('.')
      .map((part) => Number.parseInt(part, 10) || 0);
    return { majorVersion: major, minorVersion: minor, buildNumber: build };
  }

  /** All that is not as wanted. */
  concerns(): Concern[] {
    return [...this.#ofLogins(), ...this.#ofSources(), ...this.#ofSessions(), ...this.#ofDevices()];
  }

  #ofLogins(): Concern[] {
    const { reconciler } = this.#parts;
    return reconciler.all().flatMap(({ key, error, state, failingSince, nextAttemptAt }) => {
      if (state === 'up' || state === 'resting' || error === undefined) return [];
      const { code, message } = error;
      const since = failingSince ?? momentIn();
      return [{ kind: 'persistent login', name: describeLogin(key), code, message, since, nextAttemptAt }];
    });
  }

  #ofSources(): Concern[] {
    const { wanted, discovery } = this.#parts;
    const of = (kind: string, name: string, source: AskedSource | undefined): Concern[] => {
      const error = source?.outcome.error;
      if (source === undefined || error === undefined) return [];
      const { failingSince = momentIn(), nextAttemptAt } = source;
      return [{ kind, name, ...error, since: failingSince, nextAttemptAt }];
    };
    return [
      ...wanted.portals
        .keys()
        .flatMap((key) => of('portal', key.split(' ', 1)[0] ?? key, discovery.source('portal', key))),
      ...wanted.isnsServers.keys().flatMap((key) => of('iSNS server', key, discovery.source('isnsServer', key))),
    ];
  }

  #ofSessions(): Concern[] {
    return this.#parts.sessions.all().flatMap(({ sessionId, facts, ailingSince }) => {
      const error = facts.lastError;
      if (error === undefined) return [];
      const { code, message } = error;
      const since = ailingSince ?? momentIn();
      return [{ kind: 'session', name: sessionId, code, message, since, nextAttemptAt: undefined }];
    });
  }

  #ofDevices(): Concern[] {
    const since = this.#startedAt;
    return this.#parts.persistentDevices.missing().map((path) => {
      const message = `No session has ${path} ready`;
      return {
        kind: 'persistent device',
        name: path,
        code: 'SERVICE_DEVICES_MISSING',
        message,
        since,
        nextAttemptAt: undefined,
      };
    });
  }
}
