// The two encodings of messages, UTF-8 and UTF-16: what a request came in, its answer goes out in.

import { soapFault } from '../soap-fault.ts';

/** An encoding that messages may have. */
export type MessageEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** How a message is sent: its octets, and what the content type says of them. */
export interface EncodedMessage {
  readonly body: Buffer;
  readonly contentType: string;
}

/**
 * The text of a message. A byte order mark decides; else the content type's charset; else it is UTF-8.
 * Throws a fault (wsman:EncodingLimit, CharacterSet) for another charset, and for octets that are none of its.
 */
export function decodeMessage(
  bytes: Uint8Array,
  contentType: string,
): { readonly text: string; readonly encoding: MessageEncoding } {
  const encoding = byMark(bytes) ?? byCharset(contentType);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch {
    throw soapFault('encodingLimit', { detail: 'CharacterSet', text: `The message is no ${encoding.toUpperCase()}` });
  }
}

/** The octets of an answer; UTF-16 goes out with a byte order mark. */
export function encodeMessage(text: string, encoding: MessageEncoding): EncodedMessage {
  if (encoding === 'utf-8') return { body: Buffer.from(text), contentType: 'application/soap+xml;charset=UTF-8' };
  const body = Buffer.from(`\ufeff${text}`, 'utf16le');
  if (encoding === 'utf-16be') body.swap16();
  return { body, contentType: 'application/soap+xml;charset=UTF-16' };
}

function byMark([first, second]: Uint8Array): MessageEncoding | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

function byCharset(contentType: string): MessageEncoding {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)"?/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
  switch (charset) {
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
      return 'utf-8';
    case 'utf-16':
    case 'utf-16le':
      return 'utf-16le';
    case 'utf-16be':
      return 'utf-16be';
    default:
      throw soapFault('encodingLimit', { detail: 'CharacterSet', text: 'Messages are in UTF-8 or UTF-16' });
  }
}
