// A service as it is run, and everything that comes out of it: its log at the most verbose, its answers, events and files.

import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Answer, type ConnectedIscsiDsc, connectIscsiDsc } from 'hawser/iscsidsc';
import { eventually } from '../../support/eventually.ts';
import { hawser, startHawser } from '../../support/hawser-program.ts';
import { ask, type RawAnswer } from '../../support/raw-http.ts';
import { exitOf, type ToolResult } from '../../support/run-tool.ts';
import { makeTempDir } from '../../support/temp.ts';

/** `hawser service` with all its doors. Whatever they say is handed back, and kept in `told`. */
export interface SecurityBench extends AsyncDisposable {
  readonly token: string;
  readonly state: string;
  readonly socketPath: string;
  readonly port: number;
  readonly dsc: ConnectedIscsiDsc;
  /** Everything that any door has told by now. */
  readonly told: string;
  /** The service's standard output and standard error. */
  readonly log: string;
  /** Every event since the service began. */
  readonly events: string;
  /** Asks over the socket; a body that is no text goes as JSON. */
  readonly http: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<RawAnswer>;
  /** Asks over TCP with these headers alone. */
  readonly tcp: (path: string, headers: Readonly<Record<string, string>>) => Promise<RawAnswer>;
  readonly cli: (
    args: readonly string[],
    given?: { readonly input?: string; readonly env?: Record<string, string> },
  ) => Promise<ToolResult>;
  /** Waits for a call of the Discovery Library, and keeps its answer with all that its Cause knows. */
  readonly call: (answer: Promise<Answer>) => Promise<Answer>;
  /** A file for a secret, outside of the state directory. */
  readonly file: (name: string, text: string) => Promise<string>;
  /** Every byte of every file that the service keeps. */
  readonly stateBytes: () => Promise<Buffer>;
  /** Ends the service in order. */
  readonly stop: () => Promise<number | undefined>;
}

/** Starts a service that logs all it can. */
export async function openSecurityBench(): Promise<SecurityBench> {
  const folder = await makeTempDir();
  const [state, socketPath] = [folder.file('state'), folder.file('s')];
  const token = randomBytes(24).toString('hex');
  await writeFile(folder.file('token'), `${token}\n`, { mode: 0o600 });
  const places = ['--state', state, '--socket', socketPath, '--listen', '127.0.0.1:0'];
  const child = startHawser(
    ['service', ...places, '--token-file', folder.file('token'), '--log-level', 'trace', '--json'],
    { HAWSER_DEBUG: '1' },
  );
  const ended = exitOf(child);
  let log = '';
  let told = '';
  let events = '';
  const listen = (piece: Buffer): void => {
    log += piece.toString();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  const [, port = ''] = await eventually(
    () => /"url": "http:\/\/127\.0\.0\.1:(\d+)"/.exec(log) ?? [],
    ({ length }) => length > 0,
    { withinMs: 30_000 },
  );
  const stream = get({ socketPath, path: '/v1/events', agent: false }, (response) => {
    response
      .on('error', () => undefined)
      .on('data', (piece: Buffer) => {
        events += piece.toString();
      });
  }).on('error', () => undefined);
  const dsc = connectIscsiDsc({ socketPath });
  const heard = (answer: RawAnswer): RawAnswer => {
    told += `${JSON.stringify(answer.headers)}\n${answer.text}\n`;
    return answer;
  };
  return {
    token,
    state,
    socketPath,
    port: Number(port),
    dsc,
    get told() {
      return told;
    },
    get log() {
      return log;
    },
    get events() {
      return events;
    },
    http: async (method, path, body, headers = { 'content-type': 'application/json' }) => {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      return heard(await ask({ socketPath, method, path, headers: text === undefined ? {} : headers }, text));
    },
    tcp: async (path, headers) => heard(await ask({ host: '127.0.0.1', port: Number(port), path, headers })),
    cli: async (args, { input, env = {} } = {}) => {
      const all = { HAWSER_SOCKET: socketPath, HAWSER_DEBUG: '1', ...env };
      const result = await hawser(args, { env: all, ...(input === undefined ? {} : { input }) });
      told += `${result.stdout}\n${result.stderr}\n`;
      return result;
    },
    call: async (answer) => {
      const settled = await answer;
      told += `${inspect(settled, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null })}\n`;
      if ('Cause' in settled) told += `${settled.Cause.message}\n${settled.Cause.stack ?? ''}\n`;
      return settled;
    },
    file: async (name, text) => {
      await writeFile(folder.file(name), text, { mode: 0o600 });
      return folder.file(name);
    },
    stateBytes: async () => {
      const names = await readdir(state);
      return Buffer.concat(await Promise.all(names.map(async (name) => await readFile(join(state, name)))));
    },
    stop: async () => {
      stream.destroy();
      await dsc.close();
      child.kill('SIGTERM');
      return await ended;
    },
    async [Symbol.asyncDispose]() {
      stream.destroy();
      await dsc.close();
      child.kill('SIGKILL');
      await ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}
