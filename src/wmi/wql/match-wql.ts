// Whether an instance is one that a WQL query selects.

import type { CimObject, CimValue } from '../cim/cim-value.ts';
import { isLike } from './wql-like.ts';
import type { WqlCondition, WqlOperand, WqlOperator, WqlQuery } from './wql-query.ts';

/** True, false, or undefined: a comparison with what has no value is neither, and neither is its contrary. */
type Truth = boolean | undefined;

/** Whether the instance is of the class and fulfils the condition. The case of names and strings does not matter. */
export function matchWql({ className, where }: WqlQuery, instance: CimObject): boolean {
  if (className.toLowerCase() !== instance.className.toLowerCase()) return false;
  return where === undefined || judge(where, instance) === true;
}

function judge(condition: WqlCondition, instance: CimObject): Truth {
  switch (condition.kind) {
    case 'and': {
      const truths = condition.conditions.map((each) => judge(each, instance));
      if (truths.includes(false)) return false;
      return truths.includes(undefined) ? undefined : true;
    }
    case 'or': {
      const truths = condition.conditions.map((each) => judge(each, instance));
      if (truths.includes(true)) return true;
      return truths.includes(undefined) ? undefined : false;
    }
    case 'not': {
      const truth = judge(condition.condition, instance);
      return truth === undefined ? undefined : !truth;
    }
    case 'null':
      return (propertyOf(instance, condition.property.path) === null) !== condition.isNegated;
    case 'like': {
      const value = propertyOf(instance, condition.property.path);
      return typeof value === 'string' ? isLike(value, condition.pattern) !== condition.isNegated : undefined;
    }
    case 'compare':
      return compare(condition.operator, valueOf(instance, condition.left), valueOf(instance, condition.right));
  }
}

function valueOf(instance: CimObject, operand: WqlOperand): CimValue {
  return operand.kind === 'constant' ? operand.value : propertyOf(instance, operand.path);
}

/** The value of a property; of what is not there, null. */
export function propertyOf(instance: CimObject, path: readonly string[]): CimValue {
  let value: CimValue = instance;
  for (const name of path) {
    if (!isObject(value)) return null;
    const values: CimObject['values'] = value.values;
    const key = Object.keys(values).find((each) => each.toLowerCase() === name.toLowerCase());
    value = key === undefined ? null : (values[key] ?? null);
  }
  return value;
}

function isObject(value: CimValue): value is CimObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function compare(operator: WqlOperator, left: CimValue, right: CimValue): Truth {
  const order = orderOf(left, right);
  if (order === undefined) return undefined;
  switch (operator) {
    case '=':
      return order === 0;
    case '<>':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
  }
}

/** Undefined for what has no order: no value, an object, an array, a number and a text that is none. */
function orderOf(left: CimValue, right: CimValue): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return sign(left.toLowerCase(), right.toLowerCase());
  const [a, b] = [asNumber(left), asNumber(right)];
  return a === undefined || b === undefined ? undefined : sign(a, b);
}

function sign<T extends string | number | bigint>(a: T, b: T): number {
  if (a === b || (a >= b && a <= b)) return 0;
  return a < b ? -1 : 1;
}

/** A number as it is, a boolean as 0 or 1, a text as the integer or boolean that it writes. */
function asNumber(value: CimValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true' ? 1 : 0;
  return /^[+-]?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}
