// Ping: whether an address answers, as the ping of this host finds out.

import { ServiceError, statusValue } from '../../base/index.ts';
import type { Answer } from '../../iscsidsc/index.ts';
import type { IscsicliCommand } from './command.ts';

/** Which statuses say that nothing came back, and that nobody could ask. */
const silence = statusValue('ERROR_TIMEOUT');
const refusal = statusValue('ISDSC_REQUEST_NOT_SUPPORTED');

export const pingCommand: IscsicliCommand = {
  name: 'Ping',
  values: 'InitiatorName Address [Count] [Size] [Timeout]',
  parse: (values) => {
    // The host finds its way to the address by itself, whichever instance is named.
    values.optionalText('InitiatorName');
    const address = values.text('Address');
    const count = Math.min(values.optionalNumber('Count') ?? 4, 1000);
    const size = Math.min(values.optionalNumber('Size') ?? 32, 65_507);
    const timeoutSeconds = Math.min(values.optionalNumber('Timeout') ?? 6, 3600);
    return async ({ ping, signal }) => {
      const { replies, problem } = await ping({ address, count, size, timeoutSeconds }, signal);
      if (problem !== undefined) return { answer: failure(refusal, problem), lines: [] };
      const lines = [`${replies} of ${count} requests of ${size} bytes to ${address} were answered`];
      return { answer: replies > 0 ? { Status: 0 } : failure(silence, `${address} does not answer`), lines };
    };
  },
};

function failure(Status: Answer['Status'], message: string): Answer {
  return { Status, Cause: new ServiceError('SERVICE_TIMEOUT', message) } as Answer;
}
