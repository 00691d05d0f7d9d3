// The service by the program: every step is a process of `hawser`, and what counts is what it prints and ends with.

import { hawser } from '../hawser-program.ts';
import { holdersIn, Json, viewOf } from './documents.ts';
import { type Address, type LoginWish, type Looks, Refusal, textOf, type WideDoor } from './door.ts';

/** The service at a Unix socket. */
export class CliDoor implements WideDoor {
  readonly name = 'CLI';
  readonly looks: Looks;
  readonly #socketPath: string;
  #heard = '';

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.looks = {
      sessions: async () => viewOf.sessions((await this.#run('sessions')).at('sessions')),
      portals: async () => viewOf.portals((await this.#run('portals')).at('portals')),
      targets: async () => viewOf.targets((await this.#run('targets')).at('targets')),
      persistentLogins: async () => viewOf.persistentLogins((await this.#run('persistent')).at('persistentLogins')),
      devices: async () => viewOf.devices((await this.#run('devices')).at('devices')),
      holds: async () => viewOf.holds((await this.#run('devices', 'holds')).at('holds')),
      secrets: async () => viewOf.secrets((await this.#run('secrets')).at('secrets')),
      isnsServers: async () => viewOf.isnsServers((await this.#run('isns')).at('servers')),
      radiusServers: async () => viewOf.radiusServers((await this.#run('radius')).at('servers')),
    };
  }

  get heard(): string {
    return this.#heard;
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  async addPortal(portal: Address): Promise<string | undefined> {
    const error = (await this.#run('portals', 'add', textOf(portal))).at('outcome').at('error');
    return error.isThere ? error.at('code').text : undefined;
  }

  async refreshPortal(portal: Address): Promise<void> {
    await this.#run('portals', 'refresh', textOf(portal));
  }

  async removePortal(portal: Address): Promise<void> {
    await this.#run('portals', 'remove', textOf(portal));
  }

  async addTarget(targetName: string, portal: Address): Promise<void> {
    await this.#run('targets', 'add', targetName, '--portal', textOf(portal));
  }

  async removeTarget(targetName: string): Promise<void> {
    await this.#run('targets', 'remove', targetName);
  }

  async login(
    targetName: string,
    { existing = 'refuse', isPersistent = false, chap, isMutual = false, asksRadius = false }: LoginWish = {},
  ): Promise<{ sessionId: string; connectionId: string }> {
    const options = [
      ...['--existing', existing],
      ...(existing === 'add' ? ['--multipath'] : []),
      ...(isPersistent ? ['--persistent'] : []),
      ...(chap === undefined ? [] : ['--chap-user', chap.user, '--chap-secret-file', '-']),
      ...(isMutual ? ['--mutual'] : []),
      ...(asksRadius ? ['--radius-verification'] : []),
    ];
    const made = await this.#runWith(chap?.secret, 'login', targetName, ...options);
    return { sessionId: made.at('sessionId').text, connectionId: made.at('connectionId').text };
  }

  async logout(sessionId: string): Promise<void> {
    await this.#run('logout', sessionId);
  }

  async logoutByForce(sessionId: string): Promise<string[]> {
    const reports = (await this.#run('logout', sessionId, '--force')).at('sessions').list;
    return reports.flatMap(holdersIn).map(({ label }) => label);
  }

  async addConnection(sessionId: string, portal: Address): Promise<string> {
    return (await this.#run('connections', 'add', sessionId, '--portal', textOf(portal))).at('connectionId').text;
  }

  async removeConnection(sessionId: string, connectionId: string): Promise<void> {
    await this.#run('connections', 'remove', sessionId, connectionId);
  }

  async removePersistentLogin(targetName: string): Promise<void> {
    await this.#run('persistent', 'remove', targetName);
  }

  async setInitiatorSecret(secret: string): Promise<void> {
    await this.#runWith(secret, 'secrets', 'set-chap', '--secret-file', '-');
  }

  async addIsnsServer(address: string): Promise<string | undefined> {
    const error = (await this.#run('isns', 'add', address)).at('outcome').at('error');
    return error.isThere ? error.at('code').text : undefined;
  }

  async removeIsnsServer(address: string): Promise<void> {
    await this.#run('isns', 'remove', address);
  }

  async addRadiusServer(address: string): Promise<void> {
    await this.#run('radius', 'add', address);
  }

  async setRadiusSecret(secret: string): Promise<void> {
    await this.#runWith(secret, 'secrets', 'set-radius', '--secret-file', '-');
  }

  async hold(path: string, label: string): Promise<string> {
    const pid = String(process.pid);
    return (await this.#run('devices', 'hold', path, '--label', label, '--pid', pid)).at('holdId').text;
  }

  async release(holdId: string): Promise<void> {
    await this.#run('devices', 'release', holdId);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #run(...args: string[]): Promise<Json> {
    return await this.#runWith(undefined, ...args);
  }

  async #runWith(input: string | undefined, ...args: string[]): Promise<Json> {
    const env = { HAWSER_SOCKET: this.#socketPath };
    const { status, stdout, stderr } = await hawser([...args, '--json'], { env, ...(input && { input }) });
    this.#heard += `${stdout}\n${stderr}\n`;
    const document = new Json(stdout === '' ? undefined : JSON.parse(stdout));
    if (status === 0 && stderr === '') return document;
    const error = document.at('error');
    if (!error.isThere)
      throw new Error(`hawser ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`);
    throw new Refusal(error.at('code').text, status ?? 'a signal', error.at('message').text, holdersIn(error));
  }
}
