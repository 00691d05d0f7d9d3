// Portals and places as options and arguments, and as they are shown.

import { type Command, InvalidArgumentError } from 'commander';
import { parsePortal } from '../../base/index.ts';
import type {
  anyInitiatorPort as contractPort,
  InitiatorPlace,
  PortalAddress,
  TargetPortal,
} from '../../service/index.ts';
import { integerFrom } from '../sizes.ts';

/** The contract's `anyInitiatorPort`, for which alone the whole service would have to be loaded. */
const anyInitiatorPort: typeof contractPort = 0xffffffff;

/** The options that say which adapter, and which of its ports. */
export interface PlaceOptions {
  readonly instance?: string;
  readonly initiatorPort?: number;
}

/** Adds the options that say which adapter, and which of its ports. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option('--instance <name>', 'the initiator instance, such as Root\\ISCSIPRT\\0000_0; any unless given')
    .option(
      '--initiator-port <n>',
      "the instance's port, counted from 0 in `hawser initiator`; any unless given",
      integerFrom(0, anyInitiatorPort),
    );
}

/** What the options say. */
export function toPlace({ instance, initiatorPort }: PlaceOptions): InitiatorPlace {
  return {
    ...(instance === undefined ? {} : { instance }),
    ...(initiatorPort === undefined ? {} : { initiatorPort }),
  };
}

/** Reads `host[:port]`. Throws commander's InvalidArgumentError. */
export function parsePortalArgument(text: string): PortalAddress {
  try {
    return parsePortal(text);
  } catch {
    throw new InvalidArgumentError('must be host[:port], an IPv6 address in brackets');
  }
}

/** As `parsePortalArgument`, for an option that may be given several times. */
export function collectPortals(text: string, before: readonly PortalAddress[]): readonly PortalAddress[] {
  return [...before, parsePortalArgument(text)];
}

/** `host:port`, and `,tag` where a portal group is known, as SendTargets tells it. */
export function formatPortal({ host, port, portalGroupTag }: TargetPortal): string {
  const tag = portalGroupTag === undefined ? '' : `,${portalGroupTag}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}${tag}`;
}

/** The adapter and its port, as a table shows them. */
export function formatPlace({ instance, initiatorPort }: InitiatorPlace): string {
  const isAny = initiatorPort === undefined || initiatorPort === anyInitiatorPort;
  return `${instance ?? 'any'}${isAny ? '' : ` port ${initiatorPort}`}`;
}

/** A moment as people read it: without fractions of a second. */
export function formatTime(text: string | undefined): string {
  return text === undefined ? '' : text.replace(/\.\d+Z$/, 'Z');
}
