// Metrics in the form that Prometheus reads: from events as they happen, from statistics and sessions when they are asked for.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { CommandListener } from '../adapter/index.ts';
import { channels, type DeviceLost, type QueueFull } from '../base/index.ts';
import type { ServiceEvent } from './contract/events.ts';
import type { EventLog } from './events/event-log.ts';
import type { Instances } from './instances.ts';
import type { Reconciler } from './logins/reconciler.ts';
import { stateOf } from './sessions/session-info.ts';
import type { Sessions } from './sessions/sessions.ts';
import { formatUniqueId } from './unique-ids.ts';

/** What is counted. */
export interface MetricsParts {
  readonly instances: Instances;
  readonly sessions: Sessions;
  readonly reconciler: Reconciler;
  readonly events: EventLog;
  readonly deviceCount: () => number;
}

/** What an event counts for. */
interface EventCount {
  readonly counter: Counter;
  readonly labels: (event: ServiceEvent) => Labels;
}

/** Upper bounds of the latency classes in seconds: from a memory disk on loopback to a command that is about to time out. */
const latencyBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30];

type Labels = Readonly<Record<string, string>>;

/** The metrics of one service. */
export class Metrics {
  readonly registry: Registry = new Registry();
  /** To be told of every command of every session. */
  readonly commandAnswered: CommandListener = ({ targetName }, durationMs) => {
    this.#latency.observe({ target: targetName }, durationMs / 1000);
  };
  readonly #latency: Histogram<'target'>;
  readonly #counted: Readonly<Record<string, EventCount>>;
  readonly #stops: (() => void)[] = [];

  constructor() {
    this.#latency = new Histogram({
      name: 'hawser_command_duration_seconds',
      help: 'From the sending of a SCSI command to its answer.',
      labelNames: ['target'],
      buckets: latencyBuckets,
      registers: [this.registry],
    });
    this.#counted = this.#eventCounters();
  }

  /** Begins to count. */
  start({ instances, sessions, reconciler, events, deviceCount }: MetricsParts): void {
    this.#sessionGauges(sessions, deviceCount);
    this.#traffic(instances);
    this.#gauge('hawser_persistent_logins', 'Persistent logins by what has become of them.', ['state'], () => {
      return countBy(reconciler.all().map(({ state }) => ({ state })));
    });
    const count = (event: ServiceEvent): void => {
      const { counter, labels } = this.#counted[event.type] ?? {};
      if (labels !== undefined) counter?.inc(labels(event));
    };
    this.#stops.push(events.listen(count));
    // A target without sessions has no latency any more, and its series would stay for ever.
    const forget = ({ type, targetName }: ServiceEvent): void => {
      const isOver = type === 'sessionLoggedOut' && targetName !== undefined && sessions.of(targetName).length === 0;
      if (isOver) this.#latency.remove({ target: targetName });
    };
    this.#stops.push(events.listen(forget));
    this.#followChannels();
  }

  /** Counts no more. */
  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #eventCounters(): Readonly<Record<string, EventCount>> {
    const logins = this.#counter('hawser_logins_total', 'Logins by result; code says why one failed.', [
      'result',
      'code',
    ]);
    const recoveries = this.#counter('hawser_recoveries_total', 'Losses that were mended.', ['of']);
    const retries = this.#counter('hawser_reconnect_failures_total', 'Attempts to mend a loss that failed.', [
      'of',
      'code',
    ]);
    const losses = this.#counter('hawser_losses_total', 'Sessions and connections that were lost.', ['of', 'code']);
    const discoveries = this.#counter('hawser_discoveries_total', 'Questions to discovery sources.', [
      'by',
      'result',
      'code',
    ]);
    const by = ({ detail }: ServiceEvent): string => String(detail['mechanism']).split(':', 1)[0] ?? '';
    const ok = { result: 'ok', code: '' };
    return {
      sessionLoggedIn: { counter: logins, labels: () => ok },
      loginFailed: { counter: logins, labels: (event) => ({ result: 'failed', code: codeOf(event) }) },
      sessionBack: { counter: recoveries, labels: () => ({ of: 'session' }) },
      connectionRecovered: { counter: recoveries, labels: () => ({ of: 'connection' }) },
      sessionRetried: { counter: retries, labels: (event) => ({ of: 'session', code: codeOf(event) }) },
      connectionRetried: { counter: retries, labels: (event) => ({ of: 'connection', code: codeOf(event) }) },
      sessionLost: { counter: losses, labels: (event) => ({ of: 'session', code: codeOf(event) }) },
      connectionLost: { counter: losses, labels: (event) => ({ of: 'connection', code: codeOf(event) }) },
      discoveryDone: { counter: discoveries, labels: (event) => ({ by: by(event), ...ok }) },
      discoveryFailed: {
        counter: discoveries,
        labels: (event) => ({ by: by(event), result: 'failed', code: codeOf(event) }),
      },
    };
  }

  #sessionGauges(sessions: Sessions, deviceCount: () => number): void {
    this.#gauge('hawser_sessions', 'Sessions by state.', ['state'], () => {
      return countBy(sessions.all().map((entry) => ({ state: stateOf(entry) })));
    });
    this.#gauge('hawser_connections', 'Connections by state.', ['state'], () => {
      const all = sessions.all().flatMap(({ facts }) => facts.connections);
      return countBy(all.map(({ facts }) => ({ state: facts?.state ?? 'lost' })));
    });
    this.#gauge('hawser_devices', 'Devices of all sessions.', [], () => [[{}, deviceCount()]]);
    this.#gauge('hawser_queue_depth', 'SCSI commands in flight.', ['target', 'session'], () => {
      return sessions.all().map(({ sessionId, facts }) => {
        const depth = facts.connections.reduce((sum, { facts: now }) => sum + (now?.tasksInFlight ?? 0), 0);
        return [{ target: facts.targetName, session: sessionId }, depth];
      });
    });
  }

  /** Counters that the instances keep; they are read when somebody asks. */
  #traffic({ all }: Instances): void {
    const perSession = (
      name: string,
      help: string,
      value: (session: ReturnType<(typeof all)[number]['statistics']>['sessions'][number]) => number,
    ): void => {
      this.#totals(name, help, ['target', 'session'], () => {
        return all.flatMap((instance) =>
          instance.statistics().sessions.map((session): [Labels, number] => {
            const id = formatUniqueId(instance.adapterId, session.uniqueSessionId);
            return [{ target: session.targetName, session: id }, value(session)];
          }),
        );
      });
    };
    perSession('hawser_commands_total', 'SCSI commands sent.', ({ commandsSent }) => commandsSent);
    perSession('hawser_responses_total', 'SCSI commands answered.', ({ responsesReceived }) => responsesReceived);
    perSession('hawser_sent_bytes_total', 'Bytes of all PDUs sent.', ({ bytesSent }) => bytesSent);
    perSession('hawser_received_bytes_total', 'Bytes of all PDUs received.', ({ bytesReceived }) => bytesReceived);
    this.#totals('hawser_errors_total', 'Errors that ended connections or logins, by code.', ['code'], () => {
      const codes = all.flatMap((instance) => [...instance.statistics().errorCodes]);
      return codes.map(([code, count]) => [{ code }, count]);
    });
  }

  #followChannels(): void {
    const losses = this.#counter('hawser_device_losses_total', 'Devices that were lost while held or not flushed.', [
      'how',
    ]);
    const full = this.#counter('hawser_queue_full_total', 'Work that a bounded queue turned away.', ['queue']);
    const lost = ({ how }: DeviceLost): void => {
      losses.inc({ how });
    };
    const refused = ({ name }: QueueFull): void => {
      full.inc({ queue: name });
    };
    channels.deviceLost.subscribe(lost);
    channels.queueFull.subscribe(refused);
    this.#stops.push(
      () => channels.deviceLost.unsubscribe(lost),
      () => channels.queueFull.unsubscribe(refused),
    );
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], read: () => [Labels, number][]): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: () => {
        gauge.reset();
        for (const [labels, value] of read()) gauge.inc(labels, value);
      },
    });
  }

  #totals(name: string, help: string, labelNames: string[], read: () => [Labels, number][]): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: () => {
        counter.reset();
        for (const [labels, value] of read()) counter.inc(labels, value);
      },
    });
  }
}

function countBy(all: readonly Labels[]): [Labels, number][] {
  return all.map((labels) => [labels, 1]);
}

function codeOf({ detail }: ServiceEvent): string {
  const { error } = detail as { readonly error?: { readonly code?: string } };
  return error?.code ?? 'none';
}
