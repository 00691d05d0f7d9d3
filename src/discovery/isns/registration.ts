// Registering an initiator: its entity, its portal and its node (RFC 4171 §5.6.5.1, §5.6.5.4 to §5.6.5.6).

import { IsnsError } from '../../base/index.ts';
import type { IsnsAttribute } from './attribute.ts';
import { functionId } from './function-id.ts';
import { type IsnsPort, toPortValue } from './port.ts';
import { type IsnsAnswer, type IsnsRequest, isnsRequest } from './request.ts';
import { tag } from './tag.ts';

/** The block storage protocol of an entity (§6.2.2). */
export const entityProtocol = { none: 1, iscsi: 2, ifcp: 3 } as const;

/** What a node is, as bits (§6.4.2). */
export const nodeType = { target: 0x1, initiator: 0x2, control: 0x4 } as const;

/** What a node wants to hear of, and what it hears, as bits (§6.4.4). */
export const scnBit = {
  memberAdded: 0x01,
  memberRemoved: 0x02,
  objectUpdated: 0x04,
  objectAdded: 0x08,
  objectRemoved: 0x10,
  management: 0x20,
  targetAndSelfOnly: 0x40,
  initiatorAndSelfOnly: 0x80,
} as const;

/** An initiator as a server is to know it. */
export interface InitiatorRegistration {
  readonly nodeName: string;
  readonly alias: string | undefined;
  /** The entity identifier: ours alone, of at most 255 bytes, and not beginning with `isns:` (§6.2.1). */
  readonly entity: string;
  /** Where the server finds us: an address literal, and the port on which it tells of changes and asks whether we live. */
  readonly portal: { readonly address: string } & IsnsPort;
  /** How often it is to ask whether we live, in seconds; 0 for never. */
  readonly statusInquirySeconds: number;
  /** How long it keeps us without hearing from us, in seconds; undefined for as long as it likes. */
  readonly periodSeconds: number | undefined;
  /** Whether all that was registered under the entity goes away first; else what is there is brought up to date. */
  readonly replaces: boolean;
}

/** What a server made of a registration. */
export interface RegistrationAnswer {
  readonly entity: string;
  /** How long it keeps us without hearing from us, in seconds; undefined when it did not say, 0 for ever. */
  readonly periodSeconds: number | undefined;
}

/** Asks for an initiator to be registered. */
export function registrationRequest(initiator: InitiatorRegistration): IsnsRequest {
  const { nodeName, alias, entity, portal, statusInquirySeconds, periodSeconds, replaces } = initiator;
  const port = toPortValue(portal);
  const eid: IsnsAttribute = { tag: tag.entityIdentifier, value: entity };
  const operating: IsnsAttribute[] = [
    eid,
    { tag: tag.entityProtocol, value: entityProtocol.iscsi },
    ...(periodSeconds === undefined ? [] : [{ tag: tag.registrationPeriod, value: periodSeconds }]),
    { tag: tag.portalIpAddress, value: portal.address },
    { tag: tag.portalPort, value: port },
    ...(statusInquirySeconds === 0
      ? []
      : [
          { tag: tag.esiInterval, value: statusInquirySeconds },
          { tag: tag.esiPort, value: port },
        ]),
    { tag: tag.scnPort, value: port },
    { tag: tag.iscsiName, value: nodeName },
    { tag: tag.iscsiNodeType, value: nodeType.initiator },
    ...(alias === undefined || alias === '' ? [] : [{ tag: tag.iscsiAlias, value: alias }]),
  ];
  return isnsRequest(functionId.devAttrReg, nodeName, { key: [eid], operating, replaces });
}

/** Reads the answer to a registration. Throws IsnsError ISNS_BAD_ANSWER when it is about another entity, or none. */
export function readRegistration({ key, operating }: IsnsAnswer): RegistrationAnswer {
  const all = [...key, ...operating];
  const entity = all.find((attribute) => attribute.tag === tag.entityIdentifier)?.value;
  const period = all.find((attribute) => attribute.tag === tag.registrationPeriod)?.value;
  if (typeof entity !== 'string') {
    const message = 'The answer to DevAttrReg names no entity';
    throw new IsnsError('ISNS_BAD_ANSWER', message, { clause: 'RFC 4171 §5.7.5.1' });
  }
  return { entity, periodSeconds: typeof period === 'number' ? period : undefined };
}

/** Asks to be told when targets come, go or change, or the initiator's own place among them does. */
export function scnRegistrationRequest(nodeName: string): IsnsRequest {
  const { targetAndSelfOnly, objectRemoved, objectAdded, objectUpdated } = scnBit;
  return isnsRequest(functionId.scnReg, nodeName, {
    key: [{ tag: tag.iscsiName, value: nodeName }],
    operating: [{ tag: tag.iscsiScnBitmap, value: targetAndSelfOnly | objectRemoved | objectAdded | objectUpdated }],
  });
}

/** Asks for an entity to be forgotten, with all that belongs to it. */
export function deregistrationRequest(nodeName: string, entity: string): IsnsRequest {
  return isnsRequest(functionId.devDereg, nodeName, { operating: [{ tag: tag.entityIdentifier, value: entity }] });
}

/** Asks whether a node is registered; any message keeps its entity's registration up (§6.2.6), this one too. */
export function presenceRequest(nodeName: string): IsnsRequest {
  const key: IsnsAttribute = { tag: tag.iscsiName, value: nodeName };
  return isnsRequest(functionId.devAttrQry, nodeName, {
    key: [key],
    operating: [{ tag: tag.iscsiName, value: undefined }],
  });
}

/** Whether the node that was asked for is there: a query for what is not is answered with nothing (§5.6.5.2). */
export function readPresence({ operating }: IsnsAnswer): boolean {
  return operating.some((attribute) => attribute.tag === tag.iscsiName && attribute.value !== undefined);
}
