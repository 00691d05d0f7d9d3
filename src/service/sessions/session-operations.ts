// The operations on sessions and connections.

import type { LogoutReport } from '../../adapter/index.ts';
import { type Lun, readLun, ServiceError } from '../../base/index.ts';
import type { LunName, UniqueId } from '../contract/names.ts';
import type {
  ConnectionInput,
  InquiryInput,
  LogoutInfo,
  LogoutInput,
  PolicyInput,
  RemovalInfo,
  ScsiAnswer,
  SessionInfo,
} from '../contract/sessions.ts';
import { shown } from '../discovery/asked-source.ts';
import { badRequest, checkInput } from '../input/check.ts';
import {
  connectionInput,
  inquiryInput,
  logoutInput,
  policyInput,
  removeConnectionInput,
  sessionIdInput,
  sessionLunInput,
} from '../input/sessions.ts';
import type { InstancePort } from '../instance-port.ts';
import type { LoginRules } from '../logins/login-rules.ts';
import { formatUniqueId, parseUniqueId } from '../unique-ids.ts';
import { secretBytes } from '../wanted/vault.ts';
import { sessionInfo } from './session-info.ts';
import type { Entry, Sessions } from './sessions.ts';

type AdapterPolicy = Parameters<InstancePort['setLoadBalancePolicy']>[1];
type AdapterAnswer = Awaited<ReturnType<InstancePort['scsiInquiry']>>;

/** Sessions and their connections. */
export class SessionOperations {
  readonly #sessions: Sessions;
  readonly #rules: LoginRules;

  constructor(sessions: Sessions, rules: LoginRules) {
    this.#sessions = sessions;
    this.#rules = rules;
  }

  sessions(): SessionInfo[] {
    return this.#sessions.all().map(sessionInfo);
  }

  session(input: { readonly sessionId: UniqueId }): SessionInfo {
    return sessionInfo(this.#sessions.get(checkInput(sessionIdInput, input).sessionId));
  }

  /** Asks the holders of every device first, unless the session is an informational one. */
  async logout(input: LogoutInput): Promise<LogoutInfo> {
    const { sessionId, ...options } = checkInput(logoutInput, input);
    const entry = this.#sessions.get(sessionId);
    const { instance, facts } = entry;
    const report = await this.#sessions.leave(entry, () => instance.logoutFromTarget(facts.uniqueSessionId, options));
    const { isClean, error } = report;
    return { ...removalInfo(report), isClean, error: error === undefined ? undefined : shown(error) };
  }

  setPolicy(input: PolicyInput): SessionInfo {
    const checked = checkInput(policyInput, input);
    const entry = this.#sessions.get(checked.sessionId);
    entry.instance.setLoadBalancePolicy(entry.facts.uniqueSessionId, policyOf(entry, checked));
    return sessionInfo(entry);
  }

  async addConnection(input: ConnectionInput, signal: AbortSignal): Promise<{ readonly connectionId: UniqueId }> {
    const {
      sessionId,
      portal,
      initiatorPort,
      loginOptions,
      securityFlags = 0,
      key,
    } = checkInput(connectionInput, input);
    const { instance, facts } = this.#sessions.get(sessionId);
    const { password: given, ...options } = loginOptions ?? {};
    const password = given === undefined ? undefined : secretBytes(given);
    const connect = this.#rules.connectionWishes({ options, password, securityFlags, hasKey: key !== undefined });
    const id = await instance.addConnectionToSession(facts.uniqueSessionId, {
      signal,
      connect,
      ...(portal === undefined ? {} : { portal }),
      ...(initiatorPort === undefined ? {} : { initiatorPort }),
    });
    return { connectionId: formatUniqueId(instance.adapterId, id) };
  }

  async removeConnection(input: {
    readonly sessionId: UniqueId;
    readonly connectionId: UniqueId;
    readonly drainTimeoutMs?: number;
  }): Promise<void> {
    const { sessionId, connectionId, ...options } = checkInput(removeConnectionInput, input);
    const entry = this.#sessions.get(sessionId);
    const id = connectionOf(entry, connectionId, 'connectionId');
    await entry.instance.removeConnectionFromSession(entry.facts.uniqueSessionId, id, options);
  }

  async scsiInquiry(input: InquiryInput, signal: AbortSignal): Promise<ScsiAnswer> {
    const { sessionId, lun, ...inquiry } = checkInput(inquiryInput, input);
    const { instance, facts } = this.#sessions.get(sessionId);
    const request = { ...inquiry, lun: lunOf(lun) };
    return scsiAnswer(await instance.scsiInquiry(facts.uniqueSessionId, request, signal));
  }

  async scsiReadCapacity(
    input: { readonly sessionId: UniqueId; readonly lun: LunName },
    signal: AbortSignal,
  ): Promise<ScsiAnswer> {
    const { sessionId, lun } = checkInput(sessionLunInput, input);
    const { instance, facts } = this.#sessions.get(sessionId);
    return scsiAnswer(await instance.scsiReadCapacity(facts.uniqueSessionId, lunOf(lun), signal));
  }

  async scsiReportLuns(input: { readonly sessionId: UniqueId }, signal: AbortSignal): Promise<ScsiAnswer> {
    const { sessionId } = checkInput(sessionIdInput, input);
    const { instance, facts } = this.#sessions.get(sessionId);
    return scsiAnswer(await instance.scsiReportLuns(facts.uniqueSessionId, signal));
  }
}

/** What a removal cost, without the errors themselves. */
export function removalInfo({
  holders,
  unknownWrites,
  flushErrors,
}: Omit<LogoutReport, 'isClean' | 'error'>): RemovalInfo {
  return {
    holders,
    unknownWrites: unknownWrites.map(({ device, offset, length }) => ({ device, offset, length })),
    flushErrors: flushErrors.map(({ error }) => shown(error)),
  };
}

function policyOf(entry: Entry, { policy, active = [], weights = {} }: PolicyInput): AdapterPolicy {
  const ids = active.map((id) => connectionOf(entry, id, 'active'));
  switch (policy) {
    case 'failOver':
      return ids[0] === undefined ? { kind: policy } : { kind: policy, preferred: ids[0] };
    case 'roundRobinSubset':
      if (ids.length === 0) throw badRequest('active', 'a subset has at least one connection');
      return { kind: 'roundRobinWithSubset', preferred: ids };
    case 'weightedPaths': {
      const byId = Object.entries(weights).map(([id, weight]) => [connectionOf(entry, id, 'weights'), weight] as const);
      return { kind: policy, weights: new Map(byId) };
    }
    case 'roundRobin':
    case 'leastQueueDepth':
      return { kind: policy };
  }
}

function connectionOf({ instance, facts }: Entry, connectionId: UniqueId, field: string): bigint {
  const { adapterId, uniqueId } = parseUniqueId(connectionId);
  const isThere = facts.connections.some(({ uniqueConnectionId }) => uniqueConnectionId === uniqueId);
  if (adapterId === instance.adapterId && isThere) return uniqueId;
  throw new ServiceError('SERVICE_CONNECTION_UNKNOWN', `The session has no connection ${connectionId}`, { field });
}

function lunOf(lun: LunName): number | Lun {
  return typeof lun === 'number' ? lun : readLun(Buffer.from(lun, 'hex'), 0);
}

function scsiAnswer({ scsiStatus, response, sense }: AdapterAnswer): ScsiAnswer {
  return {
    scsiStatus,
    response: Buffer.from(response).toString('base64'),
    sense: Buffer.from(sense).toString('base64'),
  };
}
