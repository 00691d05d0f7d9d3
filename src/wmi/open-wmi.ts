// Opens the provider of a service: every class that it has, over the service and its adapters.

import { systemClock } from '../base/index.ts';
import { dataBlocks } from './data/index.ts';
import { eventBlocks } from './events/index.ts';
import { methodBlocks } from './operations/index.ts';
import { WmiProvider } from './provider/index.ts';
import type { WmiGround } from './wmi-ground.ts';

/** What a provider is over; a `Service` of this process has all of it. */
export interface WmiOptions extends Pick<WmiGround, 'adapters'>, Partial<Pick<WmiGround, 'clock'>> {
  readonly service: WmiGround['service'] & WmiGround['logins'];
}

/** Opens a provider. It is ready at once, and to be closed before the service. */
export function openWmi({ service, adapters, clock = systemClock }: WmiOptions): WmiProvider {
  const ground: WmiGround = { service, logins: service, adapters, clock };
  return new WmiProvider({
    data: dataBlocks(ground),
    methods: methodBlocks(ground),
    events: eventBlocks(ground),
  });
}
