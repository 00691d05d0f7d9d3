// Sizes, rates and times as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatDuration,
  formatRate,
  formatSize,
  integerFrom,
  parsePositiveSize,
  parseSize,
  secondsUpTo,
} from '../../../src/cli/sizes.ts';

test('a size is bytes, or a number with a unit: powers of 1024 for k, M, G, T and KiB …, of 1000 for kB …', () => {
  const sizes: Record<string, number> = {
    '0': 0,
    '4096': 4096,
    '1b': 1,
    '4k': 4096,
    '4K': 4096,
    '4KiB': 4096,
    '4kB': 4000,
    '64M': 67_108_864,
    '64 MiB': 67_108_864,
    '10MB': 10_000_000,
    '1.5G': 1_610_612_736,
    '1GB': 1_000_000_000,
    '2T': 2_199_023_255_552,
    '2TB': 2_000_000_000_000,
  };
  for (const [text, size] of Object.entries(sizes)) assert.equal(parseSize(text), size, text);
});

test('what is no whole number of bytes is refused by name', () => {
  for (const text of [
    '',
    'k',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1.3',
    '0.1k',
    '4q',
    '4 k b',
    '1,5G',
    '9P',
    '99999999T',
    'NaN',
  ]) {
    assert.throws(() => parseSize(text), { code: 'commander.invalidArgument' }, text);
  }
});

test('nothing is no size where there must be something', () => {
  assert.equal(parsePositiveSize('1'), 1);
  assert.throws(() => parsePositiveSize('0'), /more than 0/);
});

test('whole numbers keep to their bounds', () => {
  const parse = integerFrom(1, 64);
  assert.deepEqual(['1', '64', '007'].map(parse), [1, 64, 7]);
  for (const text of ['0', '65', '1.5', '-1', '', 'one', '1e1', '99999999999999999999']) {
    assert.throws(() => parse(text), /from 1 to 64/, text);
  }
});

test('seconds may have decimals and keep to their bound', () => {
  const parse = secondsUpTo(60);
  assert.deepEqual(['1', '0.25', '60'].map(parse), [1, 0.25, 60]);
  for (const text of ['0', '61', '-1', '', '1s', '.5', '1.23456']) assert.throws(() => parse(text), text);
});

test('sizes are shown in powers of 1024 with at most three digits and a half', () => {
  const shown: [number, string][] = [
    [0, '0 B'],
    [512, '512 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [67_108_864, '64 MiB'],
    [57_428_800, '54.8 MiB'],
    [1_073_741_824, '1 GiB'],
    [123_456_789_012, '115 GiB'],
    [2 ** 53, '8 PiB'],
  ];
  for (const [bytes, text] of shown) assert.equal(formatSize(bytes), text);
});

test('rates are shown in millions of bytes a second', () => {
  assert.deepEqual([1_234_567, 12_345_678, 1_234_567_890].map(formatRate), ['1.23 MB/s', '12.3 MB/s', '1235 MB/s']);
});

test('times are shown in seconds, then as clocks do', () => {
  const shown: [number, string][] = [
    [0.123, '0.12 s'],
    [12.34, '12.3 s'],
    [65, '1:05'],
    [3599.6, '1:00:00'],
    [7201, '2:00:01'],
    [Number.NaN, '--:--'],
    [Number.POSITIVE_INFINITY, '--:--'],
  ];
  for (const [seconds, text] of shown) assert.equal(formatDuration(seconds), text);
});
