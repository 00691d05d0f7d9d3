// What the guest's kernel says of its own failure.

import type { LioVm } from './lio-vm.ts';

/**
 * What the guest's kernel has said of its own failure; undefined while it is well. This one uses freed memory now and then
 * when a session is closed whose connections were lost (docs/lio.md), and nothing can be told of it afterwards.
 */
export async function kernelFault(lio: LioVm): Promise<string | undefined> {
  try {
    const { output } = await lio.run("dmesg | grep -m 1 'RIP: .*target_'", { timeoutMs: 5000 });
    return output === '' ? undefined : output.trim();
  } catch (error) {
    return `the guest is gone: ${String(error)}`;
  }
}
