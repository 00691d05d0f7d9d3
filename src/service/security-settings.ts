// Secrets and the settings of RADIUS and IPsec: kept and shown, never with a value. IPsec is applied nowhere.

import { ServiceError } from '../base/index.ts';
import type { InitiatorPlace, Secret } from './contract/names.ts';
import type { IkeIdentity, IkeSettings, IkeSettingsInput, RadiusServer, TunnelAddress } from './contract/security.ts';
import type { EventLog } from './events/event-log.ts';
import { checkInput } from './input/check.ts';
import { serverInput } from './input/discovery.ts';
import { ikeSettingsInput, placeInput, presharedKeyInput, secretInput, tunnelInput } from './input/security.ts';
import type { Instances } from './instances.ts';
import { checkChapSecret } from './logins/login-rules.ts';
import { onlyKey } from './wanted/kinds.ts';
import { placeKey } from './wanted/place.ts';
import { parseServer, radiusPort } from './wanted/servers.ts';
import { secretBytes, secretName } from './wanted/vault.ts';
import type { Wanted } from './wanted/wanted.ts';

/** The least and the most bytes of a RADIUS secret, as SetIScsiInitiatorRADIUSSharedSecret has them. */
const radiusSecretLength = { least: 22, most: 26 } as const;

/** The operations on secrets, RADIUS servers and IPsec settings. */
export class SecuritySettings {
  readonly #wanted: Wanted;
  readonly #instances: Instances;
  readonly #events: EventLog;

  constructor(wanted: Wanted, instances: Instances, events: EventLog) {
    this.#wanted = wanted;
    this.#instances = instances;
    this.#events = events;
  }

  setChapSecret(input: { readonly secret: Secret | null }): void {
    const { secret } = checkInput(secretInput, input);
    const bytes = secret === null ? undefined : secretBytes(secret);
    if (bytes !== undefined) checkChapSecret(bytes, 'secret');
    this.#keep(secretName.chap, bytes);
  }

  setRadiusSecret(input: { readonly secret: Secret | null }): void {
    const { secret } = checkInput(secretInput, input);
    const bytes = secret === null ? undefined : secretBytes(secret);
    const { least, most } = radiusSecretLength;
    if (bytes !== undefined && (bytes.length < least || bytes.length > most)) {
      const message = `A RADIUS secret has ${least} to ${most} bytes, not ${bytes.length}`;
      throw new ServiceError('SERVICE_SECRET_INVALID', message, { field: 'secret' });
    }
    this.#keep(secretName.radius, bytes);
  }

  radiusServers(): RadiusServer[] {
    return this.#wanted.radiusServers.all().map(({ address }) => parseServer(address, radiusPort));
  }

  addRadiusServer(input: { readonly address: string }): void {
    const { address } = checkInput(serverInput, input);
    parseServer(address, radiusPort);
    if (this.#wanted.radiusServers.get(address) !== undefined) return;
    this.#wanted.radiusServers.put({ address });
    this.#events.publish('radiusServerAdded', { detail: { address } });
  }

  /** Throws ServiceError SERVICE_SERVER_UNKNOWN for one that is not kept. */
  removeRadiusServer(input: { readonly address: string }): void {
    const { address } = checkInput(serverInput, input);
    if (!this.#wanted.radiusServers.delete(address)) {
      throw new ServiceError('SERVICE_SERVER_UNKNOWN', `There is no RADIUS server ${address}`, { field: 'address' });
    }
    this.#events.publish('radiusServerRemoved', { detail: { address } });
  }

  /** The settings of a place, or those of every place that hold for it too. */
  ikeSettings(input: InitiatorPlace): IkeSettings {
    const checked = checkInput(placeInput, input);
    this.#instances.at(checked);
    const place = this.#instances.place(checked);
    const { ike, groupKey } = this.#wanted;
    const { instance } = place;
    const keys = [place, instance === undefined ? {} : { instance }, {}].map(placeKey);
    const key = keys.find((each) => ike.get(each) !== undefined);
    const record = key === undefined ? undefined : ike.get(key);
    const hasKey = (key !== undefined && ike.hasSecret(key)) || groupKey.hasSecret(onlyKey);
    const identity = record?.identity ?? groupKey.get(onlyKey)?.identity;
    return { ...place, securityFlags: record?.securityFlags ?? 0, identity, hasKey };
  }

  setIkeSettings(input: IkeSettingsInput): void {
    const settings = checkInput(ikeSettingsInput, input);
    this.#instances.at(settings);
    const { securityFlags, identity, key, persists = true } = settings;
    const record = {
      ...this.#instances.place(settings),
      securityFlags,
      ...(identity === undefined ? {} : { identity }),
    };
    this.#wanted.ike.put(record, { persists, ...(key === undefined ? {} : { secret: secretBytes(key) }) });
    this.#events.publish('ikeSettingsChanged');
  }

  setPresharedKey(input: {
    readonly identity?: IkeIdentity;
    readonly key: Secret | null;
    readonly persists?: boolean;
  }): void {
    const { identity, key, persists = true } = checkInput(presharedKeyInput, input);
    const { groupKey } = this.#wanted;
    if (key === null) groupKey.delete(onlyKey);
    else groupKey.put(identity === undefined ? {} : { identity }, { persists, secret: secretBytes(key) });
    this.#events.publish('presharedKeyChanged');
  }

  tunnelAddresses(): TunnelAddress[] {
    const { tunnels } = this.#wanted;
    return tunnels.keys().flatMap((key) => {
      const record = tunnels.get(key);
      return record === undefined ? [] : [{ ...record, persists: !tunnels.isVolatile(key) }];
    });
  }

  setTunnelAddress(input: TunnelAddress): void {
    const settings = checkInput(tunnelInput, input);
    this.#instances.at(settings);
    const { destination, outer, persists = true } = settings;
    const { tunnels } = this.#wanted;
    const where = { ...this.#instances.place(settings), ...(destination === undefined ? {} : { destination }) };
    if (outer === undefined) tunnels.delete(tunnels.keyOf({ ...where, outer: '' }));
    else tunnels.put({ ...where, outer }, { persists });
    this.#events.publish('tunnelAddressesChanged');
  }

  #keep(name: string, bytes: Uint8Array | undefined): void {
    this.#wanted.vault.keep(name, bytes);
    this.#events.publish('secretChanged', { detail: { isSet: bytes !== undefined } });
  }
}
