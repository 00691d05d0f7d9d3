// The service by the Discovery Library API over the socket. What the API has not, this door has not.

import {
  type Answer,
  type ConnectedIscsiDsc,
  connectIscsiDsc,
  ISCSI_LOGIN_FLAGS,
  ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED,
  type ISCSI_SESSION_INFO,
  type ISCSI_SESSION_INFO_EX,
  type ISCSI_UNIQUE_SESSION_ID,
  type LoginOptionsInput,
  statusFacts,
  TARGET_INFORMATION_CLASS,
} from '../../../src/iscsidsc/index.ts';
import {
  type Address,
  type Door,
  type LoginWish,
  type Looks,
  Refusal,
  type SessionView,
  sortedBy,
  textOf,
  type Views,
} from './door.ts';

const authTypes = ['none', 'chap', 'mutualChap'];

/** The service at a Unix socket. */
export class DscDoor implements Door {
  readonly name = 'iscsidsc';
  readonly looks: Looks = {
    sessions: async () => await this.#sessions(),
    portals: async () => {
      const { PortalInfo } = await this.#out(this.#dsc.ReportIScsiSendTargetPortalsEx());
      return PortalInfo.map(({ Address: host, Socket: port }) => textOf({ host, port })).sort();
    },
    targets: async () => await this.#targets(),
    persistentLogins: async () => await this.#persistentLogins(),
    devices: async () => await this.#devices(),
    isnsServers: async () => [...(await this.#out(this.#dsc.ReportISNSServerList())).Buffer].sort(),
    radiusServers: async () => [...(await this.#out(this.#dsc.ReportRadiusServerList())).Buffer].sort(),
  };
  readonly #socketPath: string;
  #dsc: ConnectedIscsiDsc;
  #heard = '';

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#dsc = connectIscsiDsc({ socketPath });
  }

  get heard(): string {
    return this.#heard;
  }

  async reopen(): Promise<void> {
    await this.#dsc.close();
    this.#dsc = connectIscsiDsc({ socketPath: this.#socketPath });
  }

  async addPortal(portal: Address): Promise<string | undefined> {
    return await this.#outcome(this.#dsc.AddIScsiSendTargetPortal(null, null, null, null, portalOf(portal)));
  }

  async refreshPortal(portal: Address): Promise<void> {
    await this.#out(this.#dsc.RefreshIScsiSendTargetPortal(null, null, portalOf(portal)));
  }

  async removePortal(portal: Address): Promise<void> {
    await this.#out(this.#dsc.RemoveIScsiSendTargetPortal(null, null, portalOf(portal)));
  }

  async addTarget(targetName: string, portal: Address): Promise<void> {
    const group = { Portals: [portalOf(portal)] };
    await this.#out(this.#dsc.AddIScsiStaticTarget(targetName, null, 0, true, null, null, group));
  }

  async removeTarget(targetName: string): Promise<void> {
    await this.#out(this.#dsc.RemoveIScsiStaticTarget(targetName));
  }

  async login(
    targetName: string,
    { existing = 'refuse', isPersistent = false, chap, isMutual = false, asksRadius = false }: LoginWish = {},
  ): Promise<{ sessionId: string; connectionId: string }> {
    const options: LoginOptionsInput = {
      LoginFlags:
        (existing === 'add' ? ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED : 0) |
        (asksRadius ? ISCSI_LOGIN_FLAGS.ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION : 0),
      ...(chap && { AuthType: isMutual ? 2 : 1, Username: chap.user, Password: chap.secret }),
    };
    const { UniqueSessionId, UniqueConnectionId } = await this.#out(
      this.#dsc.LoginIScsiTarget(targetName, false, null, null, null, null, null, options, null, isPersistent),
    );
    return { sessionId: idText(UniqueSessionId), connectionId: idText(UniqueConnectionId) };
  }

  async logout(sessionId: string): Promise<void> {
    await this.#out(this.#dsc.LogoutIScsiTarget(idOf(sessionId)));
  }

  async addConnection(sessionId: string, portal: Address): Promise<string> {
    const call = this.#dsc.AddIScsiConnection(idOf(sessionId), null, null, portalOf(portal));
    return idText((await this.#out(call)).ConnectionId);
  }

  async removeConnection(sessionId: string, connectionId: string): Promise<void> {
    await this.#out(this.#dsc.RemoveIScsiConnection(idOf(sessionId), idOf(connectionId)));
  }

  async removePersistentLogin(targetName: string): Promise<void> {
    await this.#out(this.#dsc.RemoveIScsiPersistentTarget(null, null, targetName, null));
  }

  async setInitiatorSecret(secret: string): Promise<void> {
    await this.#out(this.#dsc.SetIScsiInitiatorCHAPSharedSecret(secret));
  }

  async addIsnsServer(address: string): Promise<string | undefined> {
    return await this.#outcome(this.#dsc.AddISNSServer(address));
  }

  async removeIsnsServer(address: string): Promise<void> {
    await this.#out(this.#dsc.RemoveISNSServer(address));
  }

  async addRadiusServer(address: string): Promise<void> {
    await this.#out(this.#dsc.AddRadiusServer(address));
  }

  async setRadiusSecret(secret: string): Promise<void> {
    await this.#out(this.#dsc.SetIScsiInitiatorRADIUSSharedSecret(secret));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dsc.close();
  }

  async #sessions(): Promise<SessionView[]> {
    const { SessionInfo } = await this.#out(this.#dsc.GetIScsiSessionList());
    const { SessionInfo: more } = await this.#out(this.#dsc.GetIScsiSessionListEx());
    const byId = new Map(more.map((session) => [idText(session.SessionId), session]));
    const views = SessionInfo.map((session) => sessionView(session, byId.get(idText(session.SessionId))));
    return sortedBy(views, ({ sessionId }) => sessionId);
  }

  async #targets(): Promise<Views['targets']> {
    const { Buffer: names } = await this.#out(this.#dsc.ReportIScsiTargets(false));
    const targets = names.map(async (targetName) => {
      const { DiscoveryMechanisms } = TARGET_INFORMATION_CLASS;
      const found = await this.#out(this.#dsc.GetIScsiTargetInformation(targetName, null, DiscoveryMechanisms));
      const { Portals } = await this.#out(this.#dsc.ReportIScsiTargetPortals(null, targetName, null));
      const portals = Portals.map(({ Address: host, Socket: port }) => textOf({ host, port }));
      return { targetName, mechanisms: [...found.Buffer].sort(), portals: [...new Set(portals)].sort() };
    });
    return sortedBy(await Promise.all(targets), ({ targetName }) => targetName);
  }

  async #persistentLogins(): Promise<Views['persistentLogins']> {
    const { PersistentLoginInfo } = await this.#out(this.#dsc.ReportIScsiPersistentLogins());
    const passwordBit = ISCSI_LOGIN_OPTIONS_INFO_SPECIFIED.ISCSI_LOGIN_OPTIONS_PASSWORD;
    const logins = PersistentLoginInfo.map(({ TargetName, TargetPortal, LoginOptions }) => ({
      targetName: TargetName,
      portal: TargetPortal.Address === '' ? 'any' : `${TargetPortal.Address}:${TargetPortal.Socket}`,
      authType: authTypes[LoginOptions.AuthType] ?? '',
      userName: LoginOptions.Username,
      hasPassword: (LoginOptions.InformationSpecified & passwordBit) !== 0,
    }));
    return sortedBy(logins, ({ targetName, portal }) => `${targetName} ${portal}`);
  }

  async #devices(): Promise<Views['devices']> {
    const { SessionInfo } = await this.#out(this.#dsc.GetIScsiSessionList());
    const ofSessions = SessionInfo.map(async ({ SessionId }) => {
      const { Devices } = await this.#out(this.#dsc.GetDevicesForIScsiSession(SessionId));
      return Devices.map(({ DeviceInterfaceName: path, ScsiAddress: { PathId, TargetId, Lun } }) => ({
        path,
        sessionId: idText(SessionId),
        scsiAddress: `${PathId}:${TargetId}:${Lun}`,
      }));
    });
    return sortedBy((await Promise.all(ofSessions)).flat(), ({ path, sessionId }) => `${path} ${sessionId}`);
  }

  /** The code of what a source of discovery could not be asked for, which is kept all the same. */
  async #outcome(call: Promise<Answer>): Promise<string | undefined> {
    try {
      await this.#out(call);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.code;
      throw error;
    }
  }

  async #out<Out extends object>(call: Promise<Answer<Out>>): Promise<Out> {
    const answer = await call;
    this.#heard += `${JSON.stringify(answer, readable)}\n`;
    if (answer.Status === 0) return answer;
    const { Status, Cause } = answer;
    this.#heard += `${Cause.stack ?? ''}\n`;
    const holders = 'holders' in Cause ? (Cause.holders as Refusal['holders']) : [];
    throw new Refusal(Cause.code, statusFacts(Status)?.name ?? Status, Cause.message, holders);
  }
}

function sessionView(session: ISCSI_SESSION_INFO, more: ISCSI_SESSION_INFO_EX | undefined): SessionView {
  return {
    sessionId: idText(session.SessionId),
    targetName: session.TargetName,
    initiatorName: session.InitiatorName,
    isid: Buffer.from(session.ISID).toString('hex'),
    tsih: Buffer.from(session.TSID).readUInt16BE(),
    authType: authTypes[more?.Connections[0]?.AuthType ?? 0] ?? '',
    isInformational: more?.Type === 1,
    connections: session.Connections.map(({ ConnectionId, CID, TargetAddress, TargetSocket }) => ({
      connectionId: idText(ConnectionId),
      cid: Buffer.from(CID).readUInt16BE(),
      address: `${TargetAddress}:${TargetSocket}`,
    })),
  };
}

function portalOf({ host, port }: Address): { readonly Address: string; readonly Socket: number } {
  return { Address: host, Socket: port };
}

function idText({ AdapterUnique, AdapterSpecific }: ISCSI_UNIQUE_SESSION_ID): string {
  return [AdapterUnique, AdapterSpecific].map((part) => part.toString(16).padStart(16, '0')).join('-');
}

function idOf(text: string): ISCSI_UNIQUE_SESSION_ID {
  const [unique = '', specific = ''] = text.split('-');
  return { AdapterUnique: BigInt(`0x${unique}`), AdapterSpecific: BigInt(`0x${specific}`) };
}

/** Bytes and 64-bit numbers as text, so that nothing that came out is overlooked. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString(16);
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}
