// A message in, a message out: what is between the octets of a request and those of its answer.

import { messageIdOf, readEnvelope } from './envelope/read-envelope.ts';
import type { Envelope, WsRequest } from './envelope/request.ts';
import { type AnswerIds, writeAnswer, writeBare, writeFault } from './envelope/write-envelope.ts';
import { faultOf } from './fault-of-error.ts';
import { action } from './names.ts';
import { type Identity, identify } from './operations/identify.ts';
import type { Endpoint } from './operations/operation.ts';
import { operationName, perform } from './operations/perform.ts';
import { type SoapFault, soapFault } from './soap-fault.ts';
import { parseXml } from './xml/parse-xml.ts';
import { decodeMessage, type EncodedMessage, encodeMessage, type MessageEncoding } from './xml/text-encoding.ts';
import type { XmlElement } from './xml/xml-node.ts';

/** What messages are handled with. */
export interface MessageDesk {
  readonly endpoint: Endpoint;
  readonly identity: Identity;
  /** The name of this machine, for fault details. */
  readonly host: string;
  /** Makes the id of an answer. */
  readonly newId: () => string;
}

/** A message as it came in. */
export interface IncomingMessage {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Whether who sends it has shown who he is; who has not may ask who we are, and nothing else. */
  readonly isAuthenticated: boolean;
  readonly signal: AbortSignal;
}

/** The answer, with what logs say of it. */
export interface HandledMessage extends EncodedMessage {
  readonly status: 200 | 400 | 401 | 500;
  /** `Get`, `Invoke` and so on; undefined for what was no request. */
  readonly operation: string | undefined;
  readonly resource: string | undefined;
  /** The local name of the fault that it ended with. */
  readonly fault: string | undefined;
  /** What was thrown that nobody had foreseen. */
  readonly unforeseen: unknown;
}

/** Handles a message; whatever happens, there is an answer. Rejects only when the signal is aborted: nobody waits any more. */
export async function handleMessage(desk: MessageDesk, message: IncomingMessage): Promise<HandledMessage> {
  const progress: Progress = {
    encoding: 'utf-8',
    relatesTo: undefined,
    operation: undefined,
    resource: undefined,
    body: undefined,
  };
  try {
    const text = await answer(desk, message, progress);
    return done(progress, 200, text);
  } catch (caught) {
    message.signal.throwIfAborted();
    const { fault, unforeseen } = faultOf(caught, progress.body);
    const text = writeFault(fault, ids(desk, progress), desk.host);
    const told = done(progress, statusOf(fault), text);
    return {
      ...told,
      fault: fault.facts.subcode?.name ?? fault.facts.code,
      unforeseen: unforeseen ? caught : undefined,
    };
  }
}

/** What is known of a message so far. */
interface Progress {
  encoding: MessageEncoding;
  relatesTo: string | undefined;
  operation: string | undefined;
  resource: string | undefined;
  /** Of a request: its secrets go into no fault. */
  body: XmlElement | undefined;
}

async function answer(desk: MessageDesk, message: IncomingMessage, progress: Progress): Promise<string> {
  const { text, encoding } = decodeMessage(message.body, message.contentType);
  progress.encoding = encoding;
  const root = parseXml(text);
  progress.relatesTo = messageIdOf(root);
  const envelope: Envelope = readEnvelope(root);
  if (envelope.kind === 'identify') {
    progress.operation = 'Identify';
    return writeBare(identify(desk.identity, message.isAuthenticated));
  }
  if (!message.isAuthenticated) throw soapFault('accessDenied');
  const { request } = envelope;
  progress.operation = operationName(request.action);
  progress.resource = request.resourceUri;
  progress.body = request.body;
  return await performRequest(desk, request, message.signal, progress);
}

async function performRequest(
  desk: MessageDesk,
  request: WsRequest,
  signal: AbortSignal,
  progress: Progress,
): Promise<string> {
  const { endpoint } = desk;
  const most = Math.min(request.maxEnvelopeSize ?? endpoint.limits.envelopeLength, endpoint.limits.envelopeLength);
  // A character of UTF-16 has two octets, whatever it has in UTF-8.
  const answerLength = progress.encoding === 'utf-8' ? most : Math.floor(most / 2);
  const answered = await perform({ endpoint, request, signal, answerLength });
  const text = writeAnswer(answered, ids(desk, progress));
  if (Buffer.byteLength(text) > answerLength) {
    const isDone = request.action !== action.get;
    throw soapFault('encodingLimit', { detail: isDone ? 'UnreportableSuccess' : 'MaxEnvelopeSize' });
  }
  return text;
}

function ids({ newId }: MessageDesk, { relatesTo }: Progress): AnswerIds {
  return { messageId: newId(), relatesTo };
}

function done(progress: Progress, status: HandledMessage['status'], text: string): HandledMessage {
  const { operation, resource, encoding } = progress;
  return { ...encodeMessage(text, encoding), status, operation, resource, fault: undefined, unforeseen: undefined };
}

/** By SOAP 1.2 part 2, clause 7.5.2.2: 400 for what the sender did wrong, 500 for all else. */
function statusOf(fault: SoapFault): HandledMessage['status'] {
  if (fault.faultName === 'accessDenied') return 401;
  return fault.facts.code === 'Sender' ? 400 : 500;
}
