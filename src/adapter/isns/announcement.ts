// What a server is told of us, and what it makes of it: the registration, and the wish to hear of changes.

import { IsnsError } from '../../base/index.ts';
import {
  type IsnsNotice,
  isnsStatus,
  readRegistration,
  registrationRequest,
  scnRegistrationRequest,
} from '../../discovery/index.ts';
import type { IsnsNode, ResolvedIsnsOptions } from './isns-options.ts';
import type { NoticePort } from './notice-port.ts';
import type { ServerLine } from './server-line.ts';

/** What a server knows of us. */
export interface Presence {
  readonly node: IsnsNode;
  readonly entity: string;
  /** Whether it tells us of changes; some servers take only registrations. */
  readonly hearsChanges: boolean;
  /** When it should hear from us again. */
  readonly renewMs: number;
}

/** Where and how to announce. */
export interface AnnouncementParts {
  readonly line: ServerLine;
  readonly noticePort: NoticePort;
  readonly options: ResolvedIsnsOptions;
  /** Whether what the server has of us goes away first. */
  readonly replaces: boolean;
}

/** Registers, and asks for notices. Rejects as `IsnsLine.request` for a registration that failed. */
export async function announce(parts: AnnouncementParts, signal: AbortSignal): Promise<Presence> {
  const { line, options } = parts;
  const node = options.node();
  const { entity, periodSeconds } = await register(parts, node, signal);
  const hearsChanges = await asksForNotices(line, node.name, signal);
  const { presenceMs } = options.limits;
  // At half the period (RFC 4171 §6.2.6), and often enough to notice that the server has lost us.
  const halfPeriodMs = periodSeconds === undefined || periodSeconds === 0 ? presenceMs : periodSeconds * 500;
  return { node, entity, hearsChanges, renewMs: Math.min(presenceMs, halfPeriodMs) };
}

/** Whether a notice is meant for the node. */
export function isFor(notice: IsnsNotice, { name }: IsnsNode): boolean {
  const meant = notice.kind === 'stateChange' ? notice.destination : notice.entity;
  return meant.toLowerCase() === entityOf(name);
}

/** One entity for each node name, since that is unique in the world, and nobody else's to use. */
function entityOf(nodeName: string): string {
  return nodeName.toLowerCase();
}

async function register(
  { line, noticePort, options, replaces }: AnnouncementParts,
  node: IsnsNode,
  signal: AbortSignal,
): Promise<ReturnType<typeof readRegistration>> {
  const { periodSeconds, statusInquirySeconds } = options;
  const ask = async (inquirySeconds: number): Promise<ReturnType<typeof readRegistration>> => {
    const request = registrationRequest({
      nodeName: node.name,
      alias: node.alias,
      entity: entityOf(node.name),
      portal: { address: line.localAddress, port: noticePort.port, protocol: 'tcp' },
      statusInquirySeconds: inquirySeconds,
      periodSeconds,
      replaces,
    });
    return readRegistration(await line.request(request, signal));
  };
  try {
    return await ask(statusInquirySeconds);
  } catch (error) {
    const isWithoutInquiry = error instanceof IsnsError && error.status === isnsStatus.esiNotAvailable;
    if (!isWithoutInquiry || statusInquirySeconds === 0) throw error;
    return await ask(0);
  }
}

async function asksForNotices(line: ServerLine, nodeName: string, signal: AbortSignal): Promise<boolean> {
  try {
    await line.request(scnRegistrationRequest(nodeName), signal);
    return true;
  } catch (error) {
    if (error instanceof IsnsError && error.code === 'ISNS_REFUSED') return false;
    throw error;
  }
}
