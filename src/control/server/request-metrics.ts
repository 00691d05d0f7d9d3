// What the control API counts of itself, for Prometheus.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './admission.ts';

/** How an operation went. */
export interface AnswerFacts {
  /** The operation's name, or `events`. */
  readonly operation: string;
  /** What it was about: the ids and names among its input. */
  readonly about: Readonly<Record<string, string | number>>;
  /** 499 where the client had gone before there was an answer. */
  readonly status: number;
  /** The code of the error that it ended with; `SERVICE_TIMEOUT` where the client had gone. */
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** The counters of one control server. */
export class RequestMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'operation' | 'code'>;
  readonly #seconds: Histogram<'operation'>;

  constructor(admission: Admission) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'hawser_control_requests_total',
      help: 'Requests to the control API, by operation and by the code of the error that they ended with',
      labelNames: ['operation', 'code'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'hawser_control_request_seconds',
      help: 'How long operations of the control API took',
      labelNames: ['operation'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    const gauge = (name: string, help: string, kind: 'request' | 'eventStream'): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(admission.count(kind));
        },
      });
    gauge('hawser_control_requests_in_flight', 'Requests to the control API that are being worked on', 'request');
    gauge('hawser_control_event_streams', 'Readers of events', 'eventStream');
  }

  answered({ operation, code, durationMs }: AnswerFacts): void {
    this.#requests.inc({ operation, code: code ?? '' });
    this.#seconds.observe({ operation }, durationMs / 1000);
  }

  /** In the text format of Prometheus. */
  async print(): Promise<string> {
    return await this.#registry.metrics();
  }
}
