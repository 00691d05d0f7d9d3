// The classes of methods: the operations of adapters and of what they discover, keep and balance.

import type { Blocks } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { managementOperations } from './management.ts';

/** All classes of methods. */
export function methodBlocks(ground: WmiGround): NonNullable<Blocks['methods']> {
  return [managementOperations(ground)];
}
