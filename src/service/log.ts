// The log of a service: one line of JSON for each event, with its ids, and for what only the channels tell.

import { type DestinationStream, type Level, type Logger, pino } from 'pino';

import {
  type AsyncMessageReceived,
  type Channel,
  channels,
  type DeviceLost,
  type EscalationTaken,
  type PduRejected,
  type QueueFull,
} from '../base/index.ts';
import type { ServiceEvent } from './contract/events.ts';
import type { Service } from './service.ts';

/** Options of `logService`. */
export interface ServiceLogOptions {
  /** The least that is written; `info` unless given. */
  readonly level?: Level;
  /** Where the lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** Events that are worth more, or less, than a line at `info`. */
const levels: Readonly<Record<string, Level>> = {
  loginFailed: 'warn',
  portalFailed: 'warn',
  discoveryFailed: 'warn',
  isnsLost: 'warn',
  sessionLost: 'warn',
  sessionGone: 'error',
  connectionLost: 'warn',
  deviceGone: 'warn',
  deviceRemovedInUse: 'error',
  deviceReplaced: 'error',
  deviceLossReported: 'error',
  devicesUnlisted: 'warn',
  holdLost: 'warn',
  persistentLoginWaiting: 'warn',
  sessionRetried: 'debug',
  connectionRetried: 'debug',
  discoveryDone: 'debug',
  deviceAttention: 'debug',
};

/** Writes the log of a service from now on. What is returned ends it. */
export function logService(service: Service, { level = 'info', destination }: ServiceLogOptions = {}): () => void {
  const settings = { level, base: { service: 'hawser' } };
  const logger = destination === undefined ? pino(settings) : pino(settings, destination);
  const write = (event: ServiceEvent): void => {
    writeEvent(logger, event);
  };
  const stops = [service.listen(write), ...followChannels(logger)];
  return () => {
    for (const stop of stops) stop();
  };
}

function writeEvent(
  logger: Logger,
  { id, type, sessionId, connectionId, targetName, path, detail }: ServiceEvent,
): void {
  const line = { event: type, eventId: id, sessionId, connectionId, targetName, path, ...detail };
  logger[levels[type] ?? 'info'](line, type);
}

/** What the floors below tell that no event of the service does; `diagnosticId` is the session's number there. */
function followChannels(logger: Logger): (() => void)[] {
  return [
    follow(channels.sessionEscalated, ({ sessionId, step, cause }: EscalationTaken) => {
      const error = { code: cause.code, message: cause.message };
      logger.warn({ event: 'escalated', diagnosticId: sessionId, step, error }, 'escalated');
    }),
    follow(channels.pduRejected, ({ sessionId, cid, reason, opcode }: PduRejected) => {
      logger.warn({ event: 'pduRejected', diagnosticId: sessionId, cid, reason, opcode }, 'pduRejected');
    }),
    follow(channels.asyncMessageReceived, ({ sessionId, cid, asyncEvent }: AsyncMessageReceived) => {
      logger.info({ event: 'asyncMessage', diagnosticId: sessionId, cid, asyncEvent }, 'asyncMessage');
    }),
    follow(channels.deviceLost, ({ targetName, lun, how, holders, isDirty }: DeviceLost) => {
      logger.error({ event: 'deviceLost', targetName, lun, how, holders, isDirty }, 'deviceLost');
    }),
    follow(channels.queueFull, ({ name, bound }: QueueFull) => {
      logger.warn({ event: 'queueFull', queue: name, bound }, 'queueFull');
    }),
  ];
}

function follow<Message>(channel: Channel<Message>, listener: (message: Message) => void): () => void {
  channel.subscribe(listener);
  return () => {
    channel.unsubscribe(listener);
  };
}
