// Loader hooks: whoever imports the engine from outside gets rxce-engine.ts, but for the tests of the engine itself.

import type { ResolveHook } from 'node:module';

const root = new URL('../../', import.meta.url).href;
const engine = `${root}src/engine/index.js`;
const replacement = `${root}test/support/rxce-engine.js`;

/** Those who mean the engine itself. */
const itself = [
  replacement,
  ...['src/engine/', 'src/rxce/', 'test/unit/', 'test/property/', 'test/compliance/'].map((path) => `${root}${path}`),
];

/** Hands out the replacement. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const importer = context.parentURL ?? '';
  const isMeant = itself.some((path) => importer.startsWith(path));
  return resolved.url === engine && !isMeant ? { ...resolved, url: replacement } : resolved;
};
