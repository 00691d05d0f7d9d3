// Reads the signatures of the Discovery Library API out of its sources: name, parameters, out-parameters, what it says.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A call as its source declares it. */
export interface Signature {
  readonly name: string;
  /** As they stand, with their types. */
  readonly parameters: readonly string[];
  readonly parameterNames: readonly string[];
  /** The members of the answer besides Status. */
  readonly outNames: readonly string[];
  readonly outTypes: readonly string[];
  /** What it returns, as it stands. */
  readonly returnType: string;
  /** The sentences above it. */
  readonly text: string;
}

/** The signatures in the interfaces named `…Calls` of a folder, by name. */
export function readSignatures(folder: string): ReadonlyMap<string, Signature> {
  const found = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.ES2022, true);
      const interfaces = source.statements.filter(ts.isInterfaceDeclaration);
      const outs = new Map(interfaces.map((each) => [each.name.text, each.members]));
      return interfaces
        .filter(({ name }) => name.text.endsWith('Calls'))
        .flatMap(({ members }) => members.filter(ts.isMethodSignature).map((method) => signatureOf(method, outs)));
    });
  return new Map(found.map((signature) => [signature.name, signature]));
}

type Interfaces = ReadonlyMap<string, ts.NodeArray<ts.TypeElement>>;

function signatureOf(method: ts.MethodSignature, interfaces: Interfaces): Signature {
  const out = outOf(method.type, interfaces).filter(ts.isPropertySignature);
  const [comment] = ts.getJSDocCommentsAndTags(method).filter(ts.isJSDoc);
  return {
    name: method.name.getText(),
    parameters: method.parameters.map((parameter) => oneLine(parameter.getText())),
    parameterNames: method.parameters.map(({ name }) => name.getText()),
    outNames: out.map(({ name }) => name.getText()),
    outTypes: out.map((member) => oneLine(member.type?.getText() ?? '')),
    returnType: oneLine(method.type?.getText() ?? ''),
    text: oneLine(ts.getTextOfJSDocComment(comment?.comment) ?? ''),
  };
}

/** The members of Out in Promise<Answer<Out>>, written in place or as an interface of the same file. */
function outOf(type: ts.TypeNode | undefined, interfaces: Interfaces): readonly ts.TypeElement[] {
  const answer = argumentOf(type);
  const out = answer === undefined ? undefined : argumentOf(answer);
  if (out === undefined) return [];
  return ts.isTypeLiteralNode(out) ? [...out.members] : [...(interfaces.get(out.getText()) ?? [])];
}

function argumentOf(type: ts.TypeNode | undefined): ts.TypeNode | undefined {
  return type !== undefined && ts.isTypeReferenceNode(type) ? type.typeArguments?.[0] : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
