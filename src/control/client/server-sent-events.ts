// Reads a stream of server-sent events (WHATWG HTML, section 9.2): lines of `field: value`, a blank line ends a message.

/** A message of the stream. */
export interface ServerSentMessage {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** No message of ours is nearly as long. */
const longestMessage = 16 * 1024 * 1024;

/** Turns pieces of text into messages. Throws RangeError for a message without end. */
export async function* readMessages(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentMessage, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let message = emptyMessage();
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '' && line !== '\r') {
        message.take(line.endsWith('\r') ? line.slice(0, -1) : line);
        continue;
      }
      const whole = message.finish();
      message = emptyMessage();
      if (whole !== undefined) yield whole;
    }
    if (rest.length + message.length > longestMessage) throw new RangeError('A message of the event stream has no end');
  }
}

interface Unfinished {
  readonly length: number;
  take(line: string): void;
  /** Undefined where there was no data, as in a heartbeat. */
  finish(): ServerSentMessage | undefined;
}

function emptyMessage(): Unfinished {
  const data: string[] = [];
  let length = 0;
  let id: string | undefined;
  let type = 'message';
  return {
    get length() {
      return length;
    },
    take(line) {
      length += line.length;
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
      else if (field === 'event') type = value;
    },
    finish: () => (data.length === 0 ? undefined : { type, id, data: data.join('\n') }),
  };
}
