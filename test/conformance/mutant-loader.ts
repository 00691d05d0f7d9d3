// Loader hooks for mutants: a module asked for with `?mutant=ROW` is loaded anew with everything that it imports, so that
// one process can hold the initiator as it is and any number of defective ones beside it.

import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutate } from './mutant.ts';
import { mutants } from './mutants.ts';

const ours = new URL('../../', import.meta.url).href;

/** Hands the mark of the importing module on to every module of this repository that it imports. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context);
  const mark = context.parentURL === undefined ? '' : new URL(context.parentURL).search;
  const isMarked = mark.startsWith('?mutant=') && resolved.url.startsWith(ours);
  return isMarked && !resolved.url.includes('?') ? { ...resolved, url: `${resolved.url}${mark}` } : resolved;
};

/** Changes the one module that the mutant names. */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context);
  const row = url.startsWith('file:') ? new URL(url).searchParams.get('mutant') : null;
  if (row === null) return loaded;
  const mutant = mutants.get(row);
  if (mutant === undefined) throw new Error(`there is no mutant of ${row}`);
  if (fileURLToPath(new URL(url)) !== fileURLToPath(new URL(`src/${mutant.module}`, ours))) return loaded;
  if (loaded.source === undefined) throw new Error(`${url} came without its source`);
  return { ...loaded, source: mutate(Buffer.from(loaded.source as Uint8Array).toString(), mutant) };
};
