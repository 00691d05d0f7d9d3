// Compiles and runs C programs with the compiler of the machine, where there is one.

import { writeFile } from 'node:fs/promises';

import { skipWithout } from './peers.ts';
import { toolOutput } from './run-tool.ts';
import { makeTempDir } from './temp.ts';

/** The `skip` option for a test that needs a C compiler: the reason, or false when there is one. */
export function skipWithoutCc(): string | false {
  return skipWithout(['cc']) === false ? false : 'cc not installed: layouts cannot be compared with a C compiler';
}

/** Compiles a C11 program, every warning an error, runs it and returns what it prints. Rejects where either fails. */
export async function runC(source: string): Promise<string> {
  await using directory = await makeTempDir();
  const [file, program] = [directory.file('program.c'), directory.file('program')];
  await writeFile(file, source);
  await toolOutput('cc', ['-std=c11', '-Wall', '-Werror', '-O0', '-o', program, file]);
  return await toolOutput(program, []);
}
