// Headers of requests: which are needed, which are understood, and the fault of each that is not.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readEnvelope } from '../../../../src/wmi/ws-management/envelope/read-envelope.ts';
import type { WsRequest } from '../../../../src/wmi/ws-management/envelope/request.ts';
import { SoapFault } from '../../../../src/wmi/ws-management/soap-fault.ts';
import { parseXml } from '../../../../src/wmi/ws-management/xml/parse-xml.ts';
import { type EnvelopeParts, envelope, namespaces, thingUri } from '../../../support/wsman-envelopes.ts';

function read(parts: EnvelopeParts = {}): WsRequest {
  const read = readEnvelope(parseXml(envelope(parts)));
  if (read.kind !== 'request') throw new Error('It is no request');
  return read.request;
}

function faultOf(text: string): string {
  try {
    readEnvelope(parseXml(text));
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return [error.faultName, error.particulars.detail].filter((part) => part !== undefined).join(' ');
  }
  return 'none';
}

suite('headers that are read', () => {
  test('all that a client may say', () => {
    const request = read({
      messageId: 'ABC-1',
      selectors: { Name: ' a b ', Other: '' },
      headers:
        '<w:OperationTimeout>PT1M0.5S</w:OperationTimeout><w:MaxEnvelopeSize s:mustUnderstand="true">8192</w:MaxEnvelopeSize>' +
        '<w:Locale xml:lang="de-DE" s:mustUnderstand="false"/><w:RequestTotalItemsCountEstimate/><e:Identifier>uuid:1</e:Identifier>' +
        '<p:SessionId xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd" s:mustUnderstand="true">uuid:2</p:SessionId>' +
        '<w:OptionSet s:mustUnderstand="true"><w:Option Name="wmi:__MI_CallbackRegistration" MustComply="true" Type="xs:int">31</w:Option>' +
        '<w:Option Name="Anything">x</w:Option></w:OptionSet>' +
        '<x:Unknown xmlns:x="urn:x"/>',
      body: '<b/>',
    });
    assert.equal(request.messageId, 'ABC-1');
    assert.equal(request.resourceUri, thingUri);
    assert.deepEqual(
      [...request.selectors],
      [
        ['Name', 'a b'],
        ['Other', ''],
      ],
    );
    assert.equal(request.operationTimeoutMs, 60_500);
    assert.equal(request.maxEnvelopeSize, 8192);
    assert.equal(request.wantsEstimate, true);
    assert.equal(request.subscriptionId, 'uuid:1');
    assert.equal(request.body?.name, 'b');
  });

  test('Identify needs no headers', () => {
    const body = '<i:Identify xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/>';
    for (const header of ['', '<s:Header/>']) {
      const text = `<s:Envelope ${namespaces}>${header}<s:Body>${body}</s:Body></s:Envelope>`;
      assert.equal(readEnvelope(parseXml(text)).kind, 'identify');
    }
  });

  test('a header for another role need not be understood', () => {
    const role = 'http://www.w3.org/2003/05/soap-envelope/role/none';
    const headers = `<x:Unknown xmlns:x="urn:x" s:role="${role}" s:mustUnderstand="true"/>`;
    assert.equal(faultOf(envelope({ headers })), 'none');
  });
});

suite('headers that are refused', () => {
  const address = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
  const many = (count: number, write: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => write(index)).join('');
  for (const [title, parts, fault] of [
    ['no To', { instead: { To: '' } }, 'headerRequired'],
    ['no Action', { instead: { Action: '' } }, 'headerRequired'],
    ['no MessageID', { instead: { MessageID: '' } }, 'headerRequired'],
    ['no ReplyTo', { instead: { ReplyTo: '' } }, 'headerRequired'],
    ['an empty MessageID', { messageId: '' }, 'invalidHeader'],
    ['blanks in a URI', { uri: 'urn:a b' }, 'invalidHeader'],
    ['a URI that is too long', { uri: `urn:${'x'.repeat(2048)}` }, 'encodingLimit URILimitExceeded'],
    ['two of a kind', { headers: '<a:MessageID>2</a:MessageID>' }, 'schemaValidationError'],
    [
      'a ReplyTo that is not where the request came from',
      { instead: { ReplyTo: '<a:ReplyTo><a:Address>http://else/</a:Address></a:ReplyTo>' } },
      'unsupportedFeature AddressingMode',
    ],
    [
      'a FaultTo that is not where the request came from',
      { headers: '<a:FaultTo><a:Address>http://else/</a:Address></a:FaultTo>' },
      'unsupportedFeature AddressingMode',
    ],
    ['a ReplyTo without address', { instead: { ReplyTo: '<a:ReplyTo/>' } }, 'invalidHeader'],
    [
      'an unknown header that must be understood',
      { headers: '<x:H xmlns:x="urn:x" s:mustUnderstand="1"/>' },
      'mustUnderstand',
    ],
    [
      'mustUnderstand that is neither',
      { headers: '<x:H xmlns:x="urn:x" s:mustUnderstand="yes"/>' },
      'schemaValidationError',
    ],
    [
      'a language that must be',
      { headers: '<w:Locale xml:lang="de" s:mustUnderstand="true"/>' },
      'unsupportedFeature Locale',
    ],
    [
      'a timeout that is none',
      { headers: '<w:OperationTimeout>soon</w:OperationTimeout>' },
      'invalidHeader InvalidTimeout',
    ],
    [
      'a timeout of nothing',
      { headers: '<w:OperationTimeout>PT0S</w:OperationTimeout>' },
      'invalidHeader InvalidTimeout',
    ],
    [
      'answers of less than 8192 octets',
      { headers: '<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>' },
      'encodingLimit MinimumEnvelopeLimit',
    ],
    ['a size that is no number', { headers: '<w:MaxEnvelopeSize>big</w:MaxEnvelopeSize>' }, 'invalidHeader'],
    ['a selector twice', { selectors: { name: '1', Name: '2' } }, 'invalidSelectors DuplicateSelectors'],
    [
      'a selector without name',
      { headers: '<w:SelectorSet><w:Selector>x</w:Selector></w:SelectorSet>' },
      'schemaValidationError',
    ],
    [
      'a selector that is a reference',
      {
        headers: `<w:SelectorSet><w:Selector Name="a"><q:EndpointReference xmlns:q="${address}"/></w:Selector></w:SelectorSet>`,
      },
      'invalidSelectors TypeMismatch',
    ],
    [
      'too many selectors',
      { headers: `<w:SelectorSet>${many(65, (index) => `<w:Selector Name="k${index}"/>`)}</w:SelectorSet>` },
      'encodingLimit SelectorLimit',
    ],
    [
      'an option that must have an effect',
      { headers: '<w:OptionSet><w:Option Name="x" MustComply="true"/></w:OptionSet>' },
      'invalidOptions NotSupported',
    ],
    ['an option without name', { headers: '<w:OptionSet><w:Option/></w:OptionSet>' }, 'invalidOptions InvalidName'],
    [
      'too many options',
      { headers: `<w:OptionSet>${many(65, (index) => `<w:Option Name="o${index}"/>`)}</w:OptionSet>` },
      'encodingLimit OptionLimit',
    ],
    ['two bodies', { body: '<b/><c/>' }, 'schemaValidationError'],
  ] as const) {
    test(`${title}: ${fault}`, () => {
      assert.equal(faultOf(envelope(parts)), fault);
    });
  }
});
