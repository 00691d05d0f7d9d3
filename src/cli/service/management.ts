// WS-Management over the service of this process, with all classes: those of the driver contract and those of user mode.

import type { Logger } from 'pino';
import type { Service } from '../../service/index.ts';
import type { WsAnswerFacts } from '../../wmi/index.ts';
import type { WsmanServing } from './wsman-options.ts';

/** An endpoint that is served, with what is below it. */
export interface Management extends AsyncDisposable {
  readonly url: string;
}

/** Opens the endpoint. To be closed before the service. */
export async function openManagement(
  service: Service,
  serving: WsmanServing,
  { version, logger }: { readonly version: string; readonly logger: Logger },
): Promise<Management> {
  const { openCimRepository, openWmi, openWsManagement } = await import('../../wmi/index.ts');
  const provider = openWmi({ service, adapters: service.adapters });
  try {
    const repository = openCimRepository({ service, provider });
    const hooks = {
      onAnswer: (facts: WsAnswerFacts) => {
        logAnswer(logger, facts);
      },
      onFault: (fault: string) => {
        logger.error({ event: 'fault', fault }, 'fault');
      },
    };
    const server = await openWsManagement({ repository, ...serving, version, hooks });
    logger.info({ event: 'wsmanOpened', url: server.url }, 'wsmanOpened');
    return {
      url: server.url,
      async [Symbol.asyncDispose]() {
        await server.close();
        provider.close();
        logger.info({ event: 'wsmanClosed' }, 'wsmanClosed');
      },
    };
  } catch (error) {
    provider.close();
    throw error;
  }
}

function logAnswer(logger: Logger, { operation, resource, status, fault, durationMs: exactly }: WsAnswerFacts): void {
  // Who fetches events is told so whenever there were none for a while, and asks again: that is nobody's fault.
  const isQuiet = operation === 'Pull' && fault === 'TimedOut';
  const isNotable = status === 401 || (status >= 500 && !isQuiet);
  const durationMs = Math.round(exactly);
  logger[isNotable ? 'warn' : 'debug'](
    { event: 'wsmanAnswered', operation, resource, status, fault, durationMs },
    'wsmanAnswered',
  );
}
