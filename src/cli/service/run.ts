// `hawser service run`: opens the service and its control API, and closes both when it is asked to.

import type { Level, Logger } from 'pino';
import { onAbort } from '../../base/index.ts';
import type { AnswerFacts, ControlServer } from '../../control/index.ts';
import type { ServiceInstanceOptions } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { Report } from '../printer.ts';
import { openManagement } from './management.ts';
import { type Serving, type ServingOptions, toServing } from './serving-options.ts';
import { toWsmanServing, type WsmanOptions } from './wsman-options.ts';

/** The options of `hawser service run`. */
export interface RunOptions extends ServingOptions, WsmanOptions {
  readonly instance: readonly ServiceInstanceOptions[];
  readonly onStop: 'logout' | 'leave';
  /** In seconds. */
  readonly stopTimeout?: number;
  readonly logLevel: Level;
}

/** Runs until the context's signal. */
export async function runService(context: CommandContext, options: RunOptions): Promise<void> {
  const { environment } = context;
  const serving = await toServing(options, environment);
  const wsman = await toWsmanServing(options, environment);
  // Loaded here, since no other command needs them, and every command would start later.
  const [{ logService, openService }, { checkControlServer, openControlServer }, { pino }] = await Promise.all([
    import('../../service/index.ts'),
    import('../../control/index.ts'),
    import('pino'),
  ]);
  // Before the service opens: it logs in to everything at once, and would have to log out again.
  checkControlServer(serving.control);
  if (wsman !== undefined) (await import('../../wmi/index.ts')).checkWsManagement(wsman);
  const destination = { write: (line: string) => void environment.stderr.write(line) };
  const logger = pino({ level: options.logLevel, base: { service: 'hawser' } }, destination);
  const service = await openService({
    stateDirectory: serving.stateDirectory,
    instances: options.instance,
    onStop: options.onStop,
    version: environment.version,
    ...(options.stopTimeout === undefined ? {} : { closeTimeoutMs: options.stopTimeout * 1000 }),
  });
  const stopLogging = logService(service, { level: options.logLevel, destination });
  try {
    const server = await openControlServer({
      service,
      ...serving.control,
      metrics: async () => await service.metrics.metrics(),
      hooks: hooksFor(logger),
    });
    try {
      const facts = { version: environment.version, logger };
      const management = wsman === undefined ? undefined : await openManagement(service, wsman, facts);
      try {
        await serve(context, { server, serving, logger, wsmanUrl: management?.url });
      } finally {
        await management?.[Symbol.asyncDispose]();
      }
    } finally {
      // First the service, so that whoever follows its events sees how it ends; it takes no new work meanwhile.
      await service.close();
      await server.close();
      logger.info({ event: 'controlClosed' }, 'controlClosed');
    }
  } finally {
    await service.close();
    stopLogging();
  }
}

interface Running {
  readonly server: ControlServer;
  readonly serving: Serving;
  readonly logger: Logger;
  /** Undefined where WS-Management is not served. */
  readonly wsmanUrl: string | undefined;
}

async function serve({ environment, printer, signal }: CommandContext, running: Running): Promise<void> {
  const { logger } = running;
  const report = describe(running, environment.version);
  logger.info({ event: 'controlOpened', ...report.document }, 'controlOpened');
  printer.print(report);
  // Whoever waits for the service wants to ask it, which works from now on; that all is connected, /readyz says.
  await environment.tellSupervisor(['READY=1', 'STATUS=Serving']);
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      onAbort(signal, resolve);
    });
  }
  await environment.tellSupervisor(['STOPPING=1', 'STATUS=Logging out']);
}

function hooksFor(logger: Logger): {
  readonly onAnswer: (facts: AnswerFacts) => void;
  readonly onFault: (fault: string) => void;
} {
  return {
    onAnswer: ({ operation, about, status, code, durationMs: exactly }) => {
      const level = status >= 500 ? 'warn' : 'debug';
      const durationMs = Math.round(exactly);
      logger[level]({ event: 'answered', operation, ...about, status, code, durationMs }, 'answered');
    },
    onFault: (fault) => {
      logger.error({ event: 'fault', fault }, 'fault');
    },
  };
}

function describe({ server, serving, wsmanUrl }: Running, version: string): Report & { readonly document: object } {
  const { socketPath, address } = server;
  const url = address === undefined ? undefined : toUrl(address, serving.control.tls !== undefined);
  const where = url === undefined ? serving.control.socketPath : `${serving.control.socketPath} and ${url}`;
  const managed = wsmanUrl === undefined ? '' : `, and serves WS-Management at ${wsmanUrl}`;
  const state = serving.stateDirectory;
  return {
    document: { version, pid: process.pid, state, socket: socketPath, url: url ?? null, wsman: wsmanUrl ?? null },
    text: `hawser service listens on ${where}${managed}`,
  };
}

function toUrl({ host, port }: { readonly host: string; readonly port: number }, isTls: boolean): string {
  return `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
