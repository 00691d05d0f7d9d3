// What a disk may hold, from what its users were told. For each cell the model knows the writes whose contents may be
// there: those that no later write, read or crash rules out.
//
// Moments are counted, not measured. A write takes effect at one moment between its call and its end, in each cell by
// itself, and in all the cells of one block at once. One that ended before another began lies before it.

import { byteRange, type CellRange, cellCount, cellOffset, cellsPerBlock, valueOf } from './cells.ts';

/** One change of the disk, from its call to its end. */
export interface WriteRecord extends CellRange {
  /** 0 for zeros, else its own alone. */
  readonly value: number;
  readonly step: number;
  readonly begun: number;
  /** Through which it went: the handle whose flush covers it. */
  readonly owner: unknown;
  ended: number;
  state: 'underWay' | 'acknowledged' | 'unknown' | 'none';
  /** Since when somebody has been told that it is on stable storage. */
  lastingSince: number;
  /** Its users have been told that it may be lost: no flush says anything of it any more. */
  isGivenUp: boolean;
  wasSeen: boolean;
}

/** Something that a cell was seen to hold: what lies before `begun` is over. */
interface Sighting {
  readonly value: number;
  readonly begun: number;
  readonly ended: number;
  /** Seen on the medium itself after a crash, which no other crash takes back. */
  readonly isLasting: boolean;
}

interface Cell {
  writes: WriteRecord[];
  sightings: Sighting[];
  /** Writes to a part of its block that were under way in a crash: they may put back what they had read before. */
  carriers: WriteRecord[];
  /** Writes that were seen, and then something else in their place, since when. A write takes effect once. */
  over: Map<WriteRecord, number>;
}

/** The disk holds something that it must not. */
export class ModelViolation extends Error {
  override readonly name = 'ModelViolation';
}

const never = Number.POSITIVE_INFINITY;
/** Sightings of a cell that are kept; forgetting one only makes the model permit more. */
const sightingBound = 8;

/** The model of one disk. */
export class DiskModel {
  readonly #cells: Cell[];
  readonly #all: WriteRecord[] = [];
  #now = 0;
  #crashedAt = 0;

  /** The disk is all zeros, and stably so. */
  constructor() {
    const blank = this.#record({ first: 0, last: cellCount - 1 }, 0, 0, undefined);
    Object.assign(blank, { ended: blank.begun, state: 'acknowledged', lastingSince: blank.begun });
    this.#cells = Array.from({ length: cellCount }, () => ({
      writes: [blank],
      sightings: [],
      carriers: [],
      over: new Map(),
    }));
  }

  /** A moment later than all before. */
  tick(): number {
    this.#now += 1;
    return this.#now;
  }

  /** A write begins: from now on it may be seen. */
  beginWrite(range: CellRange, value: number, step: number, owner: unknown): WriteRecord {
    const write = this.#record(range, value, step, owner);
    for (let cell = range.first; cell <= range.last; cell += 1) this.#cells[cell]?.writes.push(write);
    this.#all.push(write);
    return write;
  }

  /** A write has settled: it is carried out no more. Throws when it claims to have had no effect and has been seen. */
  endWrite(write: WriteRecord, state: 'acknowledged' | 'unknown' | 'none', isLasting: boolean): void {
    write.ended = this.tick();
    write.state = state;
    if (isLasting) write.lastingSince = write.ended;
    if (state !== 'none') return;
    for (let cell = write.first; cell <= write.last; cell += 1) {
      const known = this.#cells[cell];
      if (known !== undefined) known.writes = known.writes.filter((each) => each !== write);
    }
    if (write.wasSeen && write.value !== 0) {
      throw new ModelViolation(`${nameOf(write)} ended with effect none, though a read has shown it`);
    }
  }

  /** A flush through `owner` begins. Returns what its success promises. */
  beginFlush(owner: unknown): WriteRecord[] {
    return this.#unpromised().filter((write) => write.owner === owner);
  }

  /** Users are told that these writes are on stable storage. */
  promise(writes: readonly WriteRecord[]): void {
    const now = this.tick();
    for (const write of writes) if (!write.isGivenUp) write.lastingSince = Math.min(write.lastingSince, now);
  }

  /** Users are told that what has been acknowledged in this span of bytes may be lost. */
  giveUp(offset: number, length: number): void {
    for (const write of this.#unpromised()) if (overlaps(write, offset, length)) write.isGivenUp = true;
  }

  /** The power goes. */
  beginCrash(): void {
    this.#crashedAt = this.tick();
    for (const write of this.#all) {
      if (write.state !== 'underWay') continue;
      for (const cell of neighbours(write)) this.#known(cell).carriers.push(write);
    }
  }

  /** What the medium holds after a crash, before anybody may have written again. */
  endCrash(medium: Uint8Array): void {
    this.#look({ first: 0, last: cellCount - 1 }, medium, this.tick(), true);
  }

  /** Checks what a read returned that began at `moment`; from here on the model knows more. */
  checkRead(range: CellRange, bytes: Uint8Array, moment: number): void {
    this.#look(range, bytes, moment, false);
  }

  /** Forgets what cannot be there any more. Only while nothing is under way. */
  prune(): void {
    for (const cell of this.#cells) {
      const floor = Math.max(...cell.writes.map(({ lastingSince, begun }) => (lastingSince === never ? 0 : begun)));
      cell.writes = cell.writes.filter(({ ended }) => ended >= floor);
      cell.sightings = cell.sightings.slice(-2);
      cell.carriers = [];
      cell.over.clear();
    }
    const kept = this.#all.filter((write) => write.state === 'acknowledged' && write.lastingSince === never);
    this.#all.splice(0, this.#all.length, ...kept.filter(({ isGivenUp }) => !isGivenUp));
  }

  #record(range: CellRange, value: number, step: number, owner: unknown): WriteRecord {
    const { first, last } = range;
    const begun = this.tick();
    const state = 'underWay';
    const fate = { ended: never, state, lastingSince: never, isGivenUp: false, wasSeen: false } as const;
    return { first, last, value, step, begun, owner, ...fate };
  }

  #unpromised(): WriteRecord[] {
    return this.#all.filter(({ state, lastingSince, isGivenUp }) => {
      return state === 'acknowledged' && lastingSince === never && !isGivenUp;
    });
  }

  #look(range: CellRange, bytes: Uint8Array, moment: number, isMedium: boolean): void {
    const { offset } = byteRange(range);
    let found: { cell: number; sources: WriteRecord[] }[] = [];
    for (let cell = range.first; cell <= range.last; cell += 1) {
      if (cell % cellsPerBlock === 0) found = [];
      const value = valueOf(bytes.subarray(cellOffset(cell) - offset, cellOffset(cell + 1) - offset), cell);
      const sources = this.#sources(cell, value, moment, isMedium);
      for (const other of found) requireWhole(other, { cell, sources });
      found.push({ cell, sources });
    }
    const ended = this.tick();
    for (let cell = range.first; cell <= range.last; cell += 1) {
      const value = valueOf(bytes.subarray(cellOffset(cell) - offset, cellOffset(cell + 1) - offset), cell) ?? 0;
      this.#saw(cell, { value, begun: moment, ended, isLasting: isMedium });
    }
  }

  /** The writes that may have put `value` into a cell, seen by somebody who began to look at `moment`. */
  #sources(cell: number, value: number | undefined, moment: number, isMedium: boolean): WriteRecord[] {
    const where = `block ${Math.floor(cell / cellsPerBlock)}, cell ${cell % cellsPerBlock}`;
    if (value === undefined) throw new ModelViolation(`${where} is torn, or holds what nobody has written`);
    const { writes, sightings, over } = this.#known(cell);
    const holders = writes.filter((write) => write.value === value);
    const isOver = (write: WriteRecord): boolean => {
      const since = over.get(write) ?? never;
      return !isMedium && since < moment && since > this.#crashedAt;
    };
    if (holders.length === 0) {
      throw new ModelViolation(`${where} holds value ${value}, which cannot be there; ${historyOf(writes)}`);
    }
    const isBinding = (write: WriteRecord): boolean => {
      if (write.lastingSince < moment) return true;
      return !isMedium && write.state === 'acknowledged' && write.ended < moment && write.begun > this.#crashedAt;
    };
    let floor = 0;
    for (const write of writes) if (isBinding(write)) floor = Math.max(floor, write.begun);
    for (const seen of sightings) {
      const isKnown = seen.ended < moment && (seen.isLasting || (!isMedium && seen.begun > this.#crashedAt));
      if (isKnown && seen.value !== value) floor = Math.max(floor, seen.begun);
    }
    const sources = holders.filter((write) => write.ended >= floor && !isOver(write));
    if (sources.length > 0) return sources;
    const told = holders.map((write) => nameOf(write)).join(', ');
    throw new ModelViolation(
      `${where} holds value ${value} of ${told}, which is over${isMedium ? ' on the medium' : ''}; ${historyOf(writes)}`,
    );
  }

  #saw(cell: number, seen: Sighting): void {
    const known = this.#known(cell);
    const sources = known.writes.filter((write) => write.value === seen.value);
    for (const write of sources) write.wasSeen = true;
    if (known.carriers.some(({ ended }) => ended > seen.begun)) return;
    // What began before a crash may have been seen before it, and the crash takes it back.
    if (!seen.isLasting && seen.begun > this.#crashedAt) markOver(known, seen);
    // A write that began after the look did was seen after that.
    const [source] = sources;
    const begun = sources.length === 1 && source !== undefined ? Math.max(seen.begun, source.begun) : seen.begun;
    known.sightings.push({ ...seen, begun });
    if (known.sightings.length <= sightingBound) return;
    const at = known.sightings.findIndex(({ isLasting }) => !isLasting);
    known.sightings.splice(Math.max(0, at), 1);
  }

  #known(cell: number): Cell {
    const known = this.#cells[cell];
    if (known === undefined) throw new ModelViolation(`there is no cell ${cell}`);
    return known;
  }
}

/** Blocks are written whole: two cells of one cannot hold two writes that both cover both. */
function requireWhole(
  a: { cell: number; sources: readonly WriteRecord[] },
  b: { cell: number; sources: readonly WriteRecord[] },
): void {
  const covers = ({ first, last }: WriteRecord, cell: number): boolean => first <= cell && cell <= last;
  const isPossible = a.sources.some((one) =>
    b.sources.some((other) => one === other || !(covers(one, b.cell) && covers(other, a.cell))),
  );
  if (isPossible) return;
  const [one, other] = [a.sources[0], b.sources[0]];
  const names = one === undefined || other === undefined ? '' : `: ${nameOf(one)} and ${nameOf(other)}`;
  throw new ModelViolation(`block ${Math.floor(a.cell / cellsPerBlock)} is torn within${names}`);
}

/** Whatever was seen before, and is not there now, has had its effect. */
function markOver({ writes, sightings, over }: Cell, { value, begun, ended }: Sighting): void {
  for (const write of writes) {
    if (write.value === 0 || write.value === value || over.has(write)) continue;
    if (sightings.some((before) => before.value === write.value && before.ended < begun)) over.set(write, ended);
  }
}

/** The cells beside a write in the blocks that it covers in part. */
function neighbours({ first, last }: CellRange): number[] {
  const cells: number[] = [];
  for (let cell = first - (first % cellsPerBlock); cell < first; cell += 1) cells.push(cell);
  for (let cell = last + 1; cell % cellsPerBlock !== 0; cell += 1) cells.push(cell);
  return cells;
}

function overlaps(range: CellRange, offset: number, length: number): boolean {
  const own = byteRange(range);
  return own.offset < offset + length && offset < own.offset + own.length;
}

function nameOf({ value, step, begun, ended, state }: WriteRecord): string {
  return `write ${value} of step ${step} (${state}, ${begun}–${ended})`;
}

function historyOf(writes: readonly WriteRecord[]): string {
  const lines = writes.slice(-6).map((write) => {
    return `${nameOf(write)}${write.lastingSince === never ? '' : ` lasting since ${write.lastingSince}`}`;
  });
  return `known: ${lines.join('; ')}`;
}
