// An iSNS server as a discovery source: a registration of the node, which is kept up for as long as the server is wanted.

import { IsnsRegistration } from '../../adapter/index.ts';
import type { Clock } from '../../base/index.ts';
import { isnsPort, parseServer } from '../wanted/servers.ts';
import type { OpenIsnsSource } from './discovery-source.ts';

/** What registrations are made with. */
export interface IsnsSourceParts {
  /** The initiator instance for which targets are found. */
  readonly instance: string;
  readonly clock: Clock;
}

/** Makes the way to iSNS servers, over TCP whatever the sessions travel over. */
export function isnsSources({ instance, clock }: IsnsSourceParts): OpenIsnsSource {
  return (address, { node, changed, registered, lost }) => {
    const registration = new IsnsRegistration({ server: parseServer(address, isnsPort), node, clock });
    let isKnown = false;
    registration.events.on('changed', changed);
    registration.events.on('registered', () => {
      if (!isKnown) registered();
      isKnown = true;
    });
    registration.events.on('lost', (error) => {
      if (isKnown) lost(error);
      isKnown = false;
    });
    return {
      mechanism: `iSNS:${address}`,
      instance,
      get isRegistered() {
        return registration.isRegistered;
      },
      async ask(signal) {
        const targets = await registration.targets(signal);
        return targets.map(({ name, alias, portals }) => ({
          targetName: name,
          portals,
          ...(alias === undefined ? {} : { targetAlias: alias }),
        }));
      },
      async close() {
        await registration.close();
      },
    };
  };
}
