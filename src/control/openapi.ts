// The OpenAPI 3.1 document of the control API, made from the table of operations and its schemas.

import { z } from 'zod';
import { type ErrorCode, errorCodes, ServiceError } from '../base/index.ts';
import { httpStatus } from './http-status.ts';
import { namedSchemas } from './named-schemas.ts';
import type { AnyOperation } from './operations/operation.ts';
import { eventsPath, operationNames, operations } from './operations/table.ts';
import { type Placement, placementOf } from './placement.ts';
import { timeoutHeader } from './timeout-header.ts';

type Json = Readonly<Record<string, unknown>>;
/** What any operation may end with. */
const generalErrors: readonly ErrorCode[] = [
  'SERVICE_BAD_REQUEST',
  'SERVICE_UNAUTHORIZED',
  'SERVICE_OVERLOADED',
  'SERVICE_STOPPING',
  'SERVICE_TIMEOUT',
  'SERVICE_FAILED',
];

/** Makes the document. */
export function openApiDocument(): Json {
  const components: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of operationNames) {
    const row = operations[name];
    paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: describe(name, row, components) };
  }
  paths[eventsPath] = { get: eventStream(components) };
  schemaOf(namedSchemas['Problem'] ?? z.never(), components);
  const sorted = Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hawser control API',
      version: '1',
      description:
        'What can be done with the initiator service. Errors are problem documents (RFC 9457) with a stable `code`. ' +
        'A value of null stands for one that is not there.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://localhost', description: 'The Unix socket, or a TCP port of the loopback' }],
    security: [{}, { token: [] }],
    paths,
    components: {
      schemas: sorted,
      responses: {
        Problem: problem(`Any error of docs/errors.md; for every operation there are\n\n${meanings(generalErrors)}`),
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'Needed on TCP' } },
      parameters: {
        timeout: {
          name: timeoutHeader,
          in: 'header',
          required: false,
          description: 'How many milliseconds the operation may take',
          schema: { type: 'integer', minimum: 1 },
        },
      },
    },
  };
}

function describe(name: string, row: AnyOperation, components: Record<string, unknown>): Json {
  const placement = placementOf(row);
  const input = row.input === undefined ? undefined : schemaOf(row.input, components, 'inline');
  const parameters = [
    ...parametersOf('path', placement, input, components),
    ...parametersOf('query', placement, input, components),
    { $ref: '#/components/parameters/timeout' },
  ];
  const answer =
    row.output === undefined
      ? { '204': { description: 'It is done' } }
      : {
          '200': {
            description: 'It is done',
            content: { 'application/json': { schema: schemaOf(row.output, components) } },
          },
        };
  return {
    operationId: name,
    summary: row.summary,
    tags: [row.path.split('/')[2]],
    parameters,
    ...(placement.hasBody && input !== undefined ? { requestBody: bodyOf(placement, row, input, components) } : {}),
    responses: { ...answer, ...problems(row.errors), default: { $ref: '#/components/responses/Problem' } },
  };
}

function parametersOf(
  where: 'path' | 'query',
  placement: Placement,
  input: Json | undefined,
  components: Record<string, unknown>,
): Json[] {
  return placement[where].map(({ name, isRequired }) => ({
    name,
    in: where,
    required: where === 'path' || isRequired,
    schema: fieldSchema(input, name.split('.'), components),
  }));
}

/** The schema of a field, down through objects, and through what stands in the components. */
function fieldSchema(
  schema: Json | undefined,
  path: readonly string[],
  components: Readonly<Record<string, unknown>>,
): Json {
  const [key, ...rest] = path;
  const reference = schema?.['$ref'];
  const whole = typeof reference === 'string' ? components[reference.split('/').at(-1) ?? ''] : schema;
  if (key === undefined) return whole as Json;
  const properties = (whole as Json | undefined)?.['properties'] as Readonly<Record<string, Json>> | undefined;
  return fieldSchema(properties?.[key], rest, components);
}

function bodyOf(placement: Placement, row: AnyOperation, input: Json, components: Record<string, unknown>): Json {
  const inPath = placement.path.map(({ name }) => name);
  if (inPath.length === 0 && row.input !== undefined) {
    return { required: true, content: { 'application/json': { schema: schemaOf(row.input, components) } } };
  }
  const required = ((input['required'] ?? []) as readonly string[]).filter((name) => !inPath.includes(name));
  const schema = {
    ...without(input, ['required']),
    properties: without((input['properties'] ?? {}) as Json, inPath),
    ...(required.length === 0 ? {} : { required }),
  };
  return { required: required.length > 0, content: { 'application/json': { schema } } };
}

/** The answers for an operation's own errors, by status; each says which codes it stands for. */
function problems(codes: readonly ErrorCode[]): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const status = httpStatus(new ServiceError(code, ''));
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([status, of]) => [status, problem(meanings(of))]));
}

function meanings(codes: readonly ErrorCode[]): string {
  return codes.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`).join('\n\n');
}

function problem(description: string): Json {
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function eventStream(components: Record<string, unknown>): Json {
  const schema = { type: 'string' };
  return {
    operationId: 'events',
    summary: 'What happens from now on, or from after an event that is still known, as server-sent events',
    description:
      'Each message has the JSON of a ServiceEvent as its data, and its id. Where events between `after` and now are not ' +
      'known any more, `eventsMissed` comes first. The messages `end` and `problem` are the last ones.',
    tags: ['events'],
    parameters: [
      { name: 'after', in: 'query', required: false, description: 'The id of the last event that was seen', schema },
      { name: 'last-event-id', in: 'header', required: false, description: 'The same, and goes before it', schema },
    ],
    responses: {
      '200': {
        description: 'The stream',
        content: { 'text/event-stream': { schema: schemaOf(namedSchemas['ServiceEvent'] ?? z.never(), components) } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/**
 * A schema as JSON Schema 2020-12, as OpenAPI 3.1 has it. What has a name is put into `components` and referred to; with
 * `inline` the schema itself stays where it is.
 */
function schemaOf(schema: z.ZodType, components: Record<string, unknown>, how?: 'inline'): Json {
  const metadata = z.registry<{ id: string }>();
  for (const [id, named] of Object.entries(namedSchemas))
    if (how !== 'inline' || named !== schema) metadata.add(named, { id });
  const whole = z.toJSONSchema(schema, { metadata, io: 'input', override: requireAll }) as Json;
  const own = without(whole, ['$schema', '$defs', 'id']);
  for (const [id, definition] of Object.entries((whole['$defs'] ?? {}) as Json)) components[id] = hoisted(definition);
  const name = metadata.get(schema)?.id;
  if (name === undefined) return hoisted(own) as Json;
  if (own['$ref'] === undefined) components[name] = hoisted(own);
  return { $ref: `#/components/schemas/${name}` };
}

function without(fields: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Answers always have what may be null; zod only knows that it need not be there. */
function requireAll({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  if (zodSchema._zod.def.type !== 'object') return;
  const required = Object.entries(zodSchema._zod.def.shape)
    .filter(([, field]) => field._zod.def.type !== 'optional')
    .map(([key]) => key);
  if (required.length > 0) jsonSchema.required = required;
}

/** References that zod makes within one schema, as references within the document. */
function hoisted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hoisted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      key === '$ref' && typeof each === 'string'
        ? [key, each.replace('#/$defs/', '#/components/schemas/')]
        : [key, hoisted(each)],
    ),
  );
}
