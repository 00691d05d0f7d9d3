// The two ends of a copy: a URL, a file or a standard stream, opened as something to read from or to write to.

import { finished } from 'node:stream/promises';
import { formatIscsiUrl, type IscsiUrl, parseIscsiUrl } from '../adapter/index.ts';
import { BlockError } from '../base/index.ts';
import { type BlockDevice, openFileDevice } from '../block/index.ts';
import type { CommandContext } from './command-context.ts';
import { type ConnectionOptions, toConnect } from './connection-options.ts';
import { formatSize } from './sizes.ts';
import { fromDevice, fromStream, type Sink, type Source, toDevice, toStream } from './transfer.ts';
import { withDisk } from './with-session.ts';

/** What an argument names. */
export type Endpoint =
  | { readonly kind: 'stream' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: IscsiUrl };

/** A source that is open. */
export interface OpenSource {
  readonly source: Source;
  /** In bytes; undefined for a stream, which ends when it ends. */
  readonly size: number | undefined;
}

/** A destination that is open. */
export interface OpenDestination {
  readonly sink: Sink;
  /** The device to write to, where there is one at random access. */
  readonly device: BlockDevice | undefined;
  /** Whether the device is new and reads as zeros. */
  readonly readsZero: boolean;
  /** Makes what was written durable, as far as the destination can. */
  readonly finish: () => Promise<void>;
  /** Runs `work` with what was written, to be read back. Throws BlockError for what cannot be. */
  readBack(work: (device: BlockDevice) => Promise<void>): Promise<void>;
}

/** Reads an argument: `-`, a URL, or else a path. Throws UsageError ISCSI_BAD_URL. */
export function parseEndpoint(text: string): Endpoint {
  if (text === '-') return { kind: 'stream' };
  // A path that holds `://` can be written with ./ before it.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { kind: 'url', url: parseIscsiUrl(text) };
  return { kind: 'file', path: text };
}

/** How an endpoint is shown: never with a secret. */
export function formatEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'stream') return '-';
  return endpoint.kind === 'file' ? endpoint.path : formatIscsiUrl(endpoint.url);
}

/** Opens a source for the time of `work`. */
export async function withSource<T>(
  endpoint: Endpoint,
  context: CommandContext,
  options: ConnectionOptions,
  label: string,
  work: (source: OpenSource) => Promise<T>,
): Promise<T> {
  switch (endpoint.kind) {
    case 'stream':
      return await work({ source: fromStream(context.environment.stdin), size: undefined });
    case 'file': {
      const device = await openFileDevice(endpoint.path, { readOnly: true });
      try {
        return await work({ source: fromDevice(device, 0, device.size), size: device.size });
      } finally {
        await device.close();
      }
    }
    case 'url': {
      const wanted = await toConnect(endpoint.url, options, context.environment);
      return await withDisk(wanted, label, context.signal, async (disk) => {
        return await work({ source: fromDevice(disk, 0, disk.size), size: disk.size });
      });
    }
  }
}

/** Opens a destination that is to take `size` bytes, for the time of `work`. Refuses a device that is too small. */
export async function withDestination<T>(
  endpoint: Endpoint,
  size: number | undefined,
  context: CommandContext,
  options: ConnectionOptions,
  label: string,
  work: (destination: OpenDestination) => Promise<T>,
): Promise<T> {
  const { environment, signal } = context;
  switch (endpoint.kind) {
    case 'stream':
      return await work({
        sink: toStream(environment.stdout, signal),
        device: undefined,
        readsZero: false,
        finish: async () => {},
        readBack: () => Promise.reject(new BlockError('BLOCK_IO_FAILED', 'A stream cannot be read back')),
      });
    case 'file':
      return await withFile(endpoint.path, size, context, work);
    case 'url': {
      const wanted = await toConnect(endpoint.url, options, environment);
      return await withDisk(wanted, label, signal, async (disk) => await work(onDevice(disk, size, false, signal)));
    }
  }
}

async function withFile<T>(
  path: string,
  size: number | undefined,
  { environment, signal }: CommandContext,
  work: (destination: OpenDestination) => Promise<T>,
): Promise<T> {
  const existing = await environment.files.describe(path);
  const isRegular = existing === undefined || existing.kind === 'file';
  if (isRegular && size === undefined) return await withGrowingFile(path, environment.files, signal, work);
  if (isRegular) await environment.files.makeSparse(path, size ?? 0);
  const device = await openFileDevice(path);
  try {
    return await work(onDevice(device, size, isRegular, signal));
  } finally {
    await device.close();
  }
}

/** A file whose length is known when the source has ended. */
async function withGrowingFile<T>(
  path: string,
  files: CommandContext['environment']['files'],
  signal: AbortSignal,
  work: (destination: OpenDestination) => Promise<T>,
): Promise<T> {
  const stream = await files.openWritable(path);
  try {
    return await work({
      sink: toStream(stream, signal),
      device: undefined,
      readsZero: false,
      finish: async () => {
        stream.end();
        await finished(stream, { signal });
      },
      readBack: async (read) => {
        const device = await openFileDevice(path, { readOnly: true });
        await read(device).finally(() => device.close());
      },
    });
  } finally {
    stream.destroy();
  }
}

function onDevice(
  device: BlockDevice,
  size: number | undefined,
  readsZero: boolean,
  signal: AbortSignal,
): OpenDestination {
  if (device.readOnly) throw new BlockError('BLOCK_READ_ONLY', 'The destination cannot be written');
  if (size !== undefined && size > device.size) {
    const message = `The source has ${formatSize(size)} (${size} bytes), the destination only ${device.size} bytes`;
    throw new BlockError('BLOCK_OUT_OF_RANGE', message, { offset: 0, length: size });
  }
  return {
    sink: toDevice(device, 0, signal),
    device,
    readsZero,
    finish: async () => {
      await device.flush({ signal });
    },
    readBack: async (read) => {
      await read(device);
    },
  };
}
