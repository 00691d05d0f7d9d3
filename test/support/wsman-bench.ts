// A WS-Management endpoint over a few classes whose answers a test knows, and a way to ask it that shares nothing with it.

import { request as httpRequest } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { XMLParser } from 'fast-xml-parser';
import { UsageError, WmiError } from '../../src/base/index.ts';
import type { CimClass, CimProperty } from '../../src/wmi/cim/cim-class.ts';
import { type CimEventListener, type CimRepository, cimRepositoryOf } from '../../src/wmi/cim/cim-repository.ts';
import type { CimObject, CimType, CimValue, CimValues } from '../../src/wmi/cim/cim-value.ts';
import { openWsManagement, type WsManagementOptions, type WsManagementServer } from '../../src/wmi/index.ts';

export const wsmanUser = 'admin';
export const wsmanPassword = 'correct horse battery';
/** The id that `LogoutFromTarget` is called with in the golden envelopes. */
export const uniqueSessionId = 0xffffc000_40000001n;

/** A repository for tests: what was asked of it, and a way to make things happen. */
export interface WsmanWorld {
  readonly repository: CimRepository;
  /** Method calls and writes, in order. */
  readonly calls: { readonly name: string; readonly keys: unknown; readonly input: CimValues }[];
  /** Makes an event happen. */
  readonly emit: (namespace: string, event: CimObject) => void;
  /** What `Wait` waits for: it ends when this is called, or with its signal. */
  readonly release: () => void;
  /** Signals of the calls of `Wait` that have begun. */
  readonly waiting: AbortSignal[];
}

function property(name: string, type: CimType, more: Partial<CimProperty> = {}): CimProperty {
  return { name, type, isArray: false, isKey: false, isWritable: false, ...more };
}

const inOut = (name: string, type: CimType, more: object = {}): CimClass['methods'][number]['parameters'][number] => ({
  name,
  type,
  isArray: false,
  isIn: true,
  isOut: true,
  ...more,
});

const none = async (): Promise<readonly CimObject[]> => await Promise.resolve([]);
const base = { isEvent: false, isEmbedded: false, methods: [], instances: none } as const;

/** Makes the world: a class with all types and ways, one of sessions, one of events, one that is embedded. */
export function makeWsmanWorld(): WsmanWorld {
  const calls: { name: string; keys: unknown; input: CimValues }[] = [];
  const listeners = new Set<CimEventListener>();
  const waiting: AbortSignal[] = [];
  const releases: (() => void)[] = [];
  const portal: CimClass = {
    ...base,
    namespace: 'root/wmi',
    name: 'ISCSI_Portal',
    isEmbedded: true,
    properties: [property('Address', 'string'), property('Socket', 'uint16')],
  };
  const things: CimObject[] = ['A', 'B', 'C'].map((letter, index) => thing(letter, index));
  const findThing = (keys: Readonly<Record<string, string>> | undefined): CimObject => {
    const found = things.find(({ values }) => values['InstanceName'] === keys?.['InstanceName']);
    if (found === undefined) throw new WmiError('WMI_INSTANCE_NOT_FOUND', 'There is no such instance');
    return found;
  };
  const thingClass: CimClass = {
    ...base,
    namespace: 'root/wmi',
    name: 'MSiSCSI_Thing',
    properties: [
      property('InstanceName', 'string', { isKey: true }),
      property('Active', 'boolean'),
      property('Count', 'uint32', { isWritable: true }),
      property('UniqueSessionId', 'uint64'),
      property('Bytes', 'uint8', { isArray: true }),
      property('Portals', 'object', { isArray: true, className: 'ISCSI_Portal' }),
      property('Note', 'string', { isWritable: true }),
      property('When', 'datetime'),
      property('Nothing', 'string'),
    ],
    methods: [
      {
        name: 'LogoutFromTarget',
        isStatic: false,
        parameters: [
          { name: 'UniqueSessionId', type: 'uint64', isArray: false, isIn: true, isOut: false },
          { name: 'Status', type: 'uint32', isArray: false, isIn: false, isOut: true },
        ],
      },
      {
        name: 'Echo',
        isStatic: true,
        parameters: [
          inOut('Names', 'string', { isArray: true }),
          inOut('Portal', 'object', { className: 'ISCSI_Portal' }),
          inOut('Flag', 'boolean'),
          inOut('When', 'datetime'),
        ],
      },
      { name: 'Wait', isStatic: true, parameters: [] },
      { name: 'Break', isStatic: true, parameters: [] },
      {
        name: 'Refuse',
        isStatic: true,
        parameters: [{ name: 'ChapSecret', type: 'string', isArray: false, isIn: true, isOut: false }],
      },
    ],
    instances: async () => await Promise.resolve(things),
    put: async (keys, values) => {
      const found = findThing(keys);
      calls.push({ name: 'put', keys, input: values });
      const changed = { ...found, values: { ...found.values, ...values } };
      things[things.indexOf(found)] = changed;
      return await Promise.resolve(changed);
    },
    invoke: async (name, keys, input, signal) => {
      calls.push({ name, keys, input });
      if (name === 'Break') throw new Error('broken, and nobody may know that the key is swordfish');
      if (name === 'Wait') {
        waiting.push(signal);
        await new Promise<void>((resolve, reject) => {
          releases.push(resolve);
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
        return { ReturnValue: 0 };
      }
      if (name === 'Refuse') {
        throw new UsageError('ISCSI_BAD_ARGUMENT', `${input['ChapSecret'] as string} is no secret`, {
          argument: 'secret',
        });
      }
      if (name === 'Echo') return { ReturnValue: 0, ...input };
      findThing(keys);
      return { ReturnValue: 0, Status: input['UniqueSessionId'] === uniqueSessionId ? 0 : 0xefff000d };
    },
  };
  const event: CimClass = {
    ...base,
    namespace: 'root/wmi',
    name: 'MSiSCSI_AdapterEvent',
    isEvent: true,
    properties: [
      property('InstanceName', 'string', { isKey: true }),
      property('EventType', 'uint8'),
      property('SupplementText', 'string'),
    ],
  };
  const session: CimClass = {
    ...base,
    namespace: 'root/Microsoft/Windows/Storage',
    name: 'MSFT_iSCSISession',
    properties: [property('SessionIdentifier', 'string', { isKey: true }), property('IsConnected', 'boolean')],
    instances: async () =>
      await Promise.resolve([
        {
          className: 'MSFT_iSCSISession',
          values: { SessionIdentifier: 'ffffc00040000001-4000013700000001', IsConnected: true },
        },
      ]),
  };
  return {
    repository: cimRepositoryOf([portal, thingClass, event, session], (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    }),
    calls,
    waiting,
    emit: (namespace, happened) => {
      for (const listener of listeners) listener(namespace, happened);
    },
    release: () => {
      for (const end of releases.splice(0)) end();
    },
  };
}

function thing(letter: string, index: number): CimObject {
  const portals: readonly CimValue[] = [
    { className: 'ISCSI_Portal', values: { Address: '10.0.0.1', Socket: 3260 } },
    { className: 'ISCSI_Portal', values: { Address: `<${letter}> & "co"`, Socket: null } },
  ];
  return {
    className: 'MSiSCSI_Thing',
    values: {
      InstanceName: `Root\\ISCSIPRT\\0000_0 ${letter}`,
      Active: index !== 1,
      Count: 10 * (index + 1),
      UniqueSessionId: uniqueSessionId + BigInt(index),
      Bytes: [0, 1, 255],
      Portals: portals,
      Note: null,
      When: '20261121213000.000000+000',
    },
  };
}

/** An answer of HTTP. */
export interface WsmanReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The message, decoded. */
  readonly text: string;
}

/** A bench: an endpoint over the world. */
export interface WsmanBench extends AsyncDisposable {
  readonly world: WsmanWorld;
  readonly server: WsManagementServer;
  /** What the endpoint told its owner. */
  readonly answers: unknown[];
  readonly faults: string[];
  /** Posts a message. Basic credentials are there unless `headers` says otherwise. */
  readonly post: (
    body: string | Uint8Array,
    headers?: Readonly<Record<string, string | undefined>>,
    signal?: AbortSignal,
  ) => Promise<WsmanReply>;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export async function openWsmanBench(options: Partial<WsManagementOptions> = {}): Promise<WsmanBench> {
  const world = makeWsmanWorld();
  const answers: unknown[] = [];
  const faults: string[] = [];
  const server = await openWsManagement({
    repository: world.repository,
    listen: { host: '127.0.0.1', port: 0 },
    credentials: { user: wsmanUser, password: wsmanPassword },
    version: '1.2.3',
    hooks: { onAnswer: (facts) => answers.push(facts), onFault: (fault) => faults.push(fault) },
    ...options,
  });
  return {
    world,
    server,
    answers,
    faults,
    post: async (body, headers = {}, signal) => await postMessage(server.port, body, headers, signal),
    async [Symbol.asyncDispose]() {
      world.release();
      await server.close();
    },
  };
}

/** Posts a message to an endpoint. Basic credentials are there unless `headers` says otherwise. */
export async function postMessage(
  port: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<WsmanReply> {
  const all: Readonly<Record<string, string | undefined>> = {
    'content-type': 'application/soap+xml;charset=UTF-8',
    authorization: basic(wsmanUser, wsmanPassword),
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return await new Promise<WsmanReply>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/wsman', method: 'POST', headers: given, agent: false as const };
    const request = httpRequest(signal === undefined ? options : { ...options, signal }, (response) => {
      const isWide = /utf-16/i.test(response.headers['content-type'] ?? '');
      if (isWide) response.setEncoding('utf16le');
      textOf(response).then((text) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: text.replace(/^\ufeff/, '') });
      }, reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

const reader = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: () => true,
});

/**
 * The texts at a path of local names, as in `Envelope/Body/Fault/Code/Value`; a last part `@name` is an attribute. Empty
 * where there is nothing.
 */
export function textsAt(document: string, path: string): readonly string[] {
  let nodes: unknown[] = [reader.parse(document)];
  for (const part of path.split('/')) {
    nodes = nodes.flatMap((node) => {
      const next = (node as Record<string, unknown>)[part];
      return next === undefined ? [] : [next].flat();
    });
  }
  return nodes.map((node) => {
    if (typeof node === 'string') return node;
    const [text] = [(node as Record<string, unknown>)['#text'] ?? ''].flat() as unknown[];
    return String(text);
  });
}
