// The command line: all commands and what they have in common.

import { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { commandGroups } from './command-groups.ts';

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

/**
 * Makes the program, with the commands of the group that has `name`, or with all of them. Parsing throws CommanderError where
 * commander would end the process.
 */
export async function makeProgram(context: CommandContext, name?: string): Promise<Command> {
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
  const group = commandGroups.find(({ names }) => name !== undefined && names.includes(name));
  for (const { heading, load } of group === undefined ? commandGroups : [group]) {
    const add = await load();
    program.commandsGroup(heading);
    add(program, context);
  }
  return program;
}
