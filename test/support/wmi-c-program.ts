// What a C compiler makes of the MSiSCSI structures: their layout, and the bytes of sample values.

import { runC } from './c-compiler.ts';
import { headerDeclarations, layoutStatements, structureNames, wireDeclarations } from './wmi-c-types.ts';
import { structureFacts } from './wmi-facts.ts';
import { assignments, type SampleStructure, sampleStructure } from './wmi-samples.ts';

export interface CompiledMember {
  readonly at: number;
  readonly size: number;
}

/** The layout of a structure, by the compiler. */
export interface CompiledStructure {
  readonly size: number;
  readonly align: number;
  readonly members: ReadonlyMap<string, CompiledMember>;
}

/** The layouts of all structures, as the headers declare them. */
export async function compiledLayouts(): Promise<ReadonlyMap<string, CompiledStructure>> {
  const lines = (await runC(`${headerDeclarations()}int main(void) {\n${layoutStatements()}  return 0;\n}\n`)).split(
    '\n',
  );
  const layouts = new Map<string, CompiledStructure & { members: Map<string, CompiledMember> }>();
  for (const line of lines) {
    const [kind, name = '', ...rest] = line.split(' ');
    if (kind === 'S') layouts.set(name, { size: Number(rest[0]), align: Number(rest[1]), members: new Map() });
    if (kind === 'M') layouts.get(name)?.members.set(rest[0] ?? '', { at: Number(rest[1]), size: Number(rest[2]) });
  }
  return layouts;
}

/** A value of a structure, and the bytes that a C program has for it in memory. */
export interface CompiledSample {
  readonly name: string;
  /** How many elements each variable array has. */
  readonly count: number;
  readonly value: SampleStructure;
  /** The whole C object, with the padding at its end. */
  readonly bytes: Uint8Array;
  /** Where the last member ends. */
  readonly end: number;
}

/** Samples of all structures, for each of the counts; all padding is zero. */
export async function compiledSamples(counts: readonly number[]): Promise<readonly CompiledSample[]> {
  const wanted = counts.flatMap((count) =>
    structureNames.map((name, index) => ({ name, count, value: sampleStructure(name, count, index * 16 + count) })),
  );
  const functions = wanted.map(({ name, count, value }, index) => dumpFunction(name, count, value, index));
  const calls = wanted.map((_each, index) => `  dump${index}();\n`);
  const source = `${headerDeclarations()}${counts.map(wireDeclarations).join('')}${dumpBytes}${functions.join('')}
int main(void) {\n${calls.join('')}  return 0;\n}\n`;
  const lines = (await runC(source)).trimEnd().split('\n');
  return wanted.map((sample, index) => {
    const [end, hex = ''] = (lines[index] ?? '').split(' ');
    return { ...sample, end: Number(end), bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
  });
}

const dumpBytes = `static void dump(size_t end, const void *object, size_t size) {
  printf("%zu ", end);
  for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)object)[i]);
  printf("\\n");
}
`;

function dumpFunction(name: string, count: number, value: SampleStructure, index: number): string {
  const type = `${name}_${count}`;
  const last = structureFacts(name).members.at(-1)?.name ?? '';
  const end = `offsetof(${type}, ${last}) + sizeof(((${type} *)0)->${last})`;
  return `static void dump${index}(void) {
  static ${type} v;
  memset(&v, 0, sizeof v);
${assignments(name, 'v', value)}  dump(${end}, &v, sizeof v);
}
`;
}

/** A login without LUNs as a C program lays it that takes the header at its word: Key is behind the room of one LUN. */
export async function loginByHeader(): Promise<{ readonly value: SampleStructure; readonly bytes: Uint8Array }> {
  const name = 'LoginToTarget_IN';
  const own = sampleStructure(name, 0, 2536);
  const secrets = { Key: Buffer.from('key'), Username: Buffer.from('name'), Password: Buffer.from('secret') };
  const sizes = { KeySize: 3, UsernameSize: 4, PasswordSize: 6 };
  const all = Buffer.concat(Object.values(secrets));
  const declared = structureFacts(name).members.filter(({ count }) => count === undefined);
  const members = declared.map(({ name: member }) => member);
  const source = `${headerDeclarations()}${dumpBytes}
static unsigned char bytes[sizeof(${name}) + ${all.length}];
int main(void) {
  ${name} v;
  memset(&v, 0, sizeof v);
${assignments(name, 'v', { ...own, ...sizes }, members)}  memcpy(bytes, &v, sizeof v);
  memcpy(bytes + offsetof(${name}, Key), "${all.toString()}", ${all.length});
  dump(0, bytes, offsetof(${name}, Key) + ${all.length});
  return 0;
}
`;
  const [, hex = ''] = (await runC(source)).trimEnd().split(' ');
  const bytes = Object.entries(secrets).map(([member, value]) => [member, Uint8Array.from(value)] as const);
  return { value: { ...own, ...sizes, ...Object.fromEntries(bytes) }, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
}
