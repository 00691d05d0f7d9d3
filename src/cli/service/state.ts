// `hawser service export` and `hawser service import`: everything that the service keeps, as a file.

import { ServiceError } from '../../base/index.ts';
import type { ExportedState } from '../../service/index.ts';
import type { ServiceContext } from '../client/service-action.ts';

/** Prints the state, or writes it to a file of mode 0600: it may have secrets in it. */
export async function exportState(
  { service, environment, printer, signal }: ServiceContext,
  path: string | undefined,
  { secrets }: { readonly secrets?: boolean },
): Promise<void> {
  const state = await service.exportState({ includesSecrets: secrets === true }, { signal });
  const text = `${JSON.stringify(state, undefined, 2)}\n`;
  if (path === undefined) {
    environment.stdout.write(text);
    return;
  }
  await environment.files.writePrivate(path, Buffer.from(text));
  const facts = { file: path, records: countRecords(state), secrets: Object.keys(state.secrets ?? {}).length };
  printer.print({ document: facts, text: `${path}: ${facts.records} records, ${facts.secrets} secrets` });
}

/** Restores the state. What is in the file, the service checks. */
export async function importState(
  { service, environment, printer, signal }: ServiceContext,
  path: string,
  { merge }: { readonly merge?: boolean },
): Promise<void> {
  const bytes = path === '-' ? await readAll(environment.stdin) : await environment.files.readDocument(path);
  const state = parseState(Buffer.from(bytes).toString(), path);
  await service.importState({ state, merges: merge === true }, { signal });
  const facts = { file: path, records: countRecords(state), secrets: Object.keys(state.secrets ?? {}).length };
  printer.print({ document: facts, text: `${facts.records} records, ${facts.secrets} secrets` });
}

function parseState(text: string, path: string): ExportedState {
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state === 'object' && state !== null && 'records' in state) return state as ExportedState;
  } catch {
    // Its words would quote the file, which may have secrets in it.
  }
  throw new ServiceError('SERVICE_STATE_INVALID', `${path} is nothing that hawser service export has written`);
}

function countRecords({ records }: ExportedState): number {
  return Object.values(records).reduce((sum, kind) => sum + Object.keys(kind).length, 0);
}

async function readAll(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}
