// What a request says, once its envelope has been read.

import type { XmlElement } from '../xml/xml-node.ts';

/** A request. */
export interface WsRequest {
  /** What it asks for. */
  readonly action: string;
  readonly messageId: string;
  /** What it is about; undefined where it does not say. */
  readonly resourceUri: string | undefined;
  /** Selectors by name, as they are written; a name is there once, whatever its case. */
  readonly selectors: ReadonlyMap<string, string>;
  /** How long the client waits; undefined where it does not say. */
  readonly operationTimeoutMs: number | undefined;
  /** How many octets the answer may have; undefined where it does not say. */
  readonly maxEnvelopeSize: number | undefined;
  /** Whether the client wants to know how many items an enumeration has. */
  readonly wantsEstimate: boolean;
  /** Which subscription it is about (WS-Eventing's wse:Identifier). */
  readonly subscriptionId: string | undefined;
  /** Which part of a representation it is about (DSP0226 clause 7.7); undefined for the whole. */
  readonly fragment: string | undefined;
  /** What is in the body; undefined where there is nothing. */
  readonly body: XmlElement | undefined;
}

/** What an envelope is: a request, or the question who we are, which needs no headers (DSP0226 clause 11). */
export type Envelope = { readonly kind: 'request'; readonly request: WsRequest } | { readonly kind: 'identify' };
