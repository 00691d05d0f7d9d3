// What a query of WQL says, once it has been understood.

/** A value that stands in a query. Integers are bigint, whatever their size. */
export type WqlConstant = null | boolean | number | bigint | string;

/** A property, by the names on the way to it: `TargetInstance.Name` has two. */
export interface WqlProperty {
  readonly kind: 'property';
  readonly path: readonly string[];
  /** Where it stands in the query, in characters from its start. */
  readonly position: number;
}

/** A constant among the operands. */
export interface WqlLiteral {
  readonly kind: 'constant';
  readonly value: WqlConstant;
}

/** What is compared. */
export type WqlOperand = WqlProperty | WqlLiteral;

/** How two operands are compared. */
export type WqlOperator = '=' | '<>' | '<' | '>' | '<=' | '>=';

/** What must hold of an instance. */
export type WqlCondition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly WqlCondition[] }
  | { readonly kind: 'not'; readonly condition: WqlCondition }
  | {
      readonly kind: 'compare';
      readonly operator: WqlOperator;
      readonly left: WqlOperand;
      readonly right: WqlOperand;
    }
  | { readonly kind: 'like'; readonly property: WqlProperty; readonly pattern: string; readonly isNegated: boolean }
  | { readonly kind: 'null'; readonly property: WqlProperty; readonly isNegated: boolean };

/** `SELECT … FROM … WHERE …`. */
export interface WqlQuery {
  /** The properties that are asked for; undefined for `*`. */
  readonly select: readonly WqlProperty[] | undefined;
  readonly className: string;
  readonly where: WqlCondition | undefined;
}

/** Every property that the query names. */
export function propertiesOf({ select, where }: WqlQuery): readonly WqlProperty[] {
  const found: WqlProperty[] = [...(select ?? [])];
  const rest: WqlCondition[] = where === undefined ? [] : [where];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    switch (next.kind) {
      case 'and':
      case 'or':
        rest.push(...next.conditions);
        break;
      case 'not':
        rest.push(next.condition);
        break;
      case 'compare':
        for (const each of [next.left, next.right]) if (each.kind === 'property') found.push(each);
        break;
      case 'like':
      case 'null':
        found.push(next.property);
    }
  }
  return found;
}
