// WQL: the part of it that selects instances or events of one class by the values of their properties.

import type { WqlCondition, WqlConstant, WqlOperand, WqlOperator, WqlProperty, WqlQuery } from './wql-query.ts';
import { refuseQuery, tokenizeWql, type WqlToken } from './wql-tokens.ts';

/** So deep parentheses and NOT may be in each other. */
const deepest = 32;
/** So many comparisons may be in a query. */
const mostComparisons = 256;
/** Words that are no names of properties; the rest of WQL's own are taken where they stand for one. */
const reserved: ReadonlySet<string> = new Set([
  'SELECT',
  'FROM',
  'WHERE',
  'AND',
  'OR',
  'NOT',
  'LIKE',
  'IS',
  'NULL',
  'TRUE',
  'FALSE',
]);
/** Parts of WQL that this is not: each is refused by its name. */
const refused: ReadonlySet<string> = new Set(['ISA', 'WITHIN', 'GROUP', 'HAVING', 'BY', 'ORDER', 'JOIN', 'AS']);

/**
 * Understands `SELECT * FROM class` and `SELECT property, … FROM class`, each with `WHERE` and comparisons (`=`, `<>`, `!=`,
 * `<`, `>`, `<=`, `>=`, `LIKE`, `NOT LIKE`, `IS NULL`, `IS NOT NULL`), `AND`, `OR`, `NOT` and parentheses.
 *
 * @throws UsageError `ISCSI_BAD_ARGUMENT` for anything else; its message says what and where.
 */
export function parseWql(query: string): WqlQuery {
  return new Parser(tokenizeWql(query)).query();
}

class Parser {
  readonly #tokens: readonly WqlToken[];
  #at = 0;
  #depth = 0;
  #comparisons = 0;

  constructor(tokens: readonly WqlToken[]) {
    this.#tokens = tokens;
  }

  query(): WqlQuery {
    this.#expectWord('SELECT');
    const select = this.#takeSign('*') ? undefined : this.#properties();
    this.#expectWord('FROM');
    const { text: className } = this.#expectName('the name of a class');
    const where = this.#takeWord('WHERE') ? this.#disjunction() : undefined;
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#refuse(rest);
    return { select, className, where };
  }

  #properties(): readonly WqlProperty[] {
    const properties = [this.#property()];
    while (this.#takeSign(',')) properties.push(this.#property());
    return properties;
  }

  #disjunction(): WqlCondition {
    const conditions = [this.#conjunction()];
    while (this.#takeWord('OR')) conditions.push(this.#conjunction());
    return conditions.length === 1 && conditions[0] !== undefined ? conditions[0] : { kind: 'or', conditions };
  }

  #conjunction(): WqlCondition {
    const conditions = [this.#negation()];
    while (this.#takeWord('AND')) conditions.push(this.#negation());
    return conditions.length === 1 && conditions[0] !== undefined ? conditions[0] : { kind: 'and', conditions };
  }

  #negation(): WqlCondition {
    const { position } = this.#peek();
    if (this.#takeWord('NOT')) return this.#nested(position, () => ({ kind: 'not', condition: this.#negation() }));
    if (!this.#takeSign('(')) return this.#comparison();
    return this.#nested(position, () => {
      const condition = this.#disjunction();
      if (!this.#takeSign(')')) this.#refuse(this.#peek(), 'a closing parenthesis');
      return condition;
    });
  }

  #nested(position: number, parse: () => WqlCondition): WqlCondition {
    this.#depth += 1;
    if (this.#depth > deepest) refuseQuery(`is nested deeper than ${deepest} levels`, position);
    const condition = parse();
    this.#depth -= 1;
    return condition;
  }

  #comparison(): WqlCondition {
    this.#comparisons += 1;
    const { position } = this.#peek();
    if (this.#comparisons > mostComparisons) refuseQuery(`has more than ${mostComparisons} comparisons`, position);
    const left = this.#operand();
    if (left.kind === 'property') {
      if (this.#takeWord('IS')) {
        const isNegated = this.#takeWord('NOT');
        this.#expectWord('NULL');
        return { kind: 'null', property: left, isNegated };
      }
      const isNegated = this.#takeWord('NOT');
      if (this.#takeWord('LIKE')) return { kind: 'like', property: left, pattern: this.#pattern(), isNegated };
      if (isNegated) this.#refuse(this.#peek(), 'LIKE');
    }
    const operator = this.#operator();
    const right = this.#operand();
    if (left.kind === 'constant' && right.kind === 'constant') refuseQuery('compares two constants', position);
    return asNullCheck(operator, left, right) ?? { kind: 'compare', operator, left, right };
  }

  #pattern(): string {
    const token = this.#next();
    return token.kind === 'string' ? token.text : this.#refuse(token, 'a pattern in quotes');
  }

  #operator(): WqlOperator {
    const token = this.#next();
    switch (token.kind === 'sign' ? token.text : '') {
      case '=':
      case '<>':
      case '<':
      case '>':
      case '<=':
      case '>=':
        return token.text as WqlOperator;
      default:
        return this.#refuse(token, 'a comparison');
    }
  }

  #operand(): WqlOperand {
    const token = this.#peek();
    if (token.kind === 'string' || token.kind === 'number') {
      this.#at += 1;
      return { kind: 'constant', value: token.kind === 'string' ? token.text : toNumber(token.text) };
    }
    if (token.kind === 'name') {
      const constant = constants[token.text.toUpperCase()];
      if (constant !== undefined) {
        this.#at += 1;
        return { kind: 'constant', value: constant };
      }
    }
    return this.#property();
  }

  #property(): WqlProperty {
    const first = this.#expectName('the name of a property');
    const path = [first.text];
    while (this.#takeSign('.')) path.push(this.#expectName('the name of a property').text);
    return { kind: 'property', path, position: first.position };
  }

  #peek(): WqlToken {
    const last = this.#tokens.length - 1;
    return this.#tokens[Math.min(this.#at, last)] ?? { kind: 'end', text: '', position: 0 };
  }

  #next(): WqlToken {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #takeSign(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) this.#refuse(this.#peek(), word);
  }

  #expectName(what: string): WqlToken {
    const token = this.#next();
    if (token.kind !== 'name' || reserved.has(token.text.toUpperCase())) this.#refuse(token, what);
    return token;
  }

  #refuse({ kind, text, position }: WqlToken, wanted?: string): never {
    if (kind === 'name' && refused.has(text.toUpperCase())) {
      refuseQuery(`uses ${text.toUpperCase()}, which is not supported,`, position);
    }
    const found = kind === 'end' ? 'ends' : `has ${kind === 'name' ? `the word ${text.slice(0, 64)}` : `a ${kind}`}`;
    return refuseQuery(wanted === undefined ? `${found} too much` : `${found} in the place of ${wanted}`, position);
  }
}

const constants: Readonly<Record<string, WqlConstant | undefined>> = { TRUE: true, FALSE: false, NULL: null };

/** `= NULL` and `<> NULL` mean what `IS NULL` and `IS NOT NULL` do. */
function asNullCheck(operator: WqlOperator, left: WqlOperand, right: WqlOperand): WqlCondition | undefined {
  if (operator !== '=' && operator !== '<>') return undefined;
  const [property, constant] = left.kind === 'property' ? [left, right] : [right, left];
  if (property.kind !== 'property' || constant.kind !== 'constant' || constant.value !== null) return undefined;
  return { kind: 'null', property, isNegated: operator === '<>' };
}

function toNumber(text: string): number | bigint {
  if (/[.]|^[+-]?\d+[eE]/.test(text)) return Number(text);
  const digits = text.replace(/^[+-]/, '');
  return text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
}
