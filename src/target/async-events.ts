// Asynchronous messages: what the target tells unasked (RFC 7143 §11.9).

import { lunZero } from '../base/index.ts';
import { asyncEvent, opcode } from '../wire/index.ts';
import type { lunField } from './device-server/report-luns.ts';
import type { ConnectionLink, RecoveryTimes } from './link.ts';

/** What a message says; fields that an event does not use are 0. */
export interface AsyncFacts {
  readonly event: number;
  readonly lun?: ReturnType<typeof lunField>;
  readonly parameter1?: number;
  readonly parameter2?: number;
  readonly parameter3?: number;
}

/** Sends a message on a connection. */
export function sendAsync(link: ConnectionLink, facts: AsyncFacts, data?: Uint8Array): void {
  link.send(
    {
      opcode: opcode.asyncMessage,
      lun: facts.lun ?? lunZero,
      ...link.numbers('status'),
      asyncEvent: facts.event,
      asyncVCode: 0,
      parameter1: facts.parameter1 ?? 0,
      parameter2: facts.parameter2 ?? 0,
      parameter3: facts.parameter3 ?? 0,
    },
    data,
  );
}

/** Event 2: the connection with this CID is gone, or about to go. */
export function sendConnectionDrop(link: ConnectionLink, cid: number, times: RecoveryTimes): void {
  sendAsync(link, {
    event: asyncEvent.connectionDropNotification,
    parameter1: cid,
    parameter2: times.time2Wait,
    parameter3: times.time2Retain,
  });
}
