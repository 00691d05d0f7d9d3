// A service with its control API on a socket of its own, and the command line before it, all in this process.

import { openControlClient, openControlServer } from '../../src/control/index.ts';
import { openService } from '../../src/service/index.ts';
import { type CliGiven, type CliResult, runCli } from './cli-world.ts';
import { makeTempDir } from './temp.ts';

/** A service, and how to command it. */
export interface ServiceDesk extends AsyncDisposable {
  readonly socketPath: string;
  /** Runs a command line, which reaches the service over its socket. */
  run(argv: readonly string[], given?: CliGiven): Promise<CliResult>;
  /** Runs a command line that must succeed, and gives its standard output. */
  text(argv: readonly string[], given?: CliGiven): Promise<string>;
  /** The same with --json. */
  document(argv: readonly string[], given?: CliGiven): Promise<Record<string, unknown>>;
  /** Stops the service and starts it again with what it has kept. */
  restart(): Promise<void>;
}

/** Opens a service with an empty state. */
export async function openServiceDesk(): Promise<ServiceDesk> {
  const dir = await makeTempDir();
  const socketPath = dir.file('hawser.sock');
  const start = async (): Promise<AsyncDisposable> => {
    const service = await openService({ stateDirectory: dir.file('state') });
    const server = await openControlServer({ service, socketPath });
    return {
      async [Symbol.asyncDispose]() {
        await server.close();
        await service.close();
      },
    };
  };
  let running = await start();
  const run: ServiceDesk['run'] = async (argv, given = {}) => {
    await using client = openControlClient({ socketPath });
    return await runCli(argv, { ...given, service: client });
  };
  const text: ServiceDesk['text'] = async (argv, given) => {
    const { status, stdout, stderr } = await run(argv, given);
    if (status !== 0) throw new Error(`hawser ${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  };
  return {
    socketPath,
    run,
    text,
    document: async (argv, given) => JSON.parse(await text([...argv, '--json'], given)) as Record<string, unknown>,
    async restart() {
      await running[Symbol.asyncDispose]();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
