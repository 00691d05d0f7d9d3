// The JSON that HTTP answers with and the command line prints, as views. Read by hand: no schema of ours has a part in it.

import { sortedBy, type Views } from './door.ts';

/** Something of JSON, which is looked into by name. */
export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  at(name: string): Json {
    const { value } = this;
    return new Json(typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined);
  }

  /** What is not there is null by HTTP, and left out by the command line. */
  get isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get text(): string {
    return this.#of('string', this.value);
  }

  get number(): number {
    return this.#of('number', this.value);
  }

  get boolean(): boolean {
    return this.#of('boolean', this.value);
  }

  get list(): Json[] {
    if (!Array.isArray(this.value)) throw new Error(`${JSON.stringify(this.value)} is no list`);
    return this.value.map((each) => new Json(each));
  }

  /** A portal, as `host:port`. */
  get address(): string {
    return `${this.at('host').text}:${this.at('port').number}`;
  }

  #of(kind: 'string', value: unknown): string;
  #of(kind: 'number', value: unknown): number;
  #of(kind: 'boolean', value: unknown): boolean;
  #of(kind: string, value: unknown): unknown {
    if (typeof value !== kind) throw new Error(`${JSON.stringify(value)} is no ${kind}`);
    return value;
  }
}

/** What each list of the service is as a view. */
export const viewOf: { readonly [Name in keyof Views]: (list: Json) => Views[Name] } = {
  sessions: ({ list }) =>
    sortedBy(
      list.map((session) => ({
        sessionId: session.at('sessionId').text,
        targetName: session.at('targetName').text,
        initiatorName: session.at('initiatorName').text,
        isid: session.at('isid').text,
        tsih: session.at('tsih').number,
        authType: session.at('authType').text,
        isInformational: session.at('isInformational').boolean,
        connections: session
          .at('connections')
          .list.filter((connection) => connection.at('state').text !== 'lost')
          .map((connection) => ({
            connectionId: connection.at('connectionId').text,
            cid: connection.at('cid').number,
            address: connection.at('targetAddress').address,
          })),
      })),
      ({ sessionId }) => sessionId,
    ),
  portals: ({ list }) => list.map((portal) => portal.address).sort(),
  targets: ({ list }) =>
    sortedBy(
      list.map((target) => {
        const instances = target.at('instances').list;
        const portals = instances.flatMap((instance) => instance.at('portals').list.map((portal) => portal.address));
        return {
          targetName: target.at('targetName').text,
          mechanisms: instances.map((instance) => instance.at('mechanism').text).sort(),
          portals: [...new Set(portals)].sort(),
        };
      }),
      ({ targetName }) => targetName,
    ),
  persistentLogins: ({ list }) =>
    sortedBy(
      list.map((login) => {
        const options = login.at('loginOptions');
        return {
          targetName: login.at('targetName').text,
          portal: login.at('portal').isThere ? login.at('portal').address : 'any',
          authType: options.at('authType').isThere ? options.at('authType').text : 'none',
          userName: options.at('userName').isThere ? options.at('userName').text : '',
          hasPassword: options.at('hasPassword').boolean,
        };
      }),
      ({ targetName, portal }) => `${targetName} ${portal}`,
    ),
  devices: ({ list }) =>
    sortedBy(
      list.map((device) => ({
        path: device.at('path').text,
        sessionId: device.at('sessionId').text,
        scsiAddress: ['osBusNumber', 'osTargetNumber', 'osLun'].map((part) => device.at(part).number).join(':'),
      })),
      ({ path, sessionId }) => `${path} ${sessionId}`,
    ),
  holds: ({ list }) =>
    sortedBy(
      list.map((hold) => ({
        path: hold.at('path').text,
        sessionId: hold.at('sessionId').text,
        label: hold.at('label').text,
      })),
      ({ path, label }) => `${path} ${label}`,
    ),
  secrets: ({ list }) =>
    sortedBy(
      list.map((secret) => ({ name: secret.at('name').text, length: secret.at('length').number })),
      ({ name }) => name,
    ),
  isnsServers: ({ list }) => list.map((server) => server.at('address').text).sort(),
  radiusServers: ({ list }) => list.map((server) => server.address).sort(),
};

/** Those who hold a device, in an error or in the report of a logout. */
export function holdersIn(document: Json): { label: string; pid: number }[] {
  const holders = document.at('holders');
  if (!holders.isThere) return [];
  return holders.list.map((holder) => ({ label: holder.at('label').text, pid: holder.at('pid').number }));
}
