// Where each field of an operation's input travels: in the path, in the query, or in the body. The client takes an input
// apart by this, and the server puts it together again.

import { z } from 'zod';
import { assert, ServiceError } from '../base/index.ts';
import type { AnyOperation } from './operations/operation.ts';

/** A field that travels as text. */
export interface TextField {
  /** As in the path or the query; a field of a field has a dot: `portal.host`. */
  readonly name: string;
  readonly kind: 'string' | 'number' | 'boolean';
  readonly isRequired: boolean;
}

/** Where the fields of an input are. */
export interface Placement {
  readonly path: readonly TextField[];
  readonly query: readonly TextField[];
  /** Whether what is not in the path is in a JSON body. */
  readonly hasBody: boolean;
}

/** An input, taken apart. */
export interface PlacedInput {
  /** With its query. */
  readonly url: string;
  /** JSON; undefined for none. */
  readonly body: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where the fields of an operation's input are. */
export function placementOf(operation: AnyOperation): Placement {
  const fields = operation.input === undefined ? [] : textFields(z.toJSONSchema(operation.input, { io: 'input' }));
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const path = fields.filter(({ name }) => inPath.includes(name));
  assert(path.length === inPath.length, `every parameter of ${operation.path} is a field of its input`);
  const takesBody = operation.method !== 'GET' && operation.method !== 'DELETE';
  const others = fields.filter(({ name }) => !inPath.includes(name));
  return { path, query: takesBody ? [] : others, hasBody: takesBody && operation.input !== undefined };
}

/** All fields of an object that can be text, with those of objects in it. */
function textFields(schema: z.core.JSONSchema.BaseSchema, prefix = '', isAlways = true): TextField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]): TextField[] => {
    if (typeof property === 'boolean') return [];
    const name = `${prefix}${key}`;
    const isRequired = isAlways && (schema.required?.includes(key) ?? false);
    switch (property.type) {
      case 'string':
      case 'boolean':
        return [{ name, kind: property.type, isRequired }];
      case 'integer':
      case 'number':
        return [{ name, kind: 'number', isRequired }];
      case 'object':
        return textFields(property, `${name}.`, isRequired);
      default:
        return [];
    }
  });
}

/** Takes an input apart. */
export function placeInput(operation: AnyOperation, placement: Placement, input: Fields): PlacedInput {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(asText(input[name])));
  const rest = Object.fromEntries(
    Object.entries(input).filter(([name]) => !placement.path.some((field) => field.name === name)),
  );
  if (placement.hasBody) return { url: path, body: JSON.stringify(rest) };
  const query = new URLSearchParams(flatten(rest, ''));
  return { url: query.size === 0 ? path : `${path}?${query.toString()}`, body: undefined };
}

function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function flatten(fields: Fields, prefix: string): [string, string][] {
  return Object.entries(fields).flatMap(([key, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value === 'object' && value !== null) return flatten(value as Fields, `${prefix}${key}.`);
    return [[`${prefix}${key}`, asText(value)]];
  });
}

/** Puts an input together; nothing is checked yet but that every field has one place. */
export function joinInput(
  placement: Placement,
  given: { readonly params: Fields; readonly query: URLSearchParams; readonly body: unknown },
): unknown {
  if (!placement.hasBody && given.body !== undefined && given.body !== null) {
    throw badRequest('this operation takes no body', 'body');
  }
  const whole: Record<string, unknown> = { ...bodyFields(given.body) };
  for (const { name, kind } of placement.path) {
    if (Object.hasOwn(whole, name)) throw badRequest('stands in the path already', name);
    whole[name] = fromText(asText(given.params[name]), kind);
  }
  for (const name of new Set(given.query.keys())) {
    const field = placement.query.find((each) => each.name === name);
    const texts = given.query.getAll(name);
    if (field === undefined) throw badRequest('is no parameter of this operation', name);
    if (texts.length > 1) throw badRequest('is given more than once', name);
    put(whole, name.split('.'), fromText(texts[0] ?? '', field.kind));
  }
  return whole;
}

function bodyFields(body: unknown): Fields {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw badRequest('is no JSON object', 'body');
  return body as Fields;
}

/** Text that is nothing of its kind stays as it is, and is refused by the schema, which knows what was wanted. */
function fromText(text: string, kind: TextField['kind']): unknown {
  if (kind === 'number') return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Only called with names of known fields, so no name can be one of Object's own. */
function put(whole: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    whole[key] = value;
    return;
  }
  whole[key] ??= {};
  put(whole[key] as Record<string, unknown>, rest, value);
}

/** A refusal of one field. The message never has the value in it, which may be a secret. */
export function badRequest(message: string, field: string): ServiceError {
  return new ServiceError('SERVICE_BAD_REQUEST', `${field}: ${message}`, { field });
}
