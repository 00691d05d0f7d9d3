// The engine as everybody imports it when HAWSER_ENGINE=rxce: its TCP and TLS circuits are made with the RxCe names.

import {
  type TcpOptions,
  type TlsOptions,
  type TransportDriver,
  tcpDriver as tcpItself,
  tlsDriver as tlsItself,
} from '../../src/engine/index.ts';
import { rxceDriver } from '../../src/rxce/index.ts';

export * from '../../src/engine/index.ts';

/** Stands for the one that it wraps. */
export function tcpDriver(options?: TcpOptions): TransportDriver {
  return rxceDriver(tcpItself(options));
}

/** Stands for the one that it wraps. */
export function tlsDriver(options?: TlsOptions): TransportDriver {
  return rxceDriver(tlsItself(options));
}
