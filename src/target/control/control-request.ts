// What can be asked of a running target over its control socket: one JSON object a line, one answer each.

import { IscsiError, UsageError } from '../../base/index.ts';
import type { CrashOptions } from '../../block/index.ts';
import type { FaultHandle, FaultInfo } from '../faults/laboratory.ts';
import type { FaultSpec } from '../faults/settings.ts';
import type { TargetSessionInfo } from '../target-session.ts';

/** The target as the control socket needs it. */
export interface ControlledTarget {
  readonly name: string;
  inject(fault: FaultSpec | string): FaultHandle;
  removeFault(id: number): boolean;
  faults(): FaultInfo[];
  sessions(): TargetSessionInfo[];
  reboot(options?: CrashOptions & { readonly downMs?: number }): Promise<void>;
}

/** A request. It has one member, which names it. */
export type ControlRequest =
  | { readonly inject: FaultSpec | string }
  | { readonly remove: number | 'all' }
  | { readonly list: true }
  | { readonly sessions: true }
  | { readonly addLun: { readonly lun: number; readonly size: number | string } }
  | { readonly removeLun: number }
  | { readonly resizeLun: { readonly lun: number; readonly size: number | string } }
  | { readonly reboot: { readonly ms?: number; readonly keep?: string; readonly seed?: number } };

/** A session as it is told. */
export interface ControlSession {
  readonly sessionId: number;
  readonly initiatorName: string;
  readonly isid: number;
  readonly tsih: number;
  readonly isDiscovery: boolean;
  readonly taskCount: number;
  readonly cids: readonly number[];
}

/** An answer. Which members there are depends on the request. */
export interface ControlAnswer {
  readonly ok: true;
  readonly fault?: FaultInfo;
  readonly removed?: readonly number[];
  readonly faults?: readonly FaultInfo[];
  readonly sessions?: readonly ControlSession[];
}

/** An answer to a request that could not be carried out. */
export interface ControlRefusal {
  readonly ok: false;
  readonly error: { readonly code: string; readonly message: string; readonly argument?: string };
}

type Members = Readonly<Record<string, unknown>>;

/** Carries out the request in a line. Never throws. */
export async function answerLine(target: ControlledTarget, line: string): Promise<ControlAnswer | ControlRefusal> {
  try {
    return { ok: true, ...(await answer(target, parse(line))) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof IscsiError ? error.code : 'UNEXPECTED';
    const argument = error instanceof UsageError ? error.argument : undefined;
    return { ok: false, error: { code, message, ...(argument !== undefined && { argument }) } };
  }
}

async function answer(target: ControlledTarget, [kind, value]: [string, unknown]): Promise<Omit<ControlAnswer, 'ok'>> {
  switch (kind) {
    case 'inject':
      return { fault: copyOf(target.inject(typeof value === 'string' ? value : specOf(kind, value))) };
    case 'remove':
      return { removed: remove(target, value) };
    case 'list':
      return { faults: target.faults() };
    case 'sessions':
      return { sessions: target.sessions().map((session) => describe(session)) };
    case 'addLun':
      target.inject({ ...membersOf(kind, value), name: 'add-lun' });
      return {};
    case 'removeLun':
      target.inject({ name: 'remove-lun', lun: value as number });
      return {};
    case 'resizeLun':
      target.inject({ ...membersOf(kind, value), name: 'resize-lun' });
      return {};
    case 'reboot':
      await reboot(target, membersOf(kind, value));
      return {};
    default:
      throw bad(`There is no request ${JSON.stringify(kind)}`, kind);
  }
}

function parse(line: string): [string, unknown] {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    throw bad('A request is one JSON object on one line', 'request');
  }
  const [only, ...others] = Object.entries(membersOf('request', request));
  if (only === undefined || others.length > 0) throw bad('A request has one member, which names it', 'request');
  return only;
}

function membersOf(what: string, value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw bad(`${what} takes an object, not ${JSON.stringify(value)}`, what);
}

function specOf(what: string, value: unknown): FaultSpec {
  const members = membersOf(what, value);
  if (typeof members['name'] === 'string') return members as FaultSpec;
  throw bad('A fault needs a name', 'name');
}

function remove(target: ControlledTarget, wanted: unknown): number[] {
  const ids = wanted === 'all' ? target.faults().map(({ id }) => id) : [wanted];
  return ids.map((id) => {
    if (typeof id === 'number' && target.removeFault(id)) return id;
    throw bad(`There is no fault with the id ${JSON.stringify(id)}`, 'remove');
  });
}

/** The same checks as for the fault of that name, but it waits until the target is there again. */
async function reboot(target: ControlledTarget, members: Members): Promise<void> {
  target.inject({ ...members, name: 'reboot' });
  await target.reboot(); // it is under way: this waits for it
}

function copyOf({ id, name, settings, hits, isSpent }: FaultInfo): FaultInfo {
  return { id, name, settings, hits, isSpent };
}

function describe({ connections, ...session }: TargetSessionInfo): ControlSession {
  const { sessionId, initiatorName, isid, tsih, isDiscovery, taskCount } = session;
  return { sessionId, initiatorName, isid, tsih, isDiscovery, taskCount, cids: connections.map(({ cid }) => cid) };
}

function bad(message: string, argument: string): UsageError {
  return new UsageError('ISCSI_BAD_ARGUMENT', message, { argument });
}
