// What qemu-img and libiscsi's tools see of a logical unit: other people's initiators, to compare ours with.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { toolOutput } from '../support/run-tool.ts';
import { makeTempDir } from '../support/temp.ts';

/** A target as tools are told of it. */
export interface ForeignTarget {
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
}

/** The programs that this module runs. */
export const foreignTools: readonly string[] = ['qemu-img', 'iscsi-ls', 'iscsi-inq'];

/** A URL that all of them take; user and secret have no character that one of them would escape. */
export function foreignUrl(
  { host, port, targetName }: ForeignTarget,
  lun: number,
  account?: { readonly user: string; readonly secret: string },
): string {
  const login = account === undefined ? '' : `${account.user}%${account.secret}@`;
  return `iscsi://${login}${host}:${port}/${targetName}/${lun}`;
}

/** Every byte of a logical unit, read by QEMU. */
export async function readByQemu(url: string): Promise<Buffer> {
  await using dir = await makeTempDir();
  const file = dir.file('image');
  await toolOutput('qemu-img', ['convert', '-f', 'raw', '-O', 'raw', url, file]);
  return await readFile(file);
}

/** Has QEMU write bytes to a logical unit of exactly their length. */
export async function writeByQemu(url: string, bytes: Uint8Array): Promise<void> {
  await using dir = await makeTempDir();
  const file = dir.file('image');
  await writeFile(file, bytes);
  await toolOutput('qemu-img', ['convert', '-n', '-f', 'raw', '-O', 'raw', file, url]);
}

/** The size of a logical unit in bytes, as QEMU learns it. */
export async function sizeByQemu(url: string): Promise<number> {
  const info = JSON.parse(await toolOutput('qemu-img', ['info', '--output=json', '-f', 'raw', url])) as {
    'virtual-size': number;
  };
  return info['virtual-size'];
}

/** What INQUIRY tells libiscsi, without the blanks that fill fields up. */
export async function identityByLibiscsi(
  url: string,
): Promise<{ vendor: string; product: string; revision: string; serial: string }> {
  const standard = await toolOutput('iscsi-inq', [url]);
  const serialPage = await toolOutput('iscsi-inq', ['-e', '1', '-c', String(0x80), url]);
  const field = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(standard)?.[1]?.trim() ?? '';
  return {
    vendor: field('Vendor'),
    product: field('Product'),
    revision: field('Revision'),
    serial: /\[(.*)\]/.exec(serialPage)?.[1]?.trim() ?? '',
  };
}

/** The names of a portal's targets, and of their logical units, as libiscsi lists them. */
export async function targetsByLibiscsi(
  portal: { readonly host: string; readonly port: number },
  account?: { readonly user: string; readonly secret: string },
): Promise<string[]> {
  const login = account === undefined ? '' : `${account.user}%${account.secret}@`;
  const listing = await toolOutput('iscsi-ls', [`iscsi://${login}${portal.host}:${portal.port}`]);
  return [...listing.matchAll(/^Target:(\S+) Portal:/gm)].map((line) => line[1] ?? '');
}

/** SHA-256 in hexadecimal: what two readers of the same bytes must agree on. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
