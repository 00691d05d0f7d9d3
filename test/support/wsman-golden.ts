// The golden envelopes of test/vectors/wsman, and what each must be answered with.

import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { inRepository } from './repository.ts';

/** An envelope as a client writes it, with what its answer must have. */
export interface GoldenCase {
  readonly name: string;
  readonly request: string;
  readonly status: number;
  /** Texts by their path below the envelope, with the prefixes of `goldenPrefixes`. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** Paths at which there must be something. */
  readonly present: readonly string[];
}

interface Expected {
  readonly prefixes: Readonly<Record<string, string>>;
  readonly cases: Readonly<
    Record<string, Pick<GoldenCase, 'status' | 'texts'> & { readonly present?: readonly string[] }>
  >;
}

const folder = inRepository('test/vectors/wsman');

function readExpected(): Expected {
  return JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected;
}

/** All of them. */
export function goldenCases(): readonly GoldenCase[] {
  return Object.entries(readExpected().cases).map(([name, { status, texts, present = [] }]) => ({
    name,
    request: readFileSync(`${folder}/${name}.xml`, 'utf8'),
    status,
    texts,
    present,
  }));
}

const reader = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
});

type Raw = Readonly<Record<string, unknown>>;

/** The texts at a path of `prefix:name` parts below the envelope, by the namespaces that the prefixes stand for. */
export function goldenTexts(answer: string, path: string): readonly string[] {
  const { prefixes } = readExpected();
  const roots = reader.parse(answer) as readonly Raw[];
  const root = roots.find((node) => !Object.keys(node).some((key) => key.startsWith('?'))) ?? {};
  const declared = (root[':@'] ?? {}) as Readonly<Record<string, string>>;
  let nodes: readonly Raw[] = contentOf(root);
  const parts = path.split('/');
  for (const [index, part] of parts.entries()) {
    const [name = '', prefix] = part.split(':').reverse();
    const namespace = prefix === undefined ? '' : prefixes[prefix];
    const found = nodes.filter((node) => {
      const [tag = ''] = Object.keys(node);
      const [local, own] = tag.split(':').reverse();
      return local === name && (own === undefined ? '' : declared[`xmlns:${own}`]) === namespace;
    });
    if (index === parts.length - 1) return found.map(textIn);
    nodes = found.flatMap(contentOf);
  }
  return [];
}

function contentOf(node: Raw): readonly Raw[] {
  const [tag = ''] = Object.keys(node);
  return node[tag] as readonly Raw[];
}

function textIn(node: Raw): string {
  return contentOf(node)
    .map((each) => (typeof each['#text'] === 'string' ? each['#text'] : ''))
    .join('');
}
