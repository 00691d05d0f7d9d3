// CIM's form of a moment or an interval (DSP0004 clause 5.2.4), and XML Schema's.

import { parseDuration } from '../durations.ts';

const moment =
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)\.(?<micros>\d{6})(?<sign>[+-])(?<offset>\d{3})$/;
const interval = /^(?<days>\d{8})(?<hours>\d\d)(?<minutes>\d\d)(?<seconds>\d\d)\.(?<micros>\d{6}):000$/;
const isoMoment =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d\d:\d\d)?$/;

/** A datetime as XML Schema writes it, with the element's name that says which of the two it is. */
export interface XmlDatetime {
  readonly name: 'Datetime' | 'Interval' | 'CIM_DateTime';
  readonly text: string;
}

/** One with asterisks in it has no form in XML Schema, and stays as it is. */
export function toXmlDatetime(text: string): XmlDatetime {
  const at = moment.exec(text)?.groups;
  if (at !== undefined) {
    const { year = '', month = '', day = '', hour = '', minute = '', second = '', micros = '' } = at;
    const offset = Number(at['offset']);
    const zone = offset === 0 ? 'Z' : `${at['sign'] ?? ''}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
    const fraction = micros === '000000' ? '' : `.${micros}`;
    return { name: 'Datetime', text: `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}` };
  }
  const length = interval.exec(text)?.groups;
  if (length === undefined) return { name: 'CIM_DateTime', text };
  const { days = '', hours = '', minutes = '', seconds = '', micros = '' } = length;
  const fraction = micros === '000000' ? '' : `.${micros}`;
  return {
    name: 'Interval',
    text: `P${Number(days)}DT${Number(hours)}H${Number(minutes)}M${Number(seconds)}${fraction}S`,
  };
}

/** CIM's form of what XML Schema or CIM writes; undefined for neither. */
export function fromXmlDatetime(text: string): string | undefined {
  if (moment.test(text) || interval.test(text) || /^[\d*]{14}\.[\d*]{6}(?:[+-]\d{3}|:000)$/.test(text)) return text;
  const at = isoMoment.exec(text)?.groups;
  if (at !== undefined) {
    const { year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = 'Z' } = at;
    const minutes = zone === 'Z' ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
    const sign = zone.startsWith('-') ? '-' : '+';
    if (minutes > 999) return undefined;
    const micros = fraction.padEnd(6, '0').slice(0, 6);
    return `${year}${month}${day}${hour}${minute}${second}.${micros}${sign}${String(minutes).padStart(3, '0')}`;
  }
  const ms = parseDuration(text);
  if (ms === undefined || ms >= 1e8 * 86_400_000) return undefined;
  const seconds = Math.floor(ms / 1000);
  const micros = String(Math.round((ms % 1000) * 1000)).padStart(6, '0');
  const days = String(Math.floor(seconds / 86_400)).padStart(8, '0');
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join('');
  return `${days}${clock}.${micros}:000`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
