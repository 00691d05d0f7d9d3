// The classes of methods, a file each: operations.ts (the operations of adapters, by family in logins.ts, scsi.ts, servers.ts
// and node-names.ts), security.ts, discovered-targets.ts, load-balance.ts, management.ts. status.ts says what became of the work.

import type { Blocks } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { discoveryOperations } from './discovered-targets.ts';
import { loadBalanceOperations } from './load-balance.ts';
import { managementOperations } from './management.ts';
import { adapterOperations } from './operations.ts';
import { securityOperations } from './security.ts';

/** All classes of methods. */
export function methodBlocks(ground: WmiGround): NonNullable<Blocks['methods']> {
  return [
    adapterOperations(ground),
    securityOperations(ground),
    discoveryOperations(ground),
    loadBalanceOperations(ground),
    managementOperations(ground),
  ];
}
