// The Discovery Library API of a service that runs elsewhere: behind its socket, or on another host.

import { type ControlClientOptions, openControlClient } from '../control/index.ts';
import { type IscsiDsc, openIscsiDsc } from './iscsi-dsc.ts';

/** The functions over a service that runs elsewhere. */
export interface ConnectedIscsiDsc extends IscsiDsc, AsyncDisposable {
  /** Ends the calls that are under way with ERROR_OPERATION_ABORTED, and all connections; what they began goes on. */
  close(): Promise<void>;
}

/**
 * The functions over the service at a socket, or at a URL with its token. Nothing is opened before the first call, whose
 * status says so where no service answers. Throws UsageError ISCSI_BAD_ARGUMENT for an address that is none.
 */
export function connectIscsiDsc(options: ControlClientOptions): ConnectedIscsiDsc {
  const client = openControlClient(options);
  const close = async (): Promise<void> => {
    await client.close();
  };
  return { ...openIscsiDsc(client), close, [Symbol.asyncDispose]: close };
}
