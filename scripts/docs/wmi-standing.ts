// How docs/wmi.md says what stands behind a class or a method, and by which test it is known.

/** What there can be of it here. */
export const states = ['implemented', 'answered as documented', 'not applicable'] as const;

/** What there is of it here. */
export type State = (typeof states)[number];

/** A test by its file, from test/ on and without its ending, and its title. */
export type Proof = readonly [file: string, title: string];

/** What stands behind a class or a method. */
export interface Standing {
  readonly state: State;
  /** What it tells or does; where it is not implemented, why, and what is answered. A sentence without full stop. */
  readonly says: string;
  readonly proof: readonly [Proof, ...Proof[]];
}

/** Something that tells or does what its documents say. */
export function implemented(says: string, ...proof: [Proof, ...Proof[]]): Standing {
  return { state: 'implemented', says, proof };
}

/** Something that the host or a program in user space cannot do: the documented status says so. */
export function answered(says: string, ...proof: [Proof, ...Proof[]]): Standing {
  return { state: 'answered as documented', says, proof };
}

/** Something of what this initiator is not. */
export function notApplicable(says: string, ...proof: [Proof, ...Proof[]]): Standing {
  return { state: 'not applicable', says, proof };
}

/** A proof as the page shows it. */
export function shownProof([file, title]: Proof): string {
  return `${file}: ${title}`;
}
