// A world for commands that run inside a test: streams that are kept, files that are real, no terminal.

import { Readable, Writable } from 'node:stream';
import { ServiceError } from '../../src/base/index.ts';
import { files } from '../../src/bin/files.ts';
import { type CliEnvironment, run, type ServiceAddress } from '../../src/cli/index.ts';
import type { InitiatorService } from '../../src/service/index.ts';

/** What a command was given. */
export interface CliGiven {
  readonly stdin?: Uint8Array | string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What somebody at a terminal answers when asked for a secret; no terminal unless set. */
  readonly answers?: string[];
  /** The service that commands reach; none runs unless given. */
  readonly service?: InitiatorService;
  /** Is told where commands look for the service. */
  readonly onConnect?: (address: ServiceAddress) => void;
  readonly isTerminal?: boolean;
  /** Keeps what is printed, for those who look at it before the command has ended. */
  readonly stdout?: Kept;
  /** How many pings are answered; all unless given. */
  readonly pings?: number;
}

/** What a command left behind. */
export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The questions that were asked for secrets. */
  readonly questions: readonly string[];
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], given: CliGiven = {}): Promise<CliResult> {
  const stdout = given.stdout ?? new Kept();
  const stderr = new Kept();
  const { environment, questions } = makeWorld(stdout, stderr, given);
  const status = await run(argv, environment);
  return { status, stdout: stdout.text, stderr: stderr.text, questions };
}

/** The environment alone, for parts of commands. */
export function makeWorld(
  stdout: Writable,
  stderr: Writable,
  given: CliGiven = {},
): { environment: CliEnvironment; questions: string[] } {
  const questions: string[] = [];
  const answers = [...(given.answers ?? [])];
  const environment: CliEnvironment = {
    version: '9.8.7',
    variables: given.variables ?? {},
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    stdout,
    stderr,
    terminals: { stdin: given.answers !== undefined, stdout: given.isTerminal === true, stderr: false },
    interruption: given.signal ?? new AbortController().signal,
    files,
    askSecret: (question) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? '');
    },
    isRoot: false,
    tellSupervisor: () => Promise.resolve(),
    ping: ({ count }) => Promise.resolve({ replies: given.pings ?? count, problem: undefined }),
    connectService: (address) => {
      given.onConnect?.(address);
      const { service } = given;
      if (service === undefined)
        return Promise.reject(new ServiceError('SERVICE_NOT_RUNNING', 'No service is running'));
      return Promise.resolve({ service, close: () => Promise.resolve() });
    },
  };
  return { environment, questions };
}

/** A stream that keeps what it is given. */
export class Kept extends Writable {
  readonly #pieces: Buffer[] = [];

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get text(): string {
    return this.bytes.toString();
  }

  override _write(piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pieces.push(Buffer.from(piece));
    done();
  }
}
