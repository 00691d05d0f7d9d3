// Every fault as the standards have it: codes, actions and reasons read a second time, from DSP0226 1.2 §14.6.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { writeFault } from '../../../../src/wmi/ws-management/envelope/write-envelope.ts';
import { type FaultName, faults, soapFault } from '../../../../src/wmi/ws-management/soap-fault.ts';
import { inRepository } from '../../../support/repository.ts';
import { textsAt } from '../../../support/wsman-bench.ts';

const wsman = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/fault';
const addressing = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/fault';
const enumeration = 'http://schemas.xmlsoap.org/ws/2004/09/enumeration/fault';
const eventing = 'http://schemas.xmlsoap.org/ws/2004/08/eventing/fault';
const transfer = 'http://schemas.xmlsoap.org/ws/2004/09/transfer/fault';

/** By what stands in the subcode: action, code, reason. */
const standard: Readonly<Record<string, readonly [string, string, string]>> = {
  'wsman:AccessDenied': [wsman, 's:Sender', 'The sender was not authorized to access the resource.'],
  'wsa:ActionNotSupported': [addressing, 's:Sender', 'The action is not supported by the service.'],
  'wsen:CannotProcessFilter': [enumeration, 's:Sender', 'The requested filter could not be processed.'],
  'wsman:Concurrency': [wsman, 's:Sender', 'The action could not be completed due to concurrency or locking problems.'],
  'wse:DeliveryModeRequestedUnavailable': [eventing, 's:Sender', 'The requested delivery mode is not supported.'],
  'wsa:DestinationUnreachable': [
    addressing,
    's:Sender',
    'No route can be determined to reach the destination role defined by the WS-Addressing To.',
  ],
  'wsman:EncodingLimit': [
    wsman,
    's:Sender',
    'An internal encoding limit was exceeded in a request or would be violated if the message were processed.',
  ],
  'wse:EventSourceUnableToProcess': [eventing, 's:Receiver', 'The event source cannot process the subscription.'],
  'wsen:FilterDialectRequestedUnavailable': [
    enumeration,
    's:Sender',
    'The requested filtering dialect is not supported.',
  ],
  'wsen:FilteringNotSupported': [enumeration, 's:Sender', 'Filtered enumeration is not supported.'],
  'wse:FilteringRequestedUnavailable': [eventing, 's:Sender', 'The requested filter dialect is not supported.'],
  'wsman:InternalError': [
    wsman,
    's:Receiver',
    'The service cannot comply with the request due to internal processing errors.',
  ],
  'wsen:InvalidEnumerationContext': [enumeration, 's:Receiver', 'The supplied enumeration context is invalid.'],
  'wsen:InvalidExpirationTime': [enumeration, 's:Sender', 'The expiration time was not valid.'],
  'wse:InvalidExpirationTime': [eventing, 's:Sender', 'The expiration time was not valid.'],
  'wse:InvalidMessage': [
    eventing,
    's:Sender',
    'The request message has unknown or invalid content and cannot be processed.',
  ],
  'wsa:InvalidMessageInformationHeader': [
    addressing,
    's:Sender',
    'A message information header is not valid, and the message cannot be processed.',
  ],
  'wsman:InvalidOptions': [wsman, 's:Sender', 'One or more options are not valid.'],
  'wsman:InvalidParameter': [wsman, 's:Sender', 'An operation parameter is not valid.'],
  'wxf:InvalidRepresentation': [transfer, 's:Sender', 'The XML content is not valid.'],
  'wsman:InvalidSelectors': [wsman, 's:Sender', 'The Selectors for the resource are not valid.'],
  'wsa:MessageInformationHeaderRequired': [addressing, 's:Sender', 'A required header is missing.'],
  'wsman:QuotaLimit': [wsman, 's:Sender', 'The service is busy servicing other requests.'],
  'wsman:SchemaValidationError': [
    wsman,
    's:Sender',
    'The supplied SOAP violates the corresponding XML schema definition.',
  ],
  'wsman:TimedOut': [wsman, 's:Receiver', 'The operation has timed out.'],
  'wse:UnableToRenew': [eventing, 's:Sender', 'The subscription could not be renewed.'],
  'wsman:UnsupportedFeature': [wsman, 's:Sender', 'The specified feature is not supported.'],
};

const names = Object.keys(faults) as FaultName[];
const write = (name: FaultName): string =>
  writeFault(soapFault(name, { detail: 'D', text: 'T' }), { messageId: 'uuid:1', relatesTo: 'uuid:2' }, 'host');
const page = readFileSync(inRepository('docs/ws-management.md'), 'utf8');

suite('faults (DSP0226 §14.6)', () => {
  test('each is written as the standard has it', () => {
    const written: Record<string, readonly string[]> = {};
    for (const name of names) {
      const text = write(name);
      const at = (path: string): string => textsAt(text, `Envelope/${path}`).join();
      const subcode = at('Body/Fault/Code/Subcode/Value');
      if (subcode === '') continue;
      written[subcode] = [at('Header/Action'), at('Body/Fault/Code/Value'), at('Body/Fault/Reason/Text')];
      assert.equal(at('Body/Fault/Detail/FaultDetail'), 'http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/D');
      assert.equal(at('Header/RelatesTo'), 'uuid:2');
    }
    assert.deepEqual(written, standard);
  });

  test('SOAP’s own have no subcode, and say what was not understood', () => {
    const notUnderstood = { namespace: 'urn:x', name: 'H' };
    const text = writeFault(
      soapFault('mustUnderstand', { notUnderstood }),
      { messageId: '1', relatesTo: undefined },
      '',
    );
    assert.deepEqual(textsAt(text, 'Envelope/Body/Fault/Code/Value'), ['s:MustUnderstand']);
    assert.deepEqual(textsAt(text, 'Envelope/Header/NotUnderstood/@qname'), ['n1:H']);
    assert.match(text, /xmlns:n1="urn:x"/);
    assert.deepEqual(textsAt(write('versionMismatch'), 'Envelope/Body/Fault/Code/Value'), ['s:VersionMismatch']);
  });

  test('each stands in docs/ws-management.md, with the status of HTTP that it has', () => {
    const rows = [...page.matchAll(/^\| `(\w+:\w+)` \| (\d+) \|/gm)].map(([, fault, status]) => [fault, status]);
    const expected = Object.entries(standard).map(([fault, [, code]]) => {
      const status = code === 's:Sender' ? '400' : '500';
      return [fault, fault === 'wsman:AccessDenied' ? '401' : status];
    });
    const own = [
      ['s:MustUnderstand', '500'],
      ['s:VersionMismatch', '500'],
    ];
    assert.deepEqual(rows.sort(), [...expected, ...own].sort());
  });
});
