// docs/errors.md: every error code, what it means, and the exit status that stands for it.

import { errorCodes } from '../../src/base/index.ts';
import { generatedFrom, table } from './page.ts';

export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, facts]) => [
    `\`${code}\``,
    String(facts.exitStatus),
    facts.isRetryable ? 'yes' : 'no',
    facts.meaning,
  ]);
  return `${generatedFrom('src/base/errors/codes.ts')}

# Error codes

Every error that Hawser throws on purpose is an \`IscsiError\` with a stable \`code\`. Match on the code, never on the
message. Beside it stand \`effect\`, which says what a failed command may have done to the medium (\`none\`, \`unknown\`
or \`complete\`), and \`isRetryable\`, which says whether the same call may succeed later; the table gives what holds
unless the error itself says otherwise. \`hawser\` ends with the exit status of the code; 1 is an unforeseen failure and
2 a bad command line.

${table(['code', 'exit status', 'retryable', 'meaning'], rows)}
`;
}
