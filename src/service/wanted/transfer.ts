// Export and import of everything that is kept.

import { z } from 'zod';

import { ServiceError } from '../../base/index.ts';
import type { Store } from '../../store/index.ts';
import type { ExportedState } from '../contract/initiator-service.ts';
import type { RecordSet } from './record-set.ts';
import { isSecretName } from './vault.ts';
import type { Wanted } from './wanted.ts';

const format = 'hawser-state';
const version = 1;
const longestSecret = 255;

const envelope = z.strictObject({
  format: z.literal(format),
  version: z.literal(version),
  records: z.record(z.string(), z.record(z.string(), z.unknown())),
  secrets: z.record(z.string(), z.base64()).exactOptional(),
});

/** All records that are kept for good, and, where asked for, the secrets. */
export function exportState(wanted: Wanted, includesSecrets: boolean): ExportedState {
  const records: Record<string, Record<string, unknown>> = {};
  for (const set of wanted.sets) {
    const kept = set.keys().filter((key) => !set.isVolatile(key));
    if (kept.length > 0) records[set.kind.kind] = Object.fromEntries(kept.map((key) => [key, set.get(key)]));
  }
  if (!includesSecrets) return { format, version, records };
  const secrets = wanted.vault.keptNames().map((name): [string, string] => {
    return [name, Buffer.from(wanted.vault.get(name) ?? []).toString('base64')];
  });
  return { format, version, records, secrets: Object.fromEntries(secrets) };
}

/**
 * Puts an exported state in the place of what is kept, or adds it. Throws ServiceError SERVICE_STATE_INVALID with the field
 * that is wrong, and then nothing has been changed.
 */
export function importState(store: Store, wanted: Wanted, state: unknown, merges: boolean): void {
  const { records, secrets } = readState(wanted, state);
  store.change((tx) => {
    if (!merges) {
      tx.clear();
      wanted.keepLocal(tx);
    }
    for (const { kind, key, value } of records) tx.put(kind, key, value);
    for (const { name, bytes } of secrets) tx.putSecret(name, bytes);
  });
  for (const set of wanted.sets) set.reload();
}

interface CheckedState {
  readonly records: readonly { readonly kind: string; readonly key: string; readonly value: unknown }[];
  readonly secrets: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

function readState(wanted: Wanted, state: unknown): CheckedState {
  const read = envelope.safeParse(state);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw invalid(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'is no exported state');
  }
  const sets = new Map(wanted.sets.map((set) => [set.kind.kind, set]));
  const records = Object.entries(read.data.records).flatMap(([kind, byKey]) => {
    const set = sets.get(kind);
    if (set === undefined) throw invalid(`records.${kind}`, 'is no kind of records');
    return Object.entries(byKey).map(([key, value]) => ({ kind, key, value: checkRecord(set, key, value) }));
  });
  const secrets = Object.entries(read.data.secrets ?? {}).map(([name, text]) => {
    const bytes = Buffer.from(text, 'base64');
    if (!isSecretName(name)) throw invalid(`secrets.${name}`, 'is the name of no secret');
    if (bytes.length === 0 || bytes.length > longestSecret)
      throw invalid(`secrets.${name}`, 'has a length that is none');
    return { name, bytes };
  });
  return { records, secrets };
}

function checkRecord(set: RecordSet<unknown>, key: string, value: unknown): unknown {
  const field = `records.${set.kind.kind}.${key}`;
  const record = set.kind.schema.safeParse(value);
  if (!record.success) {
    const issue = record.error.issues[0];
    throw invalid([field, ...(issue?.path.map(String) ?? [])].join('.'), issue?.message ?? 'is no such record');
  }
  if (set.keyOf(record.data) !== key) throw invalid(field, 'does not stand under its key');
  return record.data;
}

function invalid(field: string, why: string): ServiceError {
  const at = `state.${field}`;
  return new ServiceError('SERVICE_STATE_INVALID', `${at}: ${why}`, { field: at });
}
