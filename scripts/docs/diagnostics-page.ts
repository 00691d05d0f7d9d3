// docs/diagnostics.md: the diagnostics channels and their messages, from the source that defines them.

import { generatedFrom, table } from './page.ts';

interface Message {
  readonly about: string;
  readonly fields: readonly string[];
}

export function diagnosticsPage(source: string): string {
  const messages = new Map<string, Message>();
  for (const [, about = '', name = '', body = ''] of source.matchAll(
    /\/\*\* (.*?) \*\/\nexport interface (\w+)[^{]*\{\n(.*?)\n\}/gs,
  )) {
    messages.set(name, { about, fields: fieldsOf(body) });
  }
  const typeOf = new Map(
    [...source.matchAll(/readonly (\w+): Channel<(\w+)>/g)].map(([, key = '', type = '']) => [key, type]),
  );
  const rows = [...source.matchAll(/(\w+): channel\('([^']+)'\)/g)].map(([, key = '', name = '']) => {
    const message = messages.get(typeOf.get(key) ?? '');
    return [`\`${name}\``, message?.about.replace(/ \(`hawser:.*?\)/, '') ?? '', message?.fields.join(', ') ?? ''];
  });
  return `${generatedFrom('src/base/channels.ts')}

# Diagnostics channels

The core does not log; it publishes on channels of \`node:diagnostics_channel\`. Messages never hold secrets. Bytes and
headers in a message are valid during the call only: copy what you keep.

${table(['channel', 'when', 'message'], rows)}
`;
}

function fieldsOf(body: string): string[] {
  return [...body.matchAll(/^ {2}readonly (\w+\??):/gm)].map(([, name = '']) => `\`${name}\``);
}
