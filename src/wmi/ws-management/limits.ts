// How much of everything the WS-Management endpoint takes.

/** Bounds of an endpoint. */
export interface WsManagementLimits {
  /** Of a request, in octets; and of an answer to a client that does not say how much it takes. */
  readonly envelopeLength: number;
  /** Of all HTTP headers of a request together, in octets. */
  readonly headerLength: number;
  /** How many operations are worked on at a time; one more ends with wsman:QuotaLimit. */
  readonly operations: number;
  /** How many enumerations may be open at a time. */
  readonly enumerations: number;
  /** How many subscriptions there may be at a time. */
  readonly subscriptions: number;
  /** How many events wait for each subscriber; the oldest are dropped, and their number is told. */
  readonly waitingEvents: number;
  /** How many connections there may be; one more is closed. */
  readonly connections: number;
  /** How long a request may take to arrive. */
  readonly receiveTimeoutMs: number;
  /** How long an operation may take that does not say. */
  readonly operationTimeoutMs: number;
  /** How long any operation may take. */
  readonly longestOperationMs: number;
  /** How long an enumeration or a subscription lives that nobody asks of and that names no time. */
  readonly lifetimeMs: number;
  /** How long any may live without being renewed. */
  readonly longestLifetimeMs: number;
  /** How long whoever has a wrong password waits for the answer. */
  readonly refusalDelayMs: number;
  /** How long operations may go on when the endpoint is closed. */
  readonly closeTimeoutMs: number;
}

const defaults: WsManagementLimits = {
  envelopeLength: 512_000,
  headerLength: 16 * 1024,
  operations: 64,
  enumerations: 128,
  subscriptions: 32,
  waitingEvents: 1024,
  connections: 256,
  receiveTimeoutMs: 30_000,
  operationTimeoutMs: 60_000,
  longestOperationMs: 600_000,
  lifetimeMs: 600_000,
  longestLifetimeMs: 86_400_000,
  refusalDelayMs: 1000,
  closeTimeoutMs: 5000,
};

export function resolveLimits(wanted: Partial<WsManagementLimits> = {}): WsManagementLimits {
  return { ...defaults, ...wanted };
}
