// docs/openapi.json against the structure of OpenAPI 3.1, and the schemas in it against what is really sent.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { z } from 'zod';
import { ServiceError } from '../../../src/base/index.ts';
import { openApiDocument } from '../../../src/control/openapi.ts';
import { operationNames, operations } from '../../../src/control/operations/table.ts';
import { placeInput, placementOf } from '../../../src/control/placement.ts';
import { toProblem } from '../../../src/control/problem.ts';
import { toJson } from '../../../src/control/server/wire-json.ts';
import { sampleEvent, serviceSamples } from '../../support/service-samples.ts';

type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1.0, sections 4.8.1 to 4.8.27, as far as this document uses them; no other field is taken. */
const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.strictObject({ schema }));
const response = z.union([
  z.strictObject({ $ref: z.string() }),
  z.strictObject({ description: z.string().min(1), content: content.optional() }),
]);
const parameter = z.union([
  z.strictObject({ $ref: z.string() }),
  z.strictObject({
    name: z.string().min(1),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean(),
    description: z.string().optional(),
    schema,
  }),
]);
const operation = z.strictObject({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  description: z.string().optional(),
  tags: z.array(z.string()),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string().regex(/^(?:[1-5]\d\d|default)$/), response),
});
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.url(), description: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().regex(/^\/v1\//),
    z.strictObject(Object.fromEntries(methods.map((method) => [method, operation.optional()]))),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), schema),
    responses: z.record(z.string(), response),
    parameters: z.record(z.string(), parameter),
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer'), description: z.string() }),
    ),
  }),
});

const document = openApiDocument();
const parsed = documentSchema.parse(document);
const all = Object.entries(parsed.paths).flatMap(([path, item]) =>
  methods.flatMap((method) => {
    const found = item[method];
    return found === undefined ? [] : [{ path, method, ...found }];
  }),
);

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === '$ref' && typeof each === 'string' ? [each] : referencesIn(each),
  );
}

/** A schema of the document as a check. */
function checkOf(part: unknown): z.ZodType {
  const { schemas } = (document as { components: { schemas: Json } }).components;
  const local = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/')) as unknown;
  return z.fromJSONSchema(local({ ...(part as Json), $defs: schemas }) as Parameters<typeof z.fromJSONSchema>[0]);
}

suite('the OpenAPI document', () => {
  test('refers to nothing that is not in it, and has nothing that nobody refers to', () => {
    const references = new Set(referencesIn(document));
    const there = Object.entries(document['components'] as Json).flatMap(([kind, members]) =>
      kind === 'securitySchemes' ? [] : Object.keys(members as Json).map((name) => `#/components/${kind}/${name}`),
    );
    assert.deepEqual([...references].sort(), there.sort());
  });

  test('has every operation of the table and events, by name', () => {
    assert.deepEqual(all.map(({ operationId }) => operationId).sort(), [...operationNames, 'events'].sort());
  });

  for (const { path, operationId, parameters, requestBody, responses, method } of all) {
    test(`${operationId} has just the parameters of its path, each once, and a body only where one is taken`, () => {
      const own = parameters.flatMap((each) => ('name' in each ? [each] : []));
      const inPath = own.filter((each) => each.in === 'path');
      assert.deepEqual(
        inPath.map(({ name }) => name),
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      );
      assert.ok(inPath.every(({ required }) => required));
      assert.equal(new Set(own.map((each) => `${each.in} ${each.name}`)).size, own.length);
      assert.equal(requestBody !== undefined && ['get', 'delete'].includes(method), false);
      assert.ok('200' in responses !== '204' in responses);
      assert.ok('default' in responses);
    });
  }

  for (const name of operationNames) {
    test(`${name}: what is sent and answered fits its schemas`, () => {
      const found = all.find(({ operationId }) => operationId === name);
      const sample: { readonly input: unknown; readonly output: unknown } = serviceSamples[name];
      const row = operations[name];
      const { body } = placeInput(row, placementOf(row), (sample.input ?? {}) as Json);
      assert.equal(body === undefined, found?.requestBody === undefined);
      if (body !== undefined) {
        const check = checkOf(found?.requestBody?.content['application/json']?.schema);
        check.parse(JSON.parse(body));
        assert.equal(check.safeParse({ ...(JSON.parse(body) as Json), colour: 'red' }).success, false);
      }
      const ok = found?.responses['200'];
      if (ok !== undefined && 'content' in ok) {
        checkOf(ok.content?.['application/json']?.schema).parse(JSON.parse(toJson(sample.output)));
      }
    });
  }

  test('has schemas for events and problems that fit', () => {
    checkOf({ $ref: '#/components/schemas/ServiceEvent' }).parse(JSON.parse(toJson(sampleEvent)));
    const problem = toProblem(new ServiceError('SERVICE_BAD_REQUEST', 'No', { field: 'x' }), 400);
    checkOf({ $ref: '#/components/schemas/Problem' }).parse(problem);
  });
});
