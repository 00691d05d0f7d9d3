// `hawser events`: what happens in the service, as it happens.

import type { Command } from 'commander';
import { ServiceError } from '../../base/index.ts';
import type { ServiceEvent } from '../../service/index.ts';
import type { CommandContext } from '../command-context.ts';
import { addServiceOptions, type ServiceContext, serviceAction } from './service-action.ts';

/** Adds `hawser events`. */
export function addEvents(program: Command, context: CommandContext): void {
  const command = program
    .command('events')
    .summary('follow what happens')
    .description(
      'Prints what happens in the service, a line an event, until interrupted. With --json every line is a document.',
    )
    .option('--after <id>', 'begin with what came after this event, where the service still knows')
    .addHelpText('after', '\nExample:\n  hawser events --json | jq .type');
  addServiceOptions(command).action(serviceAction(context, follow));
}

async function follow(context: ServiceContext, { after }: { readonly after?: string }): Promise<void> {
  const { service, printer, signal } = context;
  try {
    for await (const event of service.events(after === undefined ? {} : { after }, { signal })) {
      printer.printLine({ document: event, text: describe(event) });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new ServiceError('SERVICE_STOPPING', 'The service has stopped');
}

/** When, what, and then `name=value` as far as there is something to say. */
function describe({ id, at, type, detail, ...subject }: ServiceEvent): string {
  const facts = Object.entries({ ...subject, ...detail }).filter(([, value]: [string, unknown]) => value !== undefined);
  return [at, id, type, ...facts.map(([name, value]) => `${name}=${quote(value)}`)].join(' ');
}

/** A value that can be told from what comes after it. */
function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return typeof value === 'string' && /[\s"]/.test(text) ? JSON.stringify(text) : text.replaceAll('\n', ' ');
}
