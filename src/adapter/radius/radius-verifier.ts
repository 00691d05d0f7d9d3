// A verifier of mutual CHAP that asks RADIUS servers (RFC 2865): for initiators that do not know the targets' secrets.

import { type Clock, systemClock, UsageError } from '../../base/index.ts';
import { Engine, type LocalBinding, type TransportDriver, udpDriver } from '../../engine/index.ts';
import type { ChapVerifier } from '../../session/index.ts';
import { Inquiry, type InquiryOptions, type RadiusServerAddress } from './inquiry.ts';

/** Which servers verify targets, and how they are asked. */
export interface RadiusVerifierOptions {
  /** Asked in order, the next one when one does not answer. Port 1812 unless given. */
  readonly servers: readonly { readonly host: string; readonly port?: number }[];
  /** What the servers share with this initiator. Text is taken as UTF-8. */
  readonly secret: string | Uint8Array;
  /** NAS-Identifier; the initiator's name unless given. 1 to 253 bytes. */
  readonly nasIdentifier?: string;
  /**
   * Whether an answer must have a Message-Authenticator (RFC 3579 §3.2). Without, who can change datagrams on their way can
   * make a target that was rejected an accepted one (Blast-RADIUS, CVE-2024-3596); so it must unless refused.
   */
  readonly requiresMessageAuthenticator?: boolean;
  /** How long each copy of a request has to be answered, in milliseconds: as many as there are copies; 1000, 2000, 3000. */
  readonly waitsMs?: readonly number[];
  /** Where requests start from. */
  readonly binding?: LocalBinding;
  /** How datagrams travel; UDP unless given. */
  readonly transport?: TransportDriver;
  readonly clock?: Clock;
}

const radiusPort = 1812;
const defaultWaitsMs = [1000, 2000, 3000] as const;

/**
 * Makes a verifier for `ChapCredentials.mutual.verify`. Only MD5 is offered to the target then: RADIUS knows no other CHAP.
 * A check rejects with RadiusError RADIUS_REJECTED when a server refuses, RADIUS_UNREACHABLE when none gives an answer to
 * trust. It holds sockets only while it asks. Throws UsageError ISCSI_BAD_ARGUMENT for options that cannot be taken.
 */
export function radiusVerifier(options: RadiusVerifierOptions): ChapVerifier {
  const { binding, transport } = options;
  const inquiry = resolveOptions(options);
  return {
    algorithms: ['MD5'],
    async check(proof, signal) {
      const engine = new Engine({ clock: inquiry.clock });
      try {
        const address = engine.buildTransport(transport ?? udpDriver()).buildAddress(binding);
        await new Inquiry(inquiry, proof, address).run(signal);
        return true;
      } finally {
        await engine.close();
      }
    },
  };
}

function resolveOptions(options: RadiusVerifierOptions): InquiryOptions {
  const secret = Uint8Array.from(Buffer.from(options.secret));
  if (secret.length === 0) refuse('secret', 'is empty');
  const servers = options.servers.map(checkServer);
  if (servers.length === 0) refuse('servers', 'there are none');
  const waitsMs = options.waitsMs ?? defaultWaitsMs;
  if (waitsMs.length === 0 || !waitsMs.every((waitMs) => waitMs > 0)) refuse('waitsMs', 'at least one, each above 0');
  const { nasIdentifier, requiresMessageAuthenticator = true, clock = systemClock } = options;
  return { servers, secret, nasIdentifier, requiresMessageAuthenticator, waitsMs, clock };
}

function checkServer({ host, port = radiusPort }: RadiusVerifierOptions['servers'][number]): RadiusServerAddress {
  if (host === '') refuse('servers', 'a host is empty');
  if (!Number.isInteger(port) || port < 1 || port > 0xffff)
    refuse('servers', `port ${port} is not between 1 and 65535`);
  return { host, port };
}

function refuse(argument: string, why: string): never {
  throw new UsageError('ISCSI_BAD_ARGUMENT', `${argument}: ${why}`, { argument });
}
