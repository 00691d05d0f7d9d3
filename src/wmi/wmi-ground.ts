// What the classes are made from: the service, and its adapters, which know more of their sessions than the service tells.

import type { InitiatorInstance } from '../adapter/index.ts';
import type { Clock } from '../base/index.ts';
import type { DriverLogins, InitiatorService } from '../service/index.ts';

/** What blocks are made from. */
export interface WmiGround {
  /** Keeps what is to be kept: persistent logins, secrets, servers, the node's name. */
  readonly service: InitiatorService;
  /** Logs in as a driver does; a `Service` of this process does it itself. */
  readonly logins: DriverLogins;
  /** The initiator instances of that service: each is an instance of the classes of adapters. */
  readonly adapters: readonly InitiatorInstance[];
  readonly clock: Clock;
}
