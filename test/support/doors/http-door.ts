// The service by HTTP alone: requests as anybody would write them who has read the OpenAPI document.

import { ask } from '../raw-http.ts';
import { holdersIn, Json, viewOf } from './documents.ts';
import { type Address, type LoginWish, type Looks, Refusal, type WideDoor } from './door.ts';

/** ISCSI_LOGIN_FLAGS. */
const multipath = 2;
const radiusVerification = 32;

/** The service at a Unix socket. */
export class HttpDoor implements WideDoor {
  readonly name = 'HTTP';
  readonly looks: Looks;
  readonly #socketPath: string;
  #heard = '';

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.looks = {
      sessions: async () => viewOf.sessions(await this.get('/v1/sessions')),
      portals: async () => viewOf.portals(await this.get('/v1/portals')),
      targets: async () => viewOf.targets(await this.get('/v1/targets')),
      persistentLogins: async () => viewOf.persistentLogins(await this.get('/v1/persistent-logins')),
      devices: async () => viewOf.devices(await this.get('/v1/devices')),
      holds: async () => viewOf.holds(await this.get('/v1/holds')),
      secrets: async () => viewOf.secrets(await this.get('/v1/secrets')),
      isnsServers: async () => viewOf.isnsServers(await this.get('/v1/isns-servers')),
      radiusServers: async () => viewOf.radiusServers(await this.get('/v1/radius-servers')),
    };
  }

  get heard(): string {
    return this.#heard;
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  async addPortal(portal: Address): Promise<string | undefined> {
    const error = (await this.#send('POST', '/v1/portals', portal)).at('outcome').at('error');
    return error.isThere ? error.at('code').text : undefined;
  }

  async refreshPortal({ host, port }: Address): Promise<void> {
    await this.#send('POST', `/v1/portals/${host}/${port}/refresh`, {});
  }

  async removePortal({ host, port }: Address): Promise<void> {
    await this.#send('DELETE', `/v1/portals/${host}/${port}`);
  }

  async addTarget(targetName: string, { host, port }: Address): Promise<void> {
    await this.#send('POST', '/v1/targets', { targetName, portals: [{ host, port }] });
  }

  async removeTarget(targetName: string): Promise<void> {
    await this.#send('DELETE', `/v1/targets/${targetName}`);
  }

  async login(
    targetName: string,
    { existing = 'refuse', isPersistent = false, chap, isMutual = false, asksRadius = false }: LoginWish = {},
  ): Promise<{ sessionId: string; connectionId: string }> {
    const loginOptions = {
      ...(chap && { authType: isMutual ? 'mutualChap' : 'chap', userName: chap.user, password: chap.secret }),
      loginFlags: (existing === 'add' ? multipath : 0) | (asksRadius ? radiusVerification : 0),
    };
    const made = await this.#send('POST', '/v1/sessions', { targetName, existing, isPersistent, loginOptions });
    return { sessionId: made.at('sessionId').text, connectionId: made.at('connectionId').text };
  }

  async logout(sessionId: string): Promise<void> {
    await this.#send('DELETE', `/v1/sessions/${sessionId}`);
  }

  async logoutByForce(sessionId: string): Promise<string[]> {
    const report = await this.#send('DELETE', `/v1/sessions/${sessionId}?force=true`);
    return holdersIn(report).map(({ label }) => label);
  }

  async addConnection(sessionId: string, { host, port }: Address): Promise<string> {
    const body = { portal: { host, port } };
    return (await this.#send('POST', `/v1/sessions/${sessionId}/connections`, body)).at('connectionId').text;
  }

  async removeConnection(sessionId: string, connectionId: string): Promise<void> {
    await this.#send('DELETE', `/v1/sessions/${sessionId}/connections/${connectionId}`);
  }

  async removePersistentLogin(targetName: string): Promise<void> {
    await this.#send('DELETE', `/v1/persistent-logins/${targetName}`);
  }

  async setInitiatorSecret(secret: string): Promise<void> {
    await this.#send('PUT', '/v1/secrets/initiator-chap', { secret });
  }

  async addIsnsServer(address: string): Promise<string | undefined> {
    const error = (await this.#send('POST', '/v1/isns-servers', { address })).at('outcome').at('error');
    return error.isThere ? error.at('code').text : undefined;
  }

  async removeIsnsServer(address: string): Promise<void> {
    await this.#send('DELETE', `/v1/isns-servers/${encodeURIComponent(address)}`);
  }

  async addRadiusServer(address: string): Promise<void> {
    await this.#send('POST', '/v1/radius-servers', { address });
  }

  async setRadiusSecret(secret: string): Promise<void> {
    await this.#send('PUT', '/v1/secrets/radius', { secret });
  }

  async hold(path: string, label: string): Promise<string> {
    return (await this.#send('POST', '/v1/holds', { path, label, pid: process.pid })).at('holdId').text;
  }

  async release(holdId: string): Promise<void> {
    await this.#send('DELETE', `/v1/holds/${holdId}`);
  }

  /** What a resource is. */
  async get(path: string): Promise<Json> {
    return await this.#send('GET', path);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #send(method: string, path: string, body?: object): Promise<Json> {
    const socketPath = this.#socketPath;
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await ask({ socketPath, method, path, headers }, text);
    this.#heard += `${JSON.stringify(answer.headers)}\n${answer.text}\n`;
    const document = new Json(answer.text === '' ? undefined : JSON.parse(answer.text));
    if (answer.status < 300) return document;
    throw new Refusal(document.at('code').text, answer.status, answer.text, holdersIn(document.at('facts')));
  }
}
