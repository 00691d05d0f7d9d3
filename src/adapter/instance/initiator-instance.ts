// An initiator instance: one adapter with the operations of MSiSCSI_Operations, typed, and the sessions that it keeps.

import { EventEmitter } from 'node:events';

import { type Lun, ServiceError, SessionError, systemClock } from '../../base/index.ts';
import type { DiscoveredTarget, SendTargetsAnswer } from '../../discovery/index.ts';
import type { PortFacts } from '../../engine/index.ts';
import { type KeyOfferOptions, type KeyOffers, type Portal, resolveKeyOffers } from '../../session/index.ts';
import { Initiator } from '../initiator.ts';
import { checkName, defaultInitiatorName } from '../initiator-name.ts';
import type { InitiatorSession, LogoutOptions, LogoutReport } from '../initiator-session.ts';
import { passOnDeviceEvents } from './device-happenings.ts';
import { DiscoverySessions, type InstanceDiscovery } from './discovery-sessions.ts';
import { InitiatorPorts } from './initiator-ports.ts';
import { InstanceLogins } from './instance-logins.ts';
import type {
  AddConnectionInput,
  CloseInstanceOptions,
  InitiatorInstanceOptions,
  LoginToTargetInput,
  LoginToTargetResult,
  SendTargetsInput,
} from './instance-options.ts';
import { authTypeOf, type InstanceEvents, InstanceSession } from './instance-session.ts';
import { type InstanceStatistics, StatisticsCollector } from './instance-statistics.ts';
import { cidOf, type LoadBalancePolicy, toCids, toUniqueIds } from './load-balance-policy.ts';
import { type LoginOrder, RacingLogins } from './racing-logins.ts';
import { type RawInquiry, type RawScsiAnswer, rawInquiry, rawReadCapacity, rawReportLuns } from './raw-scsi.ts';
import { Troubles } from './troubles.ts';
import { formatUniqueId, randomAdapterId, UniqueIds } from './unique-ids.ts';

/** One initiator instance. Ready as soon as it is made; to be closed. */
export class InitiatorInstance {
  readonly name: string;
  /** UniqueAdapterId: the adapter's half of the ids of its sessions, as management has them. */
  readonly adapterId: bigint;
  /** The lives of the sessions and their devices. */
  readonly events: EventEmitter<InstanceEvents> = new EventEmitter();
  readonly #initiator: Initiator;
  readonly #ids: UniqueIds;
  readonly #ports: InitiatorPorts;
  readonly #statistics: StatisticsCollector;
  readonly #troubles: Troubles;
  readonly #sessions = new Map<bigint, InstanceSession>();
  readonly #discoveries: DiscoverySessions;
  readonly #logins: InstanceLogins;
  #offers: KeyOfferOptions = {};
  readonly #racing: RacingLogins;
  #nodeName: string;
  #alias: string | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Throws UsageError ISCSI_BAD_ARGUMENT for a node name that is none, a binding that this host does not have, or keys that
   * cannot be offered.
   */
  constructor(options: InitiatorInstanceOptions) {
    const { nodeName = defaultInitiatorName(), binding, transport, isids, clock = systemClock } = options;
    this.name = options.name;
    this.events.setMaxListeners(0); // faces come and go, each with listeners of its own
    this.adapterId = options.adapterId ?? randomAdapterId();
    this.#nodeName = checkName(nodeName, 'nodeName');
    this.#alias = options.alias;
    this.#ids = options.ids ?? new UniqueIds();
    this.#discoveries = new DiscoverySessions(this.#ids);
    this.#ports = new InitiatorPorts(binding);
    this.#statistics = new StatisticsCollector(options.commandAnswered);
    this.#troubles = new Troubles(this.events, (id) => this.#sessionWith(id), this.#statistics.observer);
    this.#initiator = new Initiator({
      name: this.#nodeName,
      clock,
      observer: this.#troubles.observer,
      ...(binding === undefined ? {} : { binding }),
      ...(transport === undefined ? {} : { transport }),
      ...(isids === undefined ? {} : { isids }),
    });
    this.setOffers(options.offers ?? {});
    this.#logins = new InstanceLogins(() => this.sessions());
    this.#racing = new RacingLogins({
      initiator: this.#initiator,
      clock,
      events: this.events,
      register: this.#register.bind(this),
    });
    this.#statistics.start();
    this.#troubles.start();
  }

  /** The name that new logins are made under. */
  get nodeName(): string {
    return this.#nodeName;
  }

  get alias(): string | undefined {
    return this.#alias;
  }

  /** Names the node anew, for logins from now on. Throws UsageError ISCSI_BAD_ARGUMENT for a name that is none. */
  setNodeName(name: string, alias?: string): void {
    this.#nodeName = checkName(name, 'nodeName');
    this.#alias = alias;
  }

  /** The keys that a login offers which says nothing of them. */
  get offers(): KeyOffers {
    return resolveKeyOffers(this.#offers);
  }

  /** Has logins from now on offer these keys by themselves. Throws UsageError ISCSI_BAD_ARGUMENT, and changes nothing then. */
  setOffers(changes: KeyOfferOptions): void {
    const offers = { ...this.#offers, ...changes };
    resolveKeyOffers(offers);
    this.#offers = offers;
  }

  /** The local addresses that connections may start from; the index is the number of the initiator port. */
  get ports(): string[] {
    return this.#ports.addresses;
  }

  /** The ports with what the operating system tells of their network interfaces. Never rejects. */
  async portFacts(): Promise<PortFacts[]> {
    return await this.#ports.facts();
  }

  /** Asks a portal for its targets in a discovery session, which is logged out again. Rejects as Initiator.discover does. */
  async sendTargets(input: SendTargetsInput): Promise<DiscoveredTarget[]> {
    const { initiatorPort, portal, ...wishes } = input;
    return await this.#initiator.discover({ ...this.#wishes(wishes), portal: this.#start(portal, initiatorPort) });
  }

  /**
   * Logs in to a portal in a discovery session, which is kept until `logoutFromTarget`, for `sendTargetsOver`. Rejects as
   * Initiator.connect does.
   */
  async loginForDiscovery(input: SendTargetsInput): Promise<InstanceDiscovery> {
    this.#requireOpen();
    const { initiatorPort, portal, ...told } = input;
    const wishes = { ...this.#wishes(told), portal: this.#start(portal, initiatorPort) };
    const session = await this.#initiator.openDiscovery(wishes);
    if (this.#closed === undefined) return this.#discoveries.add(session, authTypeOf(wishes.chap));
    await session.logout();
    throw closed();
  }

  /**
   * Asks over a kept discovery session: `All`, the name of a target, or the empty string; see DiscoverySession.sendTargets.
   * Rejects with ServiceError SERVICE_SESSION_UNKNOWN for any other session too.
   */
  async sendTargetsOver(uniqueSessionId: bigint, which: string, signal?: AbortSignal): Promise<SendTargetsAnswer> {
    return await this.#discoveries.get(uniqueSessionId).session.sendTargets(which, signal);
  }

  /**
   * Logs in to a target, at the first of its portals that takes the login: all are connected to at once, and the circuit
   * that answers first carries the login; of those that answer together, or wait for their turn, the first in the order
   * given. Logins for the same session that are under way and told the same are one, at the portals
   * of all. Rejects with ServiceError SERVICE_NO_PORTAL or LoginError, which name every portal and why; for a single
   * portal as Initiator.connect does; with ServiceError SERVICE_TARGET_LOGGED_IN, SessionError ISCSI_CLOSED or the
   * signal's reason. Then nothing is left behind.
   */
  async loginToTarget(input: LoginToTargetInput): Promise<LoginToTargetResult> {
    this.#requireOpen();
    const { sessionType, existing, initiatorPort, connect = {} } = input;
    const targetName = checkName(input.targetName, 'targetName');
    const isInformational = sessionType === 'informational';
    // Whoever is content with the session that another login makes is so under any ISID.
    const { isid, ...told } = connect;
    const settings = this.#wishes(told);
    const order = { ...settings, ...(isid === undefined ? {} : { isid }), targetName, informational: isInformational };
    const { session, ...how } = await this.#logins.obtain(
      {
        targetName,
        isInformational,
        portals: input.portals.map((portal) => this.#start(portal, initiatorPort)),
        existing,
        settings,
      },
      {
        candidates: (portals) => this.#racing.candidates(portals, connect),
        logIn: async (candidates, end) => await this.#racing.logIn(order, candidates, end),
      },
      input.signal,
    );
    const { uniqueSessionId, leadingConnectionId: uniqueConnectionId } = session;
    return { uniqueSessionId, uniqueConnectionId, ...how };
  }

  /**
   * Logs a session out safely; see InitiatorSession.logout. Its ids name nothing afterwards. A session that is lost stops
   * reconnecting. A discovery session has no devices, and nobody to ask.
   */
  async logoutFromTarget(uniqueSessionId: bigint, options: LogoutOptions = {}): Promise<LogoutReport> {
    const discovery = this.#discoveries.find(uniqueSessionId);
    if (discovery !== undefined) return await this.#discoveries.logout(discovery);
    return await this.session(uniqueSessionId).session.logout(options);
  }

  /**
   * Adds a connection to a session. Resolves with its id, which stays the same over reconnects. Rejects as
   * InitiatorSession.addConnection does, and with ServiceError.
   */
  async addConnectionToSession(uniqueSessionId: bigint, input: AddConnectionInput = {}): Promise<bigint> {
    const known = this.session(uniqueSessionId);
    const { signal, initiatorPort, connect } = input;
    const portal = this.#start(input.portal ?? known.portal, initiatorPort);
    const cid = await known.session.addConnection(portal, {
      ...(signal === undefined ? {} : { signal }),
      ...(connect === undefined ? {} : { connect }),
    });
    const id = known.connectionIds.get(cid);
    if (id !== undefined) return id;
    throw new SessionError('ISCSI_NO_SUCH_CONNECTION', `Connection ${cid} was over as soon as it had been added`);
  }

  /**
   * Removes a connection while the session goes on; see InitiatorSession.removeConnection. Rejects with SessionError
   * ISCSI_LAST_CONNECTION and ISCSI_LEADING_CONNECTION, and with ServiceError for ids that name nothing.
   */
  async removeConnectionFromSession(
    uniqueSessionId: bigint,
    uniqueConnectionId: bigint,
    options: { readonly drainTimeoutMs?: number } = {},
  ): Promise<void> {
    const { session, connectionIds } = this.session(uniqueSessionId);
    await session.removeConnection(cidOf(uniqueConnectionId, connectionIds), options);
  }

  /** Chooses connections by another policy from the next command on. Throws UsageError and ServiceError. */
  setLoadBalancePolicy(uniqueSessionId: bigint, policy: LoadBalancePolicy): void {
    const { session, connectionIds } = this.session(uniqueSessionId);
    session.setPolicy(toCids(policy, connectionIds));
  }

  /** The policy of a session; undefined for one that is a function. */
  loadBalancePolicy(uniqueSessionId: bigint): LoadBalancePolicy | undefined {
    const { session, connectionIds } = this.session(uniqueSessionId);
    return toUniqueIds(session.policy, connectionIds);
  }

  /** Sends INQUIRY. Any SCSI status is an answer; rejects as ScsiPort.execute does, and with ServiceError. */
  async scsiInquiry(uniqueSessionId: bigint, inquiry: RawInquiry, signal?: AbortSignal): Promise<RawScsiAnswer> {
    return await rawInquiry(this.session(uniqueSessionId).session, inquiry, signal);
  }

  /** Sends READ CAPACITY (16), or (10) to a unit that does not have it: 32 bytes or 8. Rejects as `scsiInquiry`. */
  async scsiReadCapacity(uniqueSessionId: bigint, lun: number | Lun, signal?: AbortSignal): Promise<RawScsiAnswer> {
    return await rawReadCapacity(this.session(uniqueSessionId).session, lun, signal);
  }

  /** Sends REPORT LUNS to LUN 0. Rejects as `scsiInquiry`. */
  async scsiReportLuns(uniqueSessionId: bigint, signal?: AbortSignal): Promise<RawScsiAnswer> {
    return await rawReportLuns(this.session(uniqueSessionId).session, signal);
  }

  /** The discovery sessions that are kept, in the order of their logins; `sessions` has none of them. */
  discoverySessions(): InstanceDiscovery[] {
    return this.#discoveries.all();
  }

  /** The sessions that there are, in the order of their logins. */
  sessions(): InstanceSession[] {
    return [...this.#sessions.values()];
  }

  /** A session by its id. Throws ServiceError SERVICE_SESSION_UNKNOWN for one that is none, or was. */
  session(uniqueSessionId: bigint): InstanceSession {
    const session = this.#sessions.get(uniqueSessionId);
    if (session !== undefined) return session;
    const message = `There is no session ${formatUniqueId(uniqueSessionId)}`;
    throw new ServiceError('SERVICE_SESSION_UNKNOWN', message, { field: 'sessionId' });
  }

  /** What has been counted so far. */
  statistics(): InstanceStatistics {
    return this.#statistics.statistics;
  }

  /**
   * Gives up logins that are under way, ends all sessions and releases everything. Never rejects. A second call gets the
   * first one's result; one that does not log out cuts the logouts of the first short.
   */
  close(options: CloseInstanceOptions): Promise<void> {
    const first = this.#closed;
    this.#closed ??= this.#close(options);
    if (first !== undefined && !options.logOut) this.#drop();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ logOut: true });
  }

  /** The session that diagnostics know by this number. */
  #sessionWith(id: number): InstanceSession | undefined {
    return this.sessions().find(({ session }) => session.id === id);
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw closed();
  }

  /** What a login is told, with what the instance says where that says nothing. */
  #wishes<T extends { readonly offers?: KeyOfferOptions }>(told: T): T & Pick<LoginOrder, 'initiatorName' | 'offers'> {
    const alias = this.#alias;
    const node = { initiatorName: this.#nodeName, ...(alias === undefined ? {} : { initiatorAlias: alias }) };
    return { ...node, ...told, offers: { ...this.#offers, ...told.offers } };
  }

  /** The portal, to be reached from a port of ours. */
  #start(portal: Portal, initiatorPort: number | undefined): Portal {
    const localAddress = this.#ports.addressOf(initiatorPort);
    return localAddress === undefined ? portal : { ...portal, localAddress };
  }

  #register(made: InitiatorSession, order: LoginOrder, portal: Portal): InstanceSession {
    const { initiatorName, initiatorAlias, chap } = order;
    const login = { portal, initiatorName, initiatorAlias, authType: authTypeOf(chap) };
    const session = new InstanceSession(made, login, { ids: this.#ids, events: this.events });
    this.#sessions.set(session.uniqueSessionId, session);
    this.#statistics.add(session);
    this.#troubles.add(session);
    passOnDeviceEvents(session, this.events);
    session.announce(() => {
      this.#sessions.delete(session.uniqueSessionId);
      this.#statistics.remove(session);
    });
    return session;
  }

  async #close({ logOut }: CloseInstanceOptions): Promise<void> {
    await this.#logins.giveUp(closed());
    await this.#racing.close();
    if (!logOut) this.#drop();
    await Promise.all([this.#discoveries.close(), this.#initiator.close()]);
    this.#statistics.stop();
    this.#troubles.stop();
  }

  #drop(): void {
    for (const { session } of [...this.sessions(), ...this.discoverySessions()]) session.destroy(closed());
  }
}

function closed(): SessionError {
  return new SessionError('ISCSI_CLOSED', 'The initiator instance is closed');
}
