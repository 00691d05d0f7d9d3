// What a transport driver must be: the seam between the engine's circuits and whatever moves the bytes.

import type { CircuitEndpoint } from '../base/index.ts';

/** Where circuits of an address start from. All members absent: wherever the system likes. */
export interface LocalBinding {
  /** Source address as a literal; with `interface`, one of that interface's addresses. */
  readonly localAddress?: string;
  /** Name of a network interface, for example `eth0`: one of its addresses becomes the source. */
  readonly interface?: string;
  /** Restricts circuits to IPv4 or IPv6. */
  readonly family?: 4 | 6;
}

/** Where a circuit goes to. */
export interface Remote {
  /** Name or address literal (IPv6 without brackets). */
  readonly host: string;
  readonly port: number;
}

/** Where a link goes to: a remote, and which of its host's addresses, where that was looked up. */
export interface Destination extends Remote {
  readonly address?: string;
}

/** What a link tells its owner. None of these is ever called from inside a call on the link. */
export interface LinkEvents {
  /** Bytes from the peer, valid during the call only. Not called while the link is paused. */
  received(chunk: Uint8Array): void;
  /**
   * Where the next bytes are to be read to: `scratch`, a part of it, or other memory, of which the bytes received next are
   * a view. Asked before each read by links that read into memory that can be chosen (TCP); others never ask.
   */
  nextBuffer?(scratch: Uint8Array): Uint8Array;
  /** The batch given to the last `write` has left; the next may be written. */
  written(): void;
  /** The peer sends no more (FIN). */
  ended(): void;
  /** Everything is released: called exactly once, and last. The error is absent after an orderly end. */
  closed(error: Error | undefined): void;
}

/**
 * A connected byte stream. It delivers nothing before `start`. After `destroy` or `reset` it calls nothing but `closed`.
 * When both sides have ended, it closes by itself.
 */
export interface Link {
  readonly local: CircuitEndpoint;
  readonly remote: CircuitEndpoint;
  start(events: LinkEvents): void;
  /** Sends a batch of at least one byte; the link owns the bytes until `written`. One batch at a time. */
  write(pieces: readonly Uint8Array[]): void;
  /** Stops `received` and `ended`, at once. */
  pause(): void;
  resume(): void;
  /** Sends FIN. Called when no batch is under way, at most once. */
  end(): void;
  /** Releases the link now, in the way that looks orderly to the peer. Idempotent. */
  destroy(): void;
  /** Releases the link now and lets the peer see a reset, where the transport can. Idempotent. */
  reset(): void;
}

/** A local port at which peers make links to us. */
export interface LinkListener {
  readonly local: CircuitEndpoint;
  /** Takes no further links; settles when the port is free and every link that was made is closed. Never rejects. */
  close(): Promise<void>;
}

/** What a datagram link tells its owner. None of these is ever called from inside a call on the link. */
export interface DatagramEvents {
  /** A datagram has come; `bytes` are nobody else's. */
  received(bytes: Uint8Array, from: CircuitEndpoint): void;
  /** The network says that something did not get through; the link goes on. */
  failed(error: Error): void;
}

/** A local port for datagrams. */
export interface DatagramLink {
  readonly local: CircuitEndpoint;
  /** Settles when the system has taken the datagram; rejects as the failure comes. No remote where the link has its one. */
  send(bytes: Uint8Array, remote: Remote | undefined): Promise<void>;
  /** Settles when the port is free; nothing is received after the call. Never rejects. */
  close(): Promise<void>;
}

/** A way to make links. */
export interface TransportDriver {
  /** Short name, as it appears in diagnostics: `tcp`, `tls`, `memory`. */
  readonly name: string;
  /** Throws UsageError `ISCSI_BAD_ARGUMENT` when nothing could start from `binding` at present. */
  checkBinding(binding: LocalBinding): void;
  /**
   * Makes a link. When `signal` is aborted before that, it rejects with the signal's reason after everything is released;
   * other failures reject as they come, and the engine wraps them.
   */
  connect(remote: Destination, binding: LocalBinding, signal: AbortSignal): Promise<Link>;
  /**
   * The addresses of a remote's host, to be connected to side by side; none where the host is to be taken as it is. Absent
   * where hosts have no addresses. Rejects as the failure comes, or with the signal's reason.
   */
  lookUp?(remote: Remote, binding: LocalBinding, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Listens on `port`, 0 for a free one, and hands over each link that a peer makes. Absent where the transport cannot.
   * Rejects as the failure comes; the engine wraps it.
   */
  openListener?(
    at: { readonly binding: LocalBinding; readonly port: number },
    accepted: (link: Link) => void,
  ): Promise<LinkListener>;
  /**
   * Opens `port`, 0 for a free one, for datagrams: with anybody, or with `remote` alone. Absent where the transport has
   * none. Rejects as the failure comes, or with the signal's reason; the engine wraps it.
   */
  openDatagrams?(
    at: { readonly binding: LocalBinding; readonly port: number; readonly remote: Remote | undefined },
    events: DatagramEvents,
    signal: AbortSignal,
  ): Promise<DatagramLink>;
}
