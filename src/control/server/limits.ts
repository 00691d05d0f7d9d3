// How much of everything the control API takes.

/** Bounds of a control server. */
export interface ControlLimits {
  /** Of a request, in bytes. */
  readonly bodyLength: number;
  /** Of a state that is imported, in bytes. */
  readonly stateLength: number;
  /** Of all headers of a request together, in bytes. */
  readonly headerLength: number;
  /** How many requests are worked on at a time; one more is answered 503. */
  readonly requests: number;
  /** How many readers of events there may be at a time. */
  readonly eventStreams: number;
  /** How many requests a second are taken in the long run, and twice as many at once; one more is answered 429. */
  readonly requestsPerSecond: number;
  /** How many connections each listener takes; one more is closed. */
  readonly connections: number;
  /** How long a request may take to arrive. */
  readonly receiveTimeoutMs: number;
  /** How long an operation may take that names no deadline. */
  readonly operationTimeoutMs: number;
  /** How long a reader of events may leave them unread. */
  readonly stalledReaderMs: number;
  /** How long operations may go on when the server is closed. */
  readonly closeTimeoutMs: number;
}

const defaults: ControlLimits = {
  bodyLength: 1024 * 1024,
  stateLength: 64 * 1024 * 1024,
  headerLength: 16 * 1024,
  requests: 512,
  eventStreams: 512,
  requestsPerSecond: 5000,
  connections: 2048,
  receiveTimeoutMs: 30_000,
  operationTimeoutMs: 600_000,
  stalledReaderMs: 30_000,
  closeTimeoutMs: 5000,
};

/** The longest deadline that a request may ask for: a day. */
export const longestOperationMs = 86_400_000;

export function resolveLimits(wanted: Partial<ControlLimits> = {}): ControlLimits {
  return { ...defaults, ...wanted };
}
