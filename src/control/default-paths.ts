// Where the service keeps its state and opens its socket when nobody says otherwise.

import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the defaults depend on. */
export interface PathSurroundings {
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Root has the places of the system, everybody else places of their own. */
  readonly isRoot: boolean;
}

/** `$HAWSER_STATE`, else `/var/lib/hawser` for root, else `hawser` in `$XDG_STATE_HOME` or `~/.local/state`. */
export function defaultStateDirectory({ variables, isRoot }: PathSurroundings): string {
  const named = nonEmpty(variables['HAWSER_STATE']);
  if (named !== undefined) return named;
  if (isRoot) return '/var/lib/hawser';
  const home = nonEmpty(variables['HOME']) ?? homedir();
  return join(nonEmpty(variables['XDG_STATE_HOME']) ?? join(home, '.local', 'state'), 'hawser');
}

/**
 * `$HAWSER_SOCKET`, else `/run/hawser/hawser.sock` for root, else `hawser/hawser.sock` in `$XDG_RUNTIME_DIR`, else
 * `hawser.sock` in the state directory.
 */
export function defaultSocketPath(surroundings: PathSurroundings, stateDirectory?: string): string {
  const { variables, isRoot } = surroundings;
  const named = nonEmpty(variables['HAWSER_SOCKET']);
  if (named !== undefined) return named;
  if (isRoot) return '/run/hawser/hawser.sock';
  const runtime = nonEmpty(variables['XDG_RUNTIME_DIR']);
  if (runtime !== undefined) return join(runtime, 'hawser', 'hawser.sock');
  return join(stateDirectory ?? defaultStateDirectory(surroundings), 'hawser.sock');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
