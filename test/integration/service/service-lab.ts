// A service on a state directory of its own, and targets on loopback for it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemoryDevice } from 'hawser/block';
import { openService, type Service, type ServiceEvent, type ServiceOptions } from 'hawser/service';
import { listenTarget, type Target, type TargetOptions } from 'hawser/target';

export const targetName = 'iqn.2026-11.test:service';
export const size: number = 4 * 1024 * 1024;

/** Where a target listens. */
export interface Portal {
  readonly host: string;
  readonly port: number;
}

/** Short times, so that losses are noticed and mended while a test looks on. */
const quickLimits = {
  connectTimeoutMs: 2000,
  loginTimeoutMs: 2000,
  reconnectIntervalMs: 50,
  pingIntervalMs: 0,
  logoutTimeoutMs: 1000,
};

/** A state directory with the services and targets of one test. */
export class ServiceLab implements AsyncDisposable {
  readonly directory: string;
  readonly #targets: Target[] = [];
  #service: Service | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The service that was opened last. */
  get service(): Service {
    if (this.#service === undefined) throw new Error('no service is open');
    return this.#service;
  }

  /** Opens the service, after the end of the one before. */
  async start(options: Partial<ServiceOptions> = {}): Promise<Service> {
    await this.#service?.close();
    this.#service = await openService({
      stateDirectory: join(this.directory, 'state'),
      refreshIntervalMs: 0,
      persistentTimeoutMs: 5000,
      sessionDefaults: { limits: quickLimits },
      ...options,
    });
    return this.#service;
  }

  /** A target with a disk as LUN 0. */
  async target(options: Partial<TargetOptions> = {}): Promise<Target & { readonly portal: Portal }> {
    const target = await listenTarget({
      name: targetName,
      luns: [{ lun: 0, device: createMemoryDevice(size) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
      parameters: { maxConnections: 4 },
      ...options,
    });
    this.#targets.push(target);
    const [portal] = target.portals;
    if (portal === undefined) throw new Error('the target has no portal');
    return Object.assign(target, { portal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service?.close();
    await Promise.all(this.#targets.map((target) => target.destroy()));
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A lab with a service that is open. */
export async function openLab(options: Partial<ServiceOptions> = {}): Promise<ServiceLab> {
  const lab = new ServiceLab(await mkdtemp(join(tmpdir(), 'hawser-service-')));
  await lab.start(options);
  return lab;
}

/** Resolves with the first event from now on, or after `after`, that is of the type and as `isIt` says. */
export async function eventOf(
  service: Service,
  type: string,
  isIt: (event: ServiceEvent) => boolean = () => true,
  after?: string,
): Promise<ServiceEvent> {
  const signal = AbortSignal.timeout(15_000);
  for await (const event of service.events(after === undefined ? {} : { after }, { signal })) {
    if (event.type === type && isIt(event)) return event;
  }
  throw new Error(`the service ended without ${type}`);
}

/** The code with which `work` rejects. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string') return code;
    throw error;
  }
  return 'resolved';
}
