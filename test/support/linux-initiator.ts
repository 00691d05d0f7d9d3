// open-iscsi, the Linux kernel's initiator, in a guest: one boot serves any number of scripts and targets.

import { bootLinux, type GuestResult } from './linux-guest.ts';

export interface LinuxInitiator extends AsyncDisposable {
  /**
   * Runs a shell script as root against a target on the host's loopback. It finds `$PORTAL` (127.0.0.1:PORT, which
   * inside is the host's), `iscsiadm` with its daemon running, `nbd-client`, `mkfs.ext4`, `e2fsck` and sg3-utils.
   */
  run(
    script: string,
    options: { readonly port: number; readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<GuestResult>;
}

/** Boots the guest. Resolves once its iSCSI daemon answers. */
export async function startLinuxInitiator(options: { readonly signal?: AbortSignal } = {}): Promise<LinuxInitiator> {
  const guest = await bootLinux(['initiator'], options.signal);
  return {
    run: async (script, { port, ...rest }) => await guest.run(`export PORTAL=127.0.0.1:${port}\n${script}`, rest),
    [Symbol.asyncDispose]: guest[Symbol.asyncDispose],
  };
}
