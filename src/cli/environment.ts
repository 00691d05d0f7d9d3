// What a command may touch of the world: streams, files, signals. `bin` makes the real one; tests make their own.

import type { Readable, Writable } from 'node:stream';
import type { InitiatorService } from '../service/index.ts';

/** The world around a command. */
export interface CliEnvironment {
  /** As `hawser --version` prints it. */
  readonly version: string;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Which of the streams are terminals. */
  readonly terminals: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Aborted with an {@link Interruption} when the user or the system wants the command to end. */
  readonly interruption: AbortSignal;
  readonly files: CliFiles;
  /** Asks on the terminal, without echo. Called only when stdin is one. */
  readonly askSecret: (question: string, signal: AbortSignal) => Promise<string>;
  /** Reaches the service. Rejects with ServiceError SERVICE_NOT_RUNNING where none answers. */
  readonly connectService: (address: ServiceAddress, signal: AbortSignal) => Promise<ServiceLink>;
  /** Whether the user is root, who has the places of the system. */
  readonly isRoot: boolean;
  /** Tells the service manager how this process is (sd_notify), where one wants to know. Never rejects. */
  readonly tellSupervisor: (assignments: readonly string[]) => Promise<void>;
  /** Asks an address whether it is there (ICMP). */
  readonly ping: (request: PingRequest, signal: AbortSignal) => Promise<PingResult>;
}

/** What to ask an address. */
export interface PingRequest {
  readonly address: string;
  readonly count: number;
  /** In bytes. */
  readonly size: number;
  readonly timeoutSeconds: number;
}

/** What came back. */
export interface PingResult {
  readonly replies: number;
  /** Why nothing could be asked, where that is so. */
  readonly problem: string | undefined;
}

/** Where the control API of the service is. */
export type ServiceAddress =
  /** A Unix socket; undefined for where the service of this user has it. */
  | { readonly socketPath: string | undefined }
  | { readonly url: string; readonly token: string; readonly ca?: Uint8Array };

/** A service that is reached. */
export interface ServiceLink {
  readonly service: InitiatorService;
  close(): Promise<void>;
}

/** The files that commands handle other than as block devices. Failures are BlockError BLOCK_IO_FAILED. */
export interface CliFiles {
  /** Reads a file whole. One that is too long to hold a secret is refused. */
  readSecret(path: string): Promise<Uint8Array>;
  /** Reads a file of certificates whole. One that is too long to be one is refused. */
  readCertificates(path: string): Promise<Uint8Array>;
  /** Reads a document whole, up to the size of the largest state that a service takes. */
  readDocument(path: string): Promise<Uint8Array>;
  /** Writes a file that only its owner can read, in place of one that is there; all of it or nothing. */
  writePrivate(path: string, bytes: Uint8Array): Promise<void>;
  /** What a path names now, and an identity by which two paths to one file are known. */
  describe(path: string): Promise<FileDescription | undefined>;
  /** Makes a regular file of `size` zero bytes that takes up no space yet, in place of one that is there. */
  makeSparse(path: string, size: number): Promise<void>;
  /** Opens a file for writing from its beginning, in place of one that is there. */
  openWritable(path: string): Promise<Writable>;
  /** Makes a folder of its own for temporary files. */
  makeTemporaryFolder(): Promise<TemporaryFolder>;
}

/** A file that is there. */
export interface FileDescription {
  readonly kind: 'file' | 'block' | 'other';
  /** In bytes; means nothing but for a regular file. */
  readonly size: number;
  readonly identity: string;
}

/** A folder that goes away with all that is in it. */
export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Why a command was interrupted. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGPIPE';

  constructor(signal: Interruption['signal']) {
    super(`Interrupted by ${signal}`);
    this.signal = signal;
  }

  /** 128 and the signal's number, as shells have it. */
  get exitStatus(): number {
    return 128 + { SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 }[this.signal];
  }
}
