// The command line: all commands and what they have in common.

import { Command } from 'commander';
import { addBench } from './bench.ts';
import { addServiceCommands } from './client/commands.ts';
import type { CommandContext } from './command-context.ts';
import { addCompletion } from './completion/completion.ts';
import { addCopy } from './copy.ts';
import { addDiscover } from './discover.ts';
import { addFault } from './fault.ts';
import { addInfo } from './info.ts';
import { addIscsicli } from './iscsicli/iscsicli.ts';
import { addLs } from './ls.ts';
import { addRead } from './read.ts';
import { addService } from './service/service.ts';
import { addTarget } from './target.ts';
import { addTour } from './tour/tour.ts';
import { addWrite } from './write.ts';

const generalHelp = `
URLs have the form iscsi://[user[%secret]@]host[:port]/target/lun[?option=value&…]. A secret in a URL is seen by
everybody who may list processes: better give --chap-user with HAWSER_CHAP_SECRET or --chap-secret-file.

Example:
  hawser target --lun ram:64M --listen 127.0.0.1:3260
  hawser copy disk.img iscsi://127.0.0.1/iqn.2026-11.io.hawser:target/0 --verify

Traces: --trace writes packets whose TCP and IP headers are made up around the bytes that really passed. Wireshark and
tshark know iSCSI by port 3260 alone; for another port P, tshark takes -d tcp.port==P,iscsi, and Wireshark "Decode As".

Exit status: 0 success, 1 unexpected failure (HAWSER_DEBUG=1 shows where), 2 bad command line, 3 to 125 by error code,
130 and 143 after SIGINT and SIGTERM, but 0 where these are how a command ends, such as events or --watch.`;

/** Makes the program. Parsing throws CommanderError where commander would end the process. */
export function makeProgram(context: CommandContext): Command {
  const { environment } = context;
  const program = new Command('hawser')
    .description('A user-space iSCSI initiator: targets, disks, copies, measurements, and a target to try them on.')
    .version(environment.version)
    .helpCommand(false)
    .enablePositionalOptions()
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      outputError: () => {}, // the error is printed where all errors are
    })
    .addHelpText('after', generalHelp);
  program.commandsGroup('Commands that need no service:');
  addDiscover(program, context);
  addLs(program, context);
  addInfo(program, context);
  addRead(program, context);
  addWrite(program, context);
  addCopy(program, context);
  addBench(program, context);
  addTarget(program, context);
  addFault(program, context);
  addTour(program, context);
  program.commandsGroup('Commands of the service:');
  addService(program, context);
  addServiceCommands(program, context);
  addIscsicli(program, context);
  addCompletion(program, context);
  return program;
}
