// The kinds of records that are kept: what each looks like, and what its key is. Secrets stand apart, under names of
// their own, and never in a record.

import { z } from 'zod';

import type { TargetMapping } from '../contract/discovery.ts';
import type { LoginOptionsInfo } from '../contract/login-options.ts';
import type { InitiatorPlace, PortalAddress, TargetPortal } from '../contract/names.ts';
import type { IkeIdentity } from '../contract/security.ts';
import { devicePath } from '../input/devices.ts';
import { place, serverAddress, targetMapping } from '../input/discovery.ts';
import { host, nodeName, port, portalAddress, securityFlags, targetPortal } from '../input/fields.ts';
import { loginOptionsInfo } from '../input/login-options.ts';
import { ikeIdentity } from '../input/security.ts';
import { formatPortal, placeKey } from './place.ts';

/** A kind of records. */
export interface Kind<T> {
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  readonly keyOf: (record: T) => string;
}

export interface NodeRecord {
  readonly nodeName?: string;
  readonly alias?: string;
}

export interface PortalRecord extends InitiatorPlace, PortalAddress {
  readonly symbolicName: string;
  readonly loginOptions: LoginOptionsInfo;
  readonly securityFlags: number;
}

export interface ServerRecord {
  readonly address: string;
}

export interface StaticTargetRecord {
  readonly targetName: string;
  readonly targetAlias?: string;
  readonly isHidden: boolean;
  readonly portals: readonly TargetPortal[];
  readonly mapping?: TargetMapping;
  readonly loginOptions: LoginOptionsInfo;
}

export interface LoginRecord extends InitiatorPlace {
  readonly targetName: string;
  readonly portal?: PortalAddress;
  readonly isInformational: boolean;
  readonly mapping?: TargetMapping;
  readonly loginOptions: LoginOptionsInfo;
  readonly securityFlags: number;
}

export interface DeviceRecord {
  readonly path: string;
}

export interface IkeRecord extends InitiatorPlace {
  readonly securityFlags: number;
  readonly identity?: IkeIdentity;
}

export interface GroupKeyRecord {
  readonly identity?: IkeIdentity;
}

export interface TunnelRecord extends InitiatorPlace {
  readonly destination?: string;
  readonly outer: string;
}

/** An ISID that is kept for an instance, or for a persistent login. */
export interface IsidRecord {
  readonly owner: string;
  readonly isid: string;
}

/** The key of a record of which there is one. */
export const onlyKey = 'default';

export const nodeKind: Kind<NodeRecord> = {
  kind: 'initiator',
  schema: z.strictObject({ nodeName: nodeName.exactOptional(), alias: z.string().max(255).exactOptional() }),
  keyOf: () => onlyKey,
};

export const portalKind: Kind<PortalRecord> = {
  kind: 'portal',
  schema: z.strictObject({
    ...place,
    host,
    port,
    symbolicName: z.string().max(256),
    loginOptions: loginOptionsInfo,
    securityFlags,
  }),
  keyOf: (record) => `${formatPortal(record)} ${placeKey(record)}`,
};

export const isnsKind: Kind<ServerRecord> = {
  kind: 'isnsServer',
  schema: z.strictObject({ address: serverAddress }),
  keyOf: ({ address }) => address,
};

export const staticTargetKind: Kind<StaticTargetRecord> = {
  kind: 'staticTarget',
  schema: z.strictObject({
    targetName: nodeName,
    targetAlias: z.string().max(255).exactOptional(),
    isHidden: z.boolean(),
    portals: z.array(targetPortal).max(64),
    mapping: targetMapping.exactOptional(),
    loginOptions: loginOptionsInfo,
  }),
  keyOf: ({ targetName }) => targetName,
};

export const loginKind: Kind<LoginRecord> = {
  kind: 'persistentLogin',
  schema: z.strictObject({
    ...place,
    targetName: nodeName,
    portal: portalAddress.exactOptional(),
    isInformational: z.boolean(),
    mapping: targetMapping.exactOptional(),
    loginOptions: loginOptionsInfo,
    securityFlags,
  }),
  keyOf: (record) => {
    const { targetName, portal, isInformational } = record;
    const where = portal === undefined ? '*' : formatPortal(portal);
    return `${targetName} ${where} ${isInformational ? 'informational' : 'data'} ${placeKey(record)}`;
  },
};

/** A persistent login as people know it, by its key. */
export function describeLogin(key: string): string {
  const [targetName = '', where = '*'] = key.split(' ');
  return where === '*' ? targetName : `${targetName} at ${where}`;
}

export const deviceKind: Kind<DeviceRecord> = {
  kind: 'persistentDevice',
  schema: z.strictObject({ path: devicePath }),
  keyOf: ({ path }) => path,
};

export const radiusKind: Kind<ServerRecord> = {
  kind: 'radiusServer',
  schema: z.strictObject({ address: serverAddress }),
  keyOf: ({ address }) => address,
};

export const ikeKind: Kind<IkeRecord> = {
  kind: 'ike',
  schema: z.strictObject({ ...place, securityFlags, identity: ikeIdentity.exactOptional() }),
  keyOf: placeKey,
};

export const groupKeyKind: Kind<GroupKeyRecord> = {
  kind: 'groupKey',
  schema: z.strictObject({ identity: ikeIdentity.exactOptional() }),
  keyOf: () => onlyKey,
};

export const tunnelKind: Kind<TunnelRecord> = {
  kind: 'tunnel',
  schema: z.strictObject({ ...place, destination: host.exactOptional(), outer: host }),
  keyOf: (record) => `${record.destination ?? '*'} ${placeKey(record)}`,
};

const isidSchema: z.ZodType<IsidRecord> = z.strictObject({
  owner: z.string().min(1),
  isid: z.string().regex(/^0x[0-9a-f]{12}$/),
});

/** By the instance's name in lower case. */
export const instanceIsidKind: Kind<IsidRecord> = {
  kind: 'instanceIsid',
  schema: isidSchema,
  keyOf: ({ owner }) => owner,
};

/** By the persistent login's key. */
export const loginIsidKind: Kind<IsidRecord> = { kind: 'loginIsid', schema: isidSchema, keyOf: ({ owner }) => owner };
