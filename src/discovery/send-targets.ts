// SendTargets (RFC 7143 §4.3 and Appendix C): which targets a portal knows, and where each can be reached.

import { ProtocolError } from '../base/index.ts';
import {
  openSession,
  type Portal,
  parseTargetAddress,
  type Session,
  type SessionOptions,
  type TargetAddress,
} from '../session/index.ts';
import { encodeTextKeys } from '../wire/index.ts';

/** A target and its addresses. */
export interface DiscoveredTarget {
  readonly name: string;
  /** Where it can be reached, in the order told; the portal that was asked when the target names none. */
  readonly addresses: readonly TargetAddress[];
}

/** What a portal says to SendTargets. */
export interface SendTargetsAnswer {
  /** The keys as the portal gave them: `key=value`, each with a NUL behind it (RFC 7143 §6.1). */
  readonly text: Uint8Array;
  readonly targets: DiscoveredTarget[];
}

/**
 * Asks over an open session: `All` in a discovery session, a target's name, or the empty string for the session's own
 * target (RFC 7143 Appendix C). Rejects as `session.text` does, and with ProtocolError ISCSI_BAD_TEXT.
 */
export async function sendTargets(
  session: Session,
  portal: Portal,
  options: { which?: string; signal?: AbortSignal } = {},
): Promise<DiscoveredTarget[]> {
  return (await sendTargetsText(session, portal, options)).targets;
}

/** As `sendTargets`, with the answer as it came besides. */
export async function sendTargetsText(
  session: Session,
  portal: Portal,
  options: { which?: string; signal?: AbortSignal } = {},
): Promise<SendTargetsAnswer> {
  const request = [['SendTargets', options.which ?? 'All']] as const;
  const pairs = await session.text(request, options.signal === undefined ? {} : { signal: options.signal });
  return { text: encodeTextKeys(pairs), targets: readTargets(pairs, portal) };
}

/** Opens a discovery session, asks for all targets and logs out. Rejects as `openSession` and `sendTargets` do. */
export async function discoverTargets(options: SessionOptions, signal?: AbortSignal): Promise<DiscoveredTarget[]> {
  const session = await openDiscoverySession(options, signal);
  try {
    return await sendTargets(session, options.portal, signal === undefined ? {} : { signal });
  } finally {
    await session.logout();
  }
}

/** Opens a discovery session whatever the options say of its type. Rejects as `openSession` does. */
export async function openDiscoverySession(options: SessionOptions, signal?: AbortSignal): Promise<Session> {
  const login = { ...options.login, sessionType: 'Discovery', targetName: undefined } as const;
  return await openSession({ ...options, login }, signal);
}

/** Reads the answer to SendTargets: each TargetName is followed by its TargetAddresses. */
export function readTargets(pairs: readonly (readonly [string, string])[], portal: Portal): DiscoveredTarget[] {
  const targets: { name: string; addresses: TargetAddress[] }[] = [];
  for (const [key, value] of pairs) {
    const last = targets.at(-1);
    if (key === 'TargetName') {
      targets.push({ name: value, addresses: [] });
    } else if (key === 'TargetAddress') {
      if (last === undefined) throw badAnswer('A TargetAddress came before any TargetName');
      last.addresses.push(parseTargetAddress(value));
    } else if (key === 'SendTargets') {
      throw badAnswer(`The target answered SendTargets with ${value}`);
    }
  }
  // A target without an address is reached where the question was asked (RFC 7143 Appendix C).
  const { host, port } = portal;
  return targets.map(({ name, addresses }) => ({
    name,
    addresses: addresses.length === 0 ? [{ host, port }] : addresses,
  }));
}

function badAnswer(message: string): ProtocolError {
  return new ProtocolError('ISCSI_BAD_TEXT', message, { clause: 'RFC 7143 Appendix C' });
}
