// Where the repository is, seen from a compiled test.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder: tests are compiled to dist/test/support. */
const root: string = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The absolute path of a file in the repository. */
export function inRepository(...path: string[]): string {
  return join(root, ...path);
}
