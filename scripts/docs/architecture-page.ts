// The part of ARCHITECTURE.md that is printed: the import map.

import { createRequire } from 'node:module';
import { join } from 'node:path';

import { table } from './page.ts';

const begin = '<!-- import map: printed from scripts/import-map.cjs by npm run docs -->';
const end = '<!-- end of import map -->';

/** The page with its printed part made anew. */
export function architecture(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < 0) throw new Error('ARCHITECTURE.md has lost the marks around its import map');
  return `${page.slice(0, from)}${begin}\n\n${importMap()}\n\n${page.slice(to)}`;
}

function importMap(): string {
  const map = createRequire(import.meta.url)(join(process.cwd(), 'scripts/import-map.cjs')) as Record<string, string[]>;
  const rows = Object.entries(map).map(([folder, allowed]) => [`\`${folder}\``, allowed.join(', ') || '–']);
  return table(['folder', 'may import'], rows);
}
