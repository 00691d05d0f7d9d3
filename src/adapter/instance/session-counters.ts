// What one session counts: over all its connections, those too that have ended, and for each connection that lives.

import { IscsiError, ProtocolError, TimeoutError } from '../../base/index.ts';
import type { ConnectionFacts } from '../../session/index.ts';
import type { InstanceSession } from './instance-session.ts';

/** What went over the wire. */
export interface TrafficStatistics {
  /** Bytes of all PDUs, logins too. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** All PDUs, logins too. */
  readonly pdusSent: number;
  readonly pdusReceived: number;
  /** SCSI commands sent, what was sent again too, and those answered. */
  readonly commandsSent: number;
  readonly responsesReceived: number;
}

/** Errors by their kinds (RFC 4544). */
export interface ErrorStatistics {
  readonly digestErrors: number;
  readonly connectionTimeoutErrors: number;
  readonly formatErrors: number;
}

/** MSiSCSI_ConnectionStatistics and MSiSCSI_RequestTimeStatistics. They begin anew when a connection is opened again. */
export interface ConnectionStatistics extends TrafficStatistics {
  readonly uniqueConnectionId: bigint;
  readonly cid: number;
  /** From the sending of a command to its answer. */
  readonly maximumProcessingTimeMs: number;
  readonly averageProcessingTimeMs: number;
}

/** MSiSCSI_SessionStatistics. They go on over reconnects. */
export interface SessionStatistics extends TrafficStatistics, ErrorStatistics {
  readonly uniqueSessionId: bigint;
  readonly targetName: string;
  readonly connections: readonly ConnectionStatistics[];
}

interface Times {
  count: number;
  sumMs: number;
  maximumMs: number;
}

/** What goes over the wire, by the local address of its connections. */
export type TrafficByAddress = ReadonlyMap<string, TrafficStatistics>;

const noTraffic: TrafficStatistics = {
  bytesSent: 0,
  bytesReceived: 0,
  pdusSent: 0,
  pdusReceived: 0,
  commandsSent: 0,
  responsesReceived: 0,
};

/** What kind of error ended a connection; undefined for one that is of none. */
export function errorKind(error: unknown): keyof ErrorStatistics | undefined {
  if (!(error instanceof IscsiError)) return undefined;
  if (error.code === 'ISCSI_DIGEST_MISMATCH') return 'digestErrors';
  if (error instanceof TimeoutError) return 'connectionTimeoutErrors';
  return error instanceof ProtocolError ? 'formatErrors' : undefined;
}

/** Adds what two counted. */
export function addTraffic(a: TrafficStatistics, b: TrafficStatistics): TrafficStatistics {
  return {
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    pdusSent: a.pdusSent + b.pdusSent,
    pdusReceived: a.pdusReceived + b.pdusReceived,
    commandsSent: a.commandsSent + b.commandsSent,
    responsesReceived: a.responsesReceived + b.responsesReceived,
  };
}

/** Adds what several counted, address by address. */
export function addByAddress(all: Iterable<TrafficByAddress>): TrafficByAddress {
  const sums = new Map<string, TrafficStatistics>();
  for (const each of all) {
    for (const [address, traffic] of each) sums.set(address, addTraffic(sums.get(address) ?? noTraffic, traffic));
  }
  return sums;
}

/** What went over the wire from any address. */
export function sumOf(traffic: TrafficByAddress): TrafficStatistics {
  return [...traffic.values()].reduce(addTraffic, noTraffic);
}

/** The counters of one session. */
export class SessionCounters {
  readonly session: InstanceSession;
  readonly #errors: { -readonly [Kind in keyof ErrorStatistics]: number } = {
    digestErrors: 0,
    connectionTimeoutErrors: 0,
    formatErrors: 0,
  };
  readonly #times = new Map<number, Times>();
  /** What the connections have moved that are over. */
  #ended: TrafficByAddress = new Map();

  constructor(session: InstanceSession) {
    this.session = session;
  }

  count(kind: keyof ErrorStatistics): void {
    this.#errors[kind] += 1;
  }

  commandAnswered(cid: number, durationMs: number): void {
    const times = this.#times.get(cid);
    if (times === undefined) {
      this.#times.set(cid, { count: 1, sumMs: durationMs, maximumMs: durationMs });
      return;
    }
    times.count += 1;
    times.sumMs += durationMs;
    if (durationMs > times.maximumMs) times.maximumMs = durationMs;
  }

  connectionEnded(facts: ConnectionFacts): void {
    this.#ended = addByAddress([this.#ended, atItsAddress(facts)]);
    this.#times.delete(facts.cid);
  }

  /** What went over all connections. */
  get traffic(): TrafficByAddress {
    return addByAddress([this.#ended, ...this.session.session.connections.map(atItsAddress)]);
  }

  get statistics(): SessionStatistics {
    const { uniqueSessionId, targetName, connections } = this.session;
    return {
      uniqueSessionId,
      targetName,
      ...sumOf(this.traffic),
      ...this.#errors,
      connections: connections.map(({ uniqueConnectionId, cid, facts }) => {
        const { count, sumMs, maximumMs } = this.#times.get(cid) ?? { count: 0, sumMs: 0, maximumMs: 0 };
        return {
          uniqueConnectionId,
          cid,
          ...(facts === undefined ? noTraffic : trafficOf(facts)),
          maximumProcessingTimeMs: maximumMs,
          averageProcessingTimeMs: count === 0 ? 0 : sumMs / count,
        };
      }),
    };
  }
}

function trafficOf(facts: ConnectionFacts): TrafficStatistics {
  const { bytesSent, bytesReceived, pdusSent, pdusReceived, tasksSent, retriesSent, tasksAnswered } = facts;
  const pdus = { pdusSent, pdusReceived };
  return { bytesSent, bytesReceived, ...pdus, commandsSent: tasksSent + retriesSent, responsesReceived: tasksAnswered };
}

function atItsAddress(facts: ConnectionFacts): TrafficByAddress {
  return new Map([[facts.endpoints?.local.address ?? '', trafficOf(facts)]]);
}
