// Asking which targets an initiator may see, and where they are reached (RFC 4171 §5.6.5.2).

import { IsnsError } from '../../base/index.ts';
import { type AttributeValue, type IsnsAttribute } from './attribute.ts';
import { functionId } from './function-id.ts';
import { fromPortValue } from './port.ts';
import { nodeType } from './registration.ts';
import { type IsnsAnswer, type IsnsRequest, isnsRequest } from './request.ts';
import { tag } from './tag.ts';

/** A target that shares a discovery domain with the one who asked. */
export interface IsnsTarget {
  readonly name: string;
  readonly alias: string | undefined;
  /** The portals through which it may be reached, by TCP. */
  readonly portals: readonly { readonly host: string; readonly port: number; readonly portalGroupTag: number }[];
}

type Portal = IsnsTarget['portals'][number];

/** The order in which the answer has the attributes too: a node, then its portal groups. */
const wanted = [
  tag.iscsiName,
  tag.iscsiNodeType,
  tag.iscsiAlias,
  tag.pgIscsiName,
  tag.pgPortalIpAddress,
  tag.pgPortalPort,
  tag.pgTag,
] as const;

/** Asks for every node that `nodeName` may see: by name, since a node type as key would miss nodes of two types. */
export function targetsRequest(nodeName: string): IsnsRequest {
  return isnsRequest(functionId.devAttrQry, nodeName, {
    key: [{ tag: tag.iscsiName, value: undefined }],
    operating: wanted.map((each) => ({ tag: each, value: undefined })),
  });
}

/** Reads the targets out of the answer, in its order. Throws IsnsError ISNS_BAD_ANSWER for attributes out of order. */
export function readTargets({ operating }: IsnsAnswer): IsnsTarget[] {
  const nodes = new Map<string, { alias: string | undefined; type: number }>();
  const portals = new Map<string, Portal[]>();
  for (const object of objectsOf(operating)) {
    const name = object.get(tag.iscsiName);
    if (typeof name === 'string') {
      const type = object.get(tag.iscsiNodeType);
      const alias = object.get(tag.iscsiAlias);
      nodes.set(name, {
        type: typeof type === 'number' ? type : 0,
        alias: typeof alias === 'string' ? alias : undefined,
      });
    } else {
      const { owner, portal } = readPortalGroup(object);
      if (portal !== undefined) addOnce(portals, owner, portal);
    }
  }
  return [...nodes]
    .filter(([, { type }]) => (type & nodeType.target) !== 0)
    .map(([name, { alias }]) => ({ name, alias, portals: portals.get(name) ?? [] }));
}

/** Cuts the attributes into objects: each begins with its first key attribute (§5.6.4). */
function objectsOf(attributes: readonly IsnsAttribute[]): Map<number, AttributeValue>[] {
  const objects: Map<number, AttributeValue>[] = [];
  for (const { tag: found, value } of attributes) {
    if (found === tag.iscsiName || found === tag.pgIscsiName) objects.push(new Map());
    const object = objects.at(-1);
    if (object === undefined) throw bad(`attribute ${found} comes before any object's key`);
    object.set(found, value);
  }
  return objects;
}

/** A portal group without a tag says that there is no way to the node through the portal (§6.5.4). */
function readPortalGroup(group: Map<number, AttributeValue>): { owner: string; portal: Portal | undefined } {
  const owner = group.get(tag.pgIscsiName);
  const host = group.get(tag.pgPortalIpAddress);
  const portValue = group.get(tag.pgPortalPort);
  const portalGroupTag = group.get(tag.pgTag);
  if (typeof owner !== 'string') throw bad('an object has no name');
  if (typeof host !== 'string' || typeof portValue !== 'number')
    throw bad(`a portal group of ${owner} names no portal`);
  const { port, protocol } = fromPortValue(portValue);
  if (typeof portalGroupTag !== 'number' || protocol !== 'tcp') return { owner, portal: undefined };
  return { owner, portal: { host, port, portalGroupTag: portalGroupTag & 0xffff } };
}

function addOnce(portals: Map<string, Portal[]>, owner: string, portal: Portal): void {
  const all = portals.get(owner) ?? [];
  if (!all.some(({ host, port }) => host === portal.host && port === portal.port)) all.push(portal);
  portals.set(owner, all);
}

function bad(what: string): IsnsError {
  return new IsnsError('ISNS_BAD_ANSWER', `In the answer to DevAttrQry ${what}`, { clause: 'RFC 4171 §5.6.5.2' });
}
