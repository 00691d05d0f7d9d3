// Listening to the events of the service.

import type { InitiatorService, ServiceEvent } from '../../service/index.ts';

/** Calls `listener` with each event from now on, in order, until what is returned is called or the service ends. */
export function listenToService(service: InitiatorService, listener: (event: ServiceEvent) => void): () => void {
  const end = new AbortController();
  follow(service, listener, end.signal).catch(() => {
    // The end that was asked for, or that of the service: there is nobody left to be told.
  });
  return () => {
    end.abort();
  };
}

async function follow(
  service: InitiatorService,
  listener: (event: ServiceEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of service.events({}, { signal })) listener(event);
}
