// The operations on portals, iSNS servers and targets.

import { raceAbort, ServiceError } from '../../base/index.ts';
import type {
  IsnsServer,
  KnownTarget,
  SendTargetsPortal,
  SendTargetsPortalInput,
  StaticTargetInput,
} from '../contract/discovery.ts';
import type { InitiatorPlace, PortalAddress } from '../contract/names.ts';
import type { EventLog } from '../events/event-log.ts';
import { checkInput } from '../input/check.ts';
import {
  portalInput,
  portalKeyInput,
  serverInput,
  staticTargetInput,
  targetNameInput,
  targetsInput,
} from '../input/discovery.ts';
import type { Instances } from '../instances.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { portalKind, type StaticTargetRecord } from '../wanted/kinds.ts';
import { formatPortal } from '../wanted/place.ts';
import { isnsPort, parseServer } from '../wanted/servers.ts';
import { secretBytes } from '../wanted/vault.ts';
import type { Wanted } from '../wanted/wanted.ts';
import type { AskedSource } from './asked-source.ts';
import type { Discovery } from './discovery.ts';

/** What these operations need from around them. */
export interface DiscoveryOperationsParts {
  readonly wanted: Wanted;
  readonly instances: Instances;
  readonly sessions: Sessions;
  readonly discovery: Discovery;
  readonly events: EventLog;
}

/** Portals, servers and targets. */
export class DiscoveryOperations {
  readonly #parts: DiscoveryOperationsParts;

  constructor(parts: DiscoveryOperationsParts) {
    this.#parts = parts;
  }

  portals(): SendTargetsPortal[] {
    return this.#parts.wanted.portals.keys().map((key) => this.#portal(key));
  }

  async addPortal(input: SendTargetsPortalInput, signal: AbortSignal): Promise<SendTargetsPortal> {
    const { wanted, instances, discovery, events } = this.#parts;
    const checked = checkInput(portalInput, input);
    instances.at(checked);
    const { host, port, symbolicName = '', loginOptions = {}, securityFlags = 0 } = checked;
    const { password, ...options } = loginOptions;
    const record = { ...instances.place(checked), host, port, symbolicName, loginOptions: options, securityFlags };
    const isNew = wanted.portals.get(wanted.portals.keyOf(record)) === undefined;
    const secret = password === undefined ? null : secretBytes(password);
    const key = wanted.portals.put(record, { secret });
    if (isNew) events.publish('portalAdded', { detail: { portal: formatPortal(record) } });
    await raceAbort(discovery.open('portal', key).attempt(), signal);
    return this.#portal(key);
  }

  removePortal(input: InitiatorPlace & PortalAddress): void {
    const { wanted, discovery, events } = this.#parts;
    const { key, address } = this.#knownPortal(input);
    wanted.portals.delete(key);
    discovery.remove('portal', key);
    events.publish('portalRemoved', { detail: { portal: address } });
  }

  async refreshPortal(input: InitiatorPlace & PortalAddress, signal: AbortSignal): Promise<SendTargetsPortal> {
    const { key } = this.#knownPortal(input);
    await this.#parts.discovery.open('portal', key).refresh(signal);
    return this.#portal(key);
  }

  isnsServers(): IsnsServer[] {
    return this.#parts.wanted.isnsServers.keys().map((key) => this.#server(key));
  }

  async addIsnsServer(input: { readonly address: string }, signal: AbortSignal): Promise<IsnsServer> {
    const { wanted, discovery, events } = this.#parts;
    const { address } = checkInput(serverInput, input);
    parseServer(address, isnsPort);
    if (wanted.isnsServers.get(address) === undefined) {
      wanted.isnsServers.put({ address });
      events.publish('isnsServerAdded', { detail: { address } });
    }
    await raceAbort(discovery.open('isnsServer', address).attempt(), signal);
    return this.#server(address);
  }

  removeIsnsServer(input: { readonly address: string }): void {
    const { wanted, discovery, events } = this.#parts;
    const address = this.#knownServer(input);
    wanted.isnsServers.delete(address);
    discovery.remove('isnsServer', address);
    events.publish('isnsServerRemoved', { detail: { address } });
  }

  async refreshIsnsServer(input: { readonly address: string }, signal: AbortSignal): Promise<IsnsServer> {
    const address = this.#knownServer(input);
    await this.#parts.discovery.open('isnsServer', address).refresh(signal);
    return this.#server(address);
  }

  async targets(
    input: { readonly refresh?: boolean; readonly includesHidden?: boolean },
    signal: AbortSignal,
  ): Promise<KnownTarget[]> {
    const { refresh = false, includesHidden = false } = checkInput(targetsInput, input);
    if (refresh) await raceAbort(this.#parts.discovery.refreshAll(), signal);
    return this.#parts.discovery.targets(includesHidden).map((target) => this.#withSessions(target));
  }

  addStaticTarget(input: StaticTargetInput): KnownTarget {
    const { wanted, discovery, events } = this.#parts;
    const checked = checkInput(staticTargetInput, input);
    const { targetName, merges = false, persists = true } = checked;
    const { password, ...said } = checked.loginOptions ?? {};
    const kept = merges ? wanted.staticTargets.get(targetName) : undefined;
    const { targetAlias, isHidden, portals, mapping } = { ...kept, ...checked };
    const record: StaticTargetRecord = {
      targetName,
      isHidden: isHidden ?? false,
      portals: portals ?? [],
      loginOptions: { ...kept?.loginOptions, ...said },
      ...(targetAlias === undefined ? {} : { targetAlias }),
      ...(mapping === undefined ? {} : { mapping }),
    };
    const secret = password === undefined ? (kept === undefined ? null : undefined) : secretBytes(password);
    wanted.staticTargets.put(record, { persists, ...(secret === undefined ? {} : { secret }) });
    events.publish('staticTargetAdded', { targetName });
    discovery.staticTargetChanged(targetName);
    return this.#withSessions({ targetName, instances: discovery.instancesOf(targetName) });
  }

  removeStaticTarget(input: { readonly targetName: string }): void {
    const { targetName } = checkInput(targetNameInput, input);
    if (!this.#parts.wanted.staticTargets.delete(targetName)) {
      throw new ServiceError('SERVICE_TARGET_UNKNOWN', `${targetName} is no static target`, { field: 'targetName' });
    }
    this.#parts.events.publish('staticTargetRemoved', { targetName });
  }

  #portal(key: string): SendTargetsPortal {
    const { wanted, discovery } = this.#parts;
    const record = wanted.portals.get(key);
    if (record === undefined) throw unknownPortal(key);
    const loginOptions = { ...record.loginOptions, hasPassword: wanted.portals.hasSecret(key) };
    return { ...record, loginOptions, outcome: outcomeOf(discovery.source('portal', key)) };
  }

  #server(address: string): IsnsServer {
    const source = this.#parts.discovery.source('isnsServer', address);
    return { address, outcome: outcomeOf(source), isRegistered: source?.source.isRegistered ?? false };
  }

  #knownPortal(input: InitiatorPlace & PortalAddress): { readonly key: string; readonly address: string } {
    const checked = checkInput(portalKeyInput, input);
    const { host, port } = checked;
    const place = this.#parts.instances.place(checked);
    const key = portalKind.keyOf({ ...place, host, port, symbolicName: '', loginOptions: {}, securityFlags: 0 });
    const address = formatPortal(checked);
    if (this.#parts.wanted.portals.get(key) === undefined) throw unknownPortal(address);
    return { key, address };
  }

  #knownServer(input: { readonly address: string }): string {
    const { address } = checkInput(serverInput, input);
    if (this.#parts.wanted.isnsServers.get(address) !== undefined) return address;
    throw new ServiceError('SERVICE_SERVER_UNKNOWN', `There is no iSNS server ${address}`, { field: 'address' });
  }

  #withSessions(target: Omit<KnownTarget, 'sessions'>): KnownTarget {
    const sessions = this.#parts.sessions.of(target.targetName).map(({ sessionId }) => sessionId);
    return { ...target, sessions };
  }
}

function outcomeOf(source: AskedSource | undefined): SendTargetsPortal['outcome'] {
  return source?.outcome ?? { at: undefined, targetCount: 0, error: undefined };
}

function unknownPortal(address: string): ServiceError {
  return new ServiceError('SERVICE_PORTAL_UNKNOWN', `There is no SendTargets portal ${address}`, { field: 'host' });
}
