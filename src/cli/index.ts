// The command line interface: run.ts runs one command line, program.ts puts the commands together, and each command is a
// file that parses, calls and prints. What a command touches of the world comes in as a CliEnvironment, so that it can
// be run inside a test. failure.ts makes exit statuses and messages of errors, printer.ts keeps standard output to one
// result; transfer.ts moves bytes for read, write and copy, whose ends endpoint.ts opens; bench-*.ts and tour-*.ts are
// parts of those commands. Options that log in are in connection-options.ts, secrets in secrets.ts. client/ has the
// commands that ask the service.

export {
  type CliEnvironment,
  type CliFiles,
  type FileDescription,
  Interruption,
  type PingRequest,
  type PingResult,
  type ServiceAddress,
  type ServiceLink,
  type TemporaryFolder,
} from './environment.ts';
export { run } from './run.ts';
