// The service of the tour: in this process, and asked over its control socket as any other process would ask it.

import { join } from 'node:path';
import { type ControlClient, type ControlServer, openControlClient, openControlServer } from '../../control/index.ts';
import { openService, type Service } from '../../service/index.ts';
import { EventFollower } from './event-follower.ts';

/** What the service of the tour is made with. */
export interface TourServiceOptions {
  /** Where its state and its socket go. */
  readonly folder: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** How long a service may take to log out; an interrupted tour does not wait for a target that has stopped answering. */
const closeTimeoutMs = 5_000;

/** An attempt to come back that is too early is made again soon: who looks on should not wait for what is the default. */
const reconnectIntervalMs = 250;

interface Run {
  readonly service: Service;
  readonly server: ControlServer;
  readonly client: ControlClient;
  readonly events: EventFollower;
}

/** A service that can be stopped, and started again on what it has kept. */
export class RunningService {
  readonly socketPath: string;
  readonly stateDirectory: string;
  readonly #options: TourServiceOptions;
  #run: Run | undefined;

  constructor(options: TourServiceOptions) {
    this.#options = options;
    this.stateDirectory = join(options.folder, 'state');
    this.socketPath = join(options.folder, 'hawser.sock');
  }

  /** The service itself: data pass through this process alone. */
  get inProcess(): Service {
    return this.#running.service;
  }

  /** The service as a user has it. */
  get client(): ControlClient {
    return this.#running.client;
  }

  /** What the service tells over its socket. */
  get events(): EventFollower {
    return this.#running.events;
  }

  /** Starts it. `after` is the last event that is known of an earlier run. */
  async start(after?: string): Promise<void> {
    const { version, signal } = this.#options;
    const { stateDirectory, socketPath } = this;
    const sessionDefaults = { limits: { reconnectIntervalMs } };
    const service = await openService({ stateDirectory, version, closeTimeoutMs, sessionDefaults });
    try {
      const metrics = async (): Promise<string> => await service.metrics.metrics();
      const server = await openControlServer({ service, socketPath, metrics });
      const client = openControlClient({ socketPath });
      this.#run = { service, server, client, events: new EventFollower(client, after, signal) };
    } catch (error) {
      await service.close();
      throw error;
    }
    await this.events.opened;
  }

  /** Stops it: every session is drained, flushed and logged out. */
  async stop(): Promise<void> {
    if (this.#run === undefined) return;
    const { service, server, client, events } = this.#run;
    // The service first, so that who follows its events hears how it ends.
    await service.close();
    await server.close();
    await events.ended;
    await client.close();
    this.#run = undefined;
  }

  get #running(): Run {
    if (this.#run === undefined) throw new Error('The service of the tour does not run');
    return this.#run;
  }
}

/** Runs the service for the time of `work`. */
export async function withTourService<T>(
  options: TourServiceOptions,
  work: (running: RunningService) => Promise<T>,
): Promise<T> {
  const running = new RunningService(options);
  try {
    return await work(running);
  } finally {
    await running.stop();
  }
}
