// Times: XML Schema's, and CIM's (DSP0004 §5.2.4).

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromXmlDatetime, toXmlDatetime } from '../../../../src/wmi/ws-management/cim-xml/datetime.ts';
import { formatDuration, parseDuration, parseExpiration } from '../../../../src/wmi/ws-management/durations.ts';

suite('lengths of time', () => {
  for (const [text, ms] of [
    ['PT60S', 60_000],
    ['PT0.5S', 500],
    ['PT1M30S', 90_000],
    ['P1DT2H3M4S', 93_784_000],
    ['P1Y', 31_536_000_000],
    ['P1M', 2_592_000_000],
    ['PT0S', 0],
    ['-PT1S', undefined],
    ['PT', undefined],
    ['P', undefined],
    ['60', undefined],
    ['PT1', undefined],
    ['P1DT', undefined],
  ] as const) {
    test(`${text} is ${ms ?? 'none'}`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }

  test('are written in whole seconds', () => {
    assert.deepEqual([formatDuration(60_000), formatDuration(1499), formatDuration(0)], ['PT60S', 'PT1S', 'PT1S']);
  });

  test('an expiration is a length or a moment to come', () => {
    const now = Date.parse('2026-11-21T21:00:00Z');
    assert.equal(parseExpiration('PT5S', now), 5000);
    assert.equal(parseExpiration('2026-11-21T21:00:05Z', now), 5000);
    assert.equal(parseExpiration('2026-11-21T22:00:05+01:00', now), 5000);
    assert.equal(parseExpiration('2026-11-21T20:59:59Z', now), undefined);
    assert.equal(parseExpiration('PT0S', now), undefined);
    assert.equal(parseExpiration('tomorrow', now), undefined);
  });
});

suite('CIM’s times in XML', () => {
  for (const [cim, name, xml] of [
    ['20261121213000.000000+000', 'Datetime', '2026-11-21T21:30:00Z'],
    ['20261121213000.250000-480', 'Datetime', '2026-11-21T21:30:00.250000-08:00'],
    ['20261121213000.000001+060', 'Datetime', '2026-11-21T21:30:00.000001+01:00'],
    ['00000001020304.000000:000', 'Interval', 'P1DT2H3M4S'],
    ['00000000000000.500000:000', 'Interval', 'P0DT0H0M0.500000S'],
    ['2026112121****.******+000', 'CIM_DateTime', '2026112121****.******+000'],
  ] as const) {
    test(`${cim} is the ${name} ${xml}, and back`, () => {
      assert.deepEqual(toXmlDatetime(cim), { name, text: xml });
      assert.equal(fromXmlDatetime(xml), cim);
    });
  }

  test('CIM’s own form is taken too, and nothing else', () => {
    assert.equal(fromXmlDatetime('20261121213000.000000+000'), '20261121213000.000000+000');
    assert.equal(fromXmlDatetime('2026-11-21T21:30:00.1234567Z'), '20261121213000.123456+000');
    assert.equal(fromXmlDatetime('yesterday'), undefined);
  });
});
