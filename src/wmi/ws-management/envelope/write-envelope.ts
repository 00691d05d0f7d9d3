// Writing answers and faults.

import { anonymous, faultDetailBase, ns } from '../names.ts';
import type { FaultName, SoapFault } from '../soap-fault.ts';
import { writeXml } from '../xml/write-xml.ts';
import { element, type XmlElement, type XmlNode } from '../xml/xml-node.ts';

/** What an answer says. */
export interface WsAnswer {
  readonly action: string;
  readonly headers?: readonly XmlElement[];
  /** Undefined for an answer that only says that it has been done. */
  readonly body: XmlElement | undefined;
}

/** Which message is answered, and under which id. */
export interface AnswerIds {
  readonly messageId: string;
  /** Undefined where the request had none that could be read. */
  readonly relatesTo: string | undefined;
}

/** Writes the envelope of an answer. */
export function writeAnswer({ action, headers = [], body }: WsAnswer, ids: AnswerIds): string {
  return envelope([...addressing(action, ids), ...headers], body);
}

/** Writes an envelope that has no headers, which is how Identify is answered (DSP0226 clause 11). */
export function writeBare(body: XmlElement): string {
  return envelope([], body);
}

/** Writes the envelope of a fault. `host` is the name of this machine, for the details that Microsoft's clients read. */
export function writeFault(fault: SoapFault, ids: AnswerIds, host: string): string {
  const { code, subcode, action, reason } = fault.facts;
  const { notUnderstood } = fault.particulars;
  const blame =
    notUnderstood === undefined
      ? undefined
      : element(ns.soap, 'NotUnderstood', [], [{ namespace: '', name: 'qname', value: notUnderstood }]);
  const upgrade =
    fault.faultName === 'versionMismatch'
      ? element(ns.soap, 'Upgrade', [
          element(
            ns.soap,
            'SupportedEnvelope',
            [],
            [{ namespace: '', name: 'qname', value: { namespace: ns.soap, name: 'Envelope' } }],
          ),
        ])
      : undefined;
  const details = detailsOf(fault, host);
  const body = element(ns.soap, 'Fault', [
    element(ns.soap, 'Code', [
      element(ns.soap, 'Value', [{ qualified: { namespace: ns.soap, name: code } }]),
      subcode === undefined
        ? undefined
        : element(ns.soap, 'Subcode', [element(ns.soap, 'Value', [{ qualified: subcode }])]),
    ]),
    element(ns.soap, 'Reason', [inEnglish('Text', reason)]),
    details.length === 0 ? undefined : element(ns.soap, 'Detail', details),
  ]);
  return envelope([...addressing(action, ids), blame, upgrade], body);
}

function detailsOf(fault: SoapFault, host: string): readonly XmlElement[] {
  const { detail, text, elements = [] } = fault.particulars;
  const uri = detail === undefined ? undefined : element(ns.wsman, 'FaultDetail', [`${faultDetailBase}${detail}`]);
  const words = text === undefined ? undefined : inEnglish('Text', text);
  const ofMicrosoft = microsoftCodes[fault.faultName];
  const forMicrosoft =
    ofMicrosoft === undefined
      ? undefined
      : element(
          ns.microsoftFault,
          'WSManFault',
          [element(ns.microsoftFault, 'Message', [text ?? fault.facts.reason])],
          [
            { namespace: '', name: 'Code', value: String(ofMicrosoft) },
            { namespace: '', name: 'Machine', value: host },
          ],
        );
  return [uri, ...elements, words, forMicrosoft].filter((each) => each !== undefined);
}

/** The one code that clients act on: ERROR_WSMAN_OPERATION_TIMEDOUT, after which they ask again. */
const microsoftCodes: Readonly<Partial<Record<FaultName, number>>> = { timedOut: 0x8033_8029 };

function addressing(action: string, { messageId, relatesTo }: AnswerIds): readonly (XmlElement | undefined)[] {
  return [
    element(ns.addressing, 'To', [anonymous]),
    element(ns.addressing, 'Action', [action]),
    element(ns.addressing, 'MessageID', [messageId]),
    relatesTo === undefined ? undefined : element(ns.addressing, 'RelatesTo', [relatesTo]),
  ];
}

function inEnglish(name: string, text: XmlNode): XmlElement {
  return element(ns.soap, name, [text], [{ namespace: ns.xml, name: 'lang', value: 'en-US' }]);
}

function envelope(headers: readonly (XmlElement | undefined)[], body: XmlElement | undefined): string {
  const root = element(ns.soap, 'Envelope', [element(ns.soap, 'Header', headers), element(ns.soap, 'Body', [body])]);
  return writeXml(root);
}
