// Mutants of the rows of the full feature phase.

import type { Mutant } from '../mutant.ts';

export const fullFeatureMutants: readonly Mutant[] = [
  {
    row: 'ffp 1.1',
    defect: 'the first command does not take the CmdSN of the login but the next one',
    module: 'session/command-window.js',
    find: 'this.#cmdSn = cmdSn;\n        this.#expCmdSn',
    replace: 'this.#cmdSn = snAdd(cmdSn, 1);\n        this.#expCmdSn',
  },
  {
    row: 'ffp 3.1',
    defect: 'the window of the login holds for ever',
    module: 'session/command-window.js',
    find: 'return !snAfter(this.#cmdSn, this.#maxCmdSn);',
    replace: 'return true;',
  },
  {
    row: 'ffp 3.3',
    defect: 'the window lets one command too many pass',
    module: 'session/command-window.js',
    find: 'return !snAfter(this.#cmdSn, this.#maxCmdSn);',
    replace: 'return !snAfter(this.#cmdSn, snAdd(this.#maxCmdSn, 1));',
  },
];
