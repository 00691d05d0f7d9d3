// What is known of targets, from every source, merged by name.

import { checkName } from '../../adapter/index.ts';
import type { TargetInstance } from '../contract/discovery.ts';
import type { TargetPortal } from '../contract/names.ts';
import type { FoundTarget } from './discovery-source.ts';

/** What one source has found. */
interface Findings {
  readonly mechanism: string;
  readonly instance: string;
  readonly targets: ReadonlyMap<string, FoundTarget>;
}

/** What a new answer of a source has changed: names that were unknown before, or that nothing tells of any more. */
export interface TargetChanges {
  readonly found: readonly string[];
  readonly gone: readonly string[];
}

/** How many targets one answer may name; what comes after them is left out. */
const mostTargets = 16_384;

/** The targets that were found, by source. */
export class KnownTargets {
  readonly #findings = new Map<string, Findings>();

  /** The names that some source tells of. */
  get names(): Set<string> {
    return new Set([...this.#findings.values()].flatMap(({ targets }) => [...targets.keys()]));
  }

  /** Puts the answer of a source in the place of its last one. `source` is its key. */
  replace(
    source: string,
    from: { readonly mechanism: string; readonly instance: string },
    targets: readonly FoundTarget[],
  ): TargetChanges {
    const before = this.names;
    const byName = new Map<string, FoundTarget>();
    for (const target of targets.slice(0, mostTargets)) {
      const targetName = foldedName(target.targetName);
      if (targetName !== undefined) byName.set(targetName, { ...target, targetName });
    }
    this.#findings.set(source, { mechanism: from.mechanism, instance: from.instance, targets: byName });
    return this.#changesSince(before);
  }

  /** Forgets what a source has found. */
  forget(source: string): TargetChanges {
    const before = this.names;
    this.#findings.delete(source);
    return this.#changesSince(before);
  }

  /** How a target was found by each source. */
  instancesOf(targetName: string): TargetInstance[] {
    return [...this.#findings.values()].flatMap(({ mechanism, instance, targets }) => {
      const found = targets.get(targetName);
      if (found === undefined) return [];
      const { targetAlias = '', portals } = found;
      const rest = { isHidden: false, mapping: undefined, loginOptions: { hasPassword: false } };
      return [{ mechanism, targetAlias, initiatorInstance: instance, portals, ...rest }];
    });
  }

  #changesSince(before: ReadonlySet<string>): TargetChanges {
    const after = this.names;
    const found = [...after].filter((name) => !before.has(name));
    return { found, gone: [...before].filter((name) => !after.has(name)) };
  }
}

/** The portals of all instances, each once, in the order told. A portal group that is known anywhere counts. */
export function mergePortals(instances: readonly TargetInstance[]): TargetPortal[] {
  const merged = new Map<string, TargetPortal>();
  for (const portal of instances.flatMap(({ portals }) => portals)) {
    const key = `${portal.host.toLowerCase()} ${portal.port}`;
    const known = merged.get(key);
    if (known?.portalGroupTag === undefined) merged.set(key, portal);
  }
  return [...merged.values()];
}

/** The name in lower case, as all names are compared; undefined for what is no name, and so nothing to log in to. */
function foldedName(name: string): string | undefined {
  try {
    return checkName(name, 'targetName');
  } catch {
    return undefined;
  }
}
