// XML from strangers and for them.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { readEnvelope } from '../../../../src/wmi/ws-management/envelope/read-envelope.ts';
import { SoapFault } from '../../../../src/wmi/ws-management/soap-fault.ts';
import { parseXml } from '../../../../src/wmi/ws-management/xml/parse-xml.ts';
import { decodeMessage, encodeMessage } from '../../../../src/wmi/ws-management/xml/text-encoding.ts';
import { lengthOf, writeXml } from '../../../../src/wmi/ws-management/xml/write-xml.ts';
import { element, textOf, wholeTextOf, type XmlElement } from '../../../../src/wmi/ws-management/xml/xml-node.ts';
import { envelope } from '../../../support/wsman-envelopes.ts';

function isRefused(text: string): boolean {
  try {
    parseXml(text);
    return false;
  } catch (error) {
    assert.ok(error instanceof SoapFault, String(error));
    assert.equal(error.faultName, 'schemaValidationError');
    return true;
  }
}

suite('reading XML', () => {
  test('resolves prefixes by scope; attributes without prefix are in no namespace', () => {
    const root = parseXml('<a xmlns="urn:1" xmlns:p="urn:2" k="v" p:k="w"><p:b xmlns:p="urn:3"/><b xmlns=""/></a>');
    const names = [root, ...(root.children as XmlElement[])].map(({ namespace, name }) => `${namespace} ${name}`);
    assert.deepEqual(names, ['urn:1 a', 'urn:3 b', ' b']);
    assert.deepEqual(root.attributes, [
      { namespace: '', name: 'k', value: 'v' },
      { namespace: 'urn:2', name: 'k', value: 'w' },
    ]);
  });

  test('decodes the five entities, character references and CDATA, and keeps blanks', () => {
    const root = parseXml('<a x="&quot;&#x41;"> &lt;&amp;&gt;&apos;&#10;<![CDATA[<&amp;]]> </a>');
    assert.equal(wholeTextOf(root), " <&>'\n<&amp; ");
    assert.equal(root.attributes[0]?.value, '"A');
  });

  for (const [title, text] of [
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a document type with entities', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity that XML has not', '<a>&nbsp;</a>'],
    ['a character reference to what XML has not', '<a>&#0;</a>'],
    ['a character that XML has not', '<a>\u0001</a>'],
    ['a processing instruction', '<a><?x y?></a>'],
    ['a prefix that stands for nothing', '<p:a/>'],
    ['a name of three parts', '<a:b:c xmlns:a="urn:a"/>'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="urn:a"/>'],
    ['the prefix xml declared otherwise', '<a xmlns:xml="urn:a"/>'],
    ['one attribute by two prefixes', '<a xmlns:p="urn:1" xmlns:q="urn:1" p:x="1" q:x="2"/>'],
    ['two roots', '<a/><b/>'],
    ['elements that overlap', '<a><b></a></b>'],
    ['no end', '<a>'],
    ['nothing', ''],
    ['65 levels', `${'<a>'.repeat(66)}${'</a>'.repeat(66)}`],
    ['65 attributes', `<a ${Array.from({ length: 65 }, (_, index) => `x${index}="1"`).join(' ')}/>`],
    ['names that objects of JavaScript have', '<__proto__><constructor/></__proto__>'],
  ] as const) {
    test(`refuses ${title}`, () => {
      assert.equal(isRefused(text), true);
    });
  }

  test('anything at all is read or refused with a fault, never an accident', () => {
    const sign = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      ':',
      '=',
      '"',
      "'",
      ' ',
      '&',
      ';',
      '#',
      '!',
      '[',
      ']',
      '-',
      '?',
      'xmlns',
      '\u0000',
    );
    const pieces = fc.constantFrom(...envelope({ body: '<b c="d">&amp;</b>' }).split(/(?=[<> ])/));
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.array(sign, { maxLength: 60 }).map((parts) => parts.join('')),
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (message) => {
        try {
          readEnvelope(parseXml(message));
        } catch (error) {
          assert.ok(error instanceof SoapFault, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an envelope that is damaged anywhere is read or refused with a fault', () => {
    const whole = envelope({
      selectors: { A: 'b' },
      headers: '<w:OperationTimeout>PT1S</w:OperationTimeout>',
      body: '<b/>',
    });
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.nat(6),
        fc.string({ unit: 'binary', maxLength: 4 }),
        (at, length, inserted) => {
          try {
            readEnvelope(parseXml(`${whole.slice(0, at)}${inserted}${whole.slice(at + length)}`));
          } catch (error) {
            assert.ok(error instanceof SoapFault, String(error));
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

suite('writing XML', () => {
  test('declares every namespace once, at the root, by its usual prefix', () => {
    const soap = 'http://www.w3.org/2003/05/soap-envelope';
    const inner = element(
      'urn:x',
      'i',
      ['t'],
      [{ namespace: 'urn:y', name: 'k', value: { namespace: 'urn:x', name: 'v' } }],
    );
    assert.equal(
      writeXml(element(soap, 'Envelope', [inner, element('', 'plain')])),
      `<s:Envelope xmlns:s="${soap}" xmlns:n1="urn:x" xmlns:n2="urn:y"><n1:i n2:k="n1:v">t</n1:i><plain/></s:Envelope>`,
    );
  });

  test('what has been written reads as it was, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, value) => {
        const written = writeXml(element('urn:x', 'a', [text], [{ namespace: '', name: 'b', value }]));
        const read = parseXml(written);
        assert.equal(wholeTextOf(read) ?? '', writable(text));
        assert.equal(read.attributes[0]?.value, writable(value));
      }),
      { numRuns: 300 },
    );
  });

  test('the length that is reckoned with is never less than what is written', () => {
    const item = element('urn:x', 'a', ['äöü<', element('urn:y', 'b')]);
    const whole = element('urn:z', 'z', [item, item]);
    const declared = Buffer.byteLength(writeXml(element('urn:z', 'z', [element('urn:x', 'a'), element('urn:y', 'b')])));
    assert.ok(2 * lengthOf(item) + declared >= Buffer.byteLength(writeXml(whole)));
  });
});

/** What is left of a text in XML. */
function writable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 0x20 && ![0x9, 0xa, 0xd].includes(code);
    return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff ? '\ufffd' : character;
  }).join('');
}

suite('encodings', () => {
  test('what has been encoded is decoded again, by its mark alone', () => {
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const) {
      const { body } = encodeMessage('<a>ä€😀</a>', encoding);
      assert.deepEqual(decodeMessage(body, ''), { text: '<a>ä€😀</a>', encoding });
    }
  });

  test('a mark of UTF-8 is no part of the text', () => {
    assert.equal(textOf(parseXml(decodeMessage(Buffer.from('\ufeff<a>b</a>'), '').text)), 'b');
  });
});
