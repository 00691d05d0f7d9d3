// The steps of the tour, in their order. Each does what it tells, and fails the tour when it turns out otherwise.

import { formatSize } from '../sizes.ts';
import { findTargets, logIn, showDevices, startService } from './beginning.ts';
import { addAndRemove, changePolicy, refuseRemovals } from './connections.ts';
import type { LoadedTour, Tour } from './context.ts';
import { openDisk, readImage, writeAgain, writeImage } from './data.ts';
import { readDriverClasses } from './driver-contract.ts';
import { logOutByLibrary, logOutSafely } from './leaving.ts';
import { TourLoad } from './load.ts';
import { loseAllConnections, loseConnection, loseTarget } from './losses.ts';
import { endEverything, lookAtTargets, lookBack, restartService } from './restart.ts';

/** Goes through all steps, from the start of the service to targets without sessions. */
export async function goThrough(tour: Tour): Promise<void> {
  await startService(tour);
  await findTargets(tour);
  const { main, side } = await logIn(tour);
  await showDevices(tour);
  const disk = await openDisk(tour, main);
  await writeImage(tour, disk);
  await readImage(tour, disk, 'Read it back');
  const load = new TourLoad(disk, tour.image.bytes, tour.signal);
  await goThroughUnderLoad({ ...tour, load, sessionId: main });
  await writeAgain(tour, disk);
  await readDriverClasses(tour);
  await refuseRemovals(tour, main);
  await logOutSafely(tour, main, disk);
  await logOutByLibrary(tour, side);
  await lookBack(tour);
  await endEverything(tour, await restartService(tour));
  await lookAtTargets(tour);
}

async function goThroughUnderLoad(tour: LoadedTour): Promise<void> {
  await addAndRemove(tour);
  await changePolicy(tour);
  await loseConnection(tour);
  await loseAllConnections(tour);
  await loseTarget(tour);
  await stopLoad(tour);
}

async function stopLoad({ guide, load }: LoadedTour): Promise<void> {
  await guide.step('Stop the load', async () => {
    await load.stop();
    const { requests, bytes } = load;
    const told = `${requests} requests (${formatSize(bytes)}), every byte compared, none failed or was lost`;
    return { told, facts: { requests } };
  });
}
