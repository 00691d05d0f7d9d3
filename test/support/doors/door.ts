// A door of the service, as a scenario uses it: the same few things to do and to look at, whichever way they are asked for.

/** Where somebody listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How a session is asked for. */
export interface LoginWish {
  /** What a session with the target means that is there already; refused unless given. */
  readonly existing?: 'refuse' | 'add';
  readonly isPersistent?: boolean;
  readonly chap?: { readonly user: string; readonly secret: string };
  /** The target proves itself, too. */
  readonly isMutual?: boolean;
  /** RADIUS servers judge how the target proves itself. */
  readonly asksRadius?: boolean;
}

/** What there is of a session, as every door can tell it. */
export interface SessionView {
  readonly sessionId: string;
  readonly targetName: string;
  readonly initiatorName: string;
  /** In hexadecimal, as on the wire. */
  readonly isid: string;
  readonly tsih: number;
  readonly authType: string;
  readonly isInformational: boolean;
  /** Those that are there: one that is being opened again is not. */
  readonly connections: readonly { readonly connectionId: string; readonly cid: number; readonly address: string }[];
}

/** What can be looked at, each in an order that does not depend on the door. */
export interface Views {
  readonly sessions: readonly SessionView[];
  /** As `host:port`. */
  readonly portals: readonly string[];
  readonly targets: readonly {
    readonly targetName: string;
    readonly mechanisms: readonly string[];
    readonly portals: readonly string[];
  }[];
  readonly persistentLogins: readonly {
    readonly targetName: string;
    readonly portal: string;
    readonly authType: string;
    readonly userName: string;
    readonly hasPassword: boolean;
  }[];
  readonly devices: readonly { readonly path: string; readonly sessionId: string; readonly scsiAddress: string }[];
  readonly holds: readonly { readonly path: string; readonly sessionId: string; readonly label: string }[];
  readonly secrets: readonly { readonly name: string; readonly length: number }[];
  readonly isnsServers: readonly string[];
  readonly radiusServers: readonly string[];
}

export type ViewName = keyof Views;

/** How a view is looked at. The Discovery Library API knows no holds and lists no secrets, so it has not all of them. */
export type Looks = { readonly [Name in ViewName]?: () => Promise<Views[Name]> };

/** A way to the service. What is refused rejects with a {@link Refusal}. */
export interface Door extends AsyncDisposable {
  readonly name: DoorName;
  readonly looks: Looks;
  /** Everything that came out of the door, as text. */
  readonly heard: string;
  /** Opens it anew, for a service that has been started again. */
  reopen(): Promise<void>;
  /** Resolves with the code of what went wrong when the portal was asked, which keeps it all the same. */
  addPortal(portal: Address): Promise<string | undefined>;
  refreshPortal(portal: Address): Promise<void>;
  removePortal(portal: Address): Promise<void>;
  addTarget(targetName: string, portal: Address): Promise<void>;
  removeTarget(targetName: string): Promise<void>;
  login(targetName: string, wish?: LoginWish): Promise<{ readonly sessionId: string; readonly connectionId: string }>;
  logout(sessionId: string): Promise<void>;
  addConnection(sessionId: string, portal: Address): Promise<string>;
  removeConnection(sessionId: string, connectionId: string): Promise<void>;
  removePersistentLogin(targetName: string): Promise<void>;
  /** The secret that targets prove themselves with. */
  setInitiatorSecret(secret: string): Promise<void>;
  /** Resolves as `addPortal` does. Addresses of servers are `host:port`. */
  addIsnsServer(address: string): Promise<string | undefined>;
  removeIsnsServer(address: string): Promise<void>;
  addRadiusServer(address: string): Promise<void>;
  setRadiusSecret(secret: string): Promise<void>;
}

/** A door that has what the Discovery Library API has not: force, and holds. */
export interface WideDoor extends Door {
  /** Resolves with the labels of those who lost a device. */
  logoutByForce(sessionId: string): Promise<string[]>;
  /** Resolves with the id of the hold. */
  hold(path: string, label: string): Promise<string>;
  release(holdId: string): Promise<void>;
}

export type DoorName = 'iscsidsc' | 'CLI' | 'HTTP';

/** What a refusal is on each door: the status of the Discovery Library, the exit status, the status of HTTP. */
export type RefusalForms = Readonly<Record<DoorName, string | number>>;

/** An operation that was refused, as the door tells it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  /** The door's own word for it; see {@link RefusalForms}. */
  readonly form: string | number;
  readonly holders: readonly { readonly label: string; readonly pid: number }[];

  constructor(code: string, form: string | number, message: string, holders: Refusal['holders'] = []) {
    super(`${code} (${form}): ${message}`);
    this.code = code;
    this.form = form;
    this.holders = holders;
  }
}

/** As views have an address. */
export function textOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

/** In the order of what `key` makes of each. */
export function sortedBy<T>(all: readonly T[], key: (each: T) => string): T[] {
  return [...all].sort((a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))));
}
