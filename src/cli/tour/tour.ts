// `hawser tour`: shows what Hawser does, against targets of its own and through a service of its own, and checks all of it.

import type { Command } from 'commander';
import { action, addCommonOptions, type CommandContext } from '../command-context.ts';
import { parsePositiveSize } from '../sizes.ts';
import { TourGuide } from './guide.ts';
import { makeTourImage } from './image.ts';
import { describeStage, withTourStage } from './stage.ts';

interface TourOptions {
  readonly size: number;
}

const mebibyte = 1_048_576;
const mostImage = 1024 * mebibyte;

/** Adds `hawser tour`. */
export function addTour(program: Command, context: CommandContext): void {
  const command = program
    .command('tour')
    .summary('see what Hawser does')
    .description(
      'Starts targets on loopback and a service with its control socket in a temporary folder, and shows discovery, logins ' +
        'with mutual CHAP, I/O, connections that come and go under load, losses that are survived, refused and safe ' +
        'logouts, and a login that outlives the service. Nothing is left behind.',
    )
    .option('--size <size>', 'data to write and read back, up to 1 GiB', parsePositiveSize, 64 * mebibyte)
    .addHelpText('after', '\nExample:\n  hawser tour --size 256M');
  addCommonOptions(command).action(action(context, tour));
}

async function tour(context: CommandContext, options: TourOptions): Promise<void> {
  const { environment, printer, signal } = context;
  const length = Math.min(Math.ceil(options.size / mebibyte) * mebibyte, mostImage);
  const guide = new TourGuide(printer, signal);
  // Loaded here, since few commands need the service, and every command would start later.
  const [{ withTourService }, { goThrough }] = await Promise.all([
    import('./running-service.ts'),
    import('./steps.ts'),
  ]);
  const started = performance.now();
  await withTourStage(environment.files, 2 * length, async (stage) => {
    await guide.step('Start two targets', () => Promise.resolve(describeStage(stage)));
    await withTourService({ folder: stage.folder, version: environment.version, signal }, async (running) => {
      await goThrough({ running, stage, signal, guide, image: makeTourImage(length) });
    });
  });
  const seconds = (performance.now() - started) / 1000;
  const document = { isComplete: true, seconds, steps: guide.steps };
  printer.print({ document, text: `\n${guide.table()}\n\nAll of it worked, in ${seconds.toFixed(1)} s` });
}
