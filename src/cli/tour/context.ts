// What every step of the tour works with.

import type { UniqueId } from '../../service/index.ts';
import type { TourGuide } from './guide.ts';
import type { TourImage } from './image.ts';
import type { TourLoad } from './load.ts';
import type { RunningService } from './running-service.ts';
import type { TourStage } from './stage.ts';

/** What all steps have in common. */
export interface Tour {
  readonly running: RunningService;
  readonly stage: TourStage;
  readonly image: TourImage;
  readonly guide: TourGuide;
  readonly signal: AbortSignal;
}

/** What the steps under load have in common. */
export interface LoadedTour extends Tour {
  readonly load: TourLoad;
  readonly sessionId: UniqueId;
}
