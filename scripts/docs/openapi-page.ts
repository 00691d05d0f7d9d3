// docs/openapi.json: the control API as OpenAPI has it.

import { openApiDocument } from '../../src/control/index.ts';

export function openApiPage(): string {
  const document = {
    'x-generated': 'from src/control/operations by npm run docs; edit that, not this',
    ...openApiDocument(),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
