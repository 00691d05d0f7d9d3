// The scheduling policies of the Windows contract (MSiSCSI_LB_*): which connection gets the next command, and who stands by.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Member, Roster, type SchedulingPolicy } from '../../../src/session/roster.ts';
import type { NamedPolicy } from '../../../src/session/scheduling/index.ts';
import { plainRequest, SessionBench, soon } from '../../support/session-bench.ts';
import { turns } from '../../support/target-line.ts';

interface FakeMember {
  readonly connection: { readonly cid: number; isUsable: boolean };
  tasksInFlight: number;
  isDraining: boolean;
}

/** A roster of connections 1 to `count`, whose state the test sets. */
class RosterBench {
  readonly roster: Roster;
  readonly #fakes = new Map<number, FakeMember>();

  constructor(count: number, policy: SchedulingPolicy) {
    this.roster = new Roster(policy);
    for (let cid = 1; cid <= count; cid += 1) this.join(cid);
  }

  join(cid: number): void {
    const fake: FakeMember = { connection: { cid, isUsable: true }, tasksInFlight: 0, isDraining: false };
    this.#fakes.set(cid, fake);
    this.roster.add(fake as FakeMember & Member);
  }

  leave(cid: number): void {
    this.roster.remove(cid);
  }

  setUsable(cid: number, isUsable: boolean): void {
    this.#fakes.get(cid)!.connection.isUsable = isUsable;
    this.roster.refresh();
  }

  load(...tasksInFlight: number[]): void {
    tasksInFlight.forEach((count, at) => {
      this.#fakes.get(at + 1)!.tasksInFlight = count;
    });
  }

  /** The CIDs that the next commands go to; none of them is answered meanwhile if `stay`. */
  next(count: number, stay = false): (number | undefined)[] {
    return Array.from({ length: count }, () => {
      const member = this.roster.pick();
      if (stay && member !== undefined) member.tasksInFlight += 1;
      return member?.connection.cid;
    });
  }

  get roles(): string {
    return this.roster
      .all()
      .map((member) => this.roster.roleOf(member))
      .join(' ');
  }
}

suite('MSiSCSI_LB_FAILOVER: one connection carries the commands', () => {
  test('until it cannot; then the next in order of joining, and they stay there when the first comes back', () => {
    const bench = new RosterBench(3, { kind: 'failOver' });
    bench.load(9, 0, 0);
    assert.deepEqual(bench.next(3), [1, 1, 1]);
    assert.equal(bench.roles, 'active standby standby');
    bench.setUsable(1, false);
    assert.deepEqual(bench.next(2), [2, 2]);
    assert.equal(bench.roles, 'unusable active standby');
    bench.setUsable(1, true);
    assert.deepEqual(bench.next(2), [2, 2]);
    assert.equal(bench.roles, 'standby active standby');
    bench.setUsable(2, false);
    assert.deepEqual(bench.next(1), [1]);
  });

  test('with a preferred one, they go back to it as soon as it is usable', () => {
    const bench = new RosterBench(3, { kind: 'failOver', preferred: 2 });
    assert.deepEqual(bench.next(2), [2, 2]);
    bench.setUsable(2, false);
    assert.deepEqual(bench.next(2), [1, 1]);
    bench.setUsable(2, true);
    assert.deepEqual(bench.next(2), [2, 2]);
    assert.equal(bench.roles, 'standby active standby');
  });

  test('lost and back as another object under its CID, it is the same connection', () => {
    const bench = new RosterBench(3, { kind: 'failOver' });
    bench.setUsable(1, false);
    assert.deepEqual(bench.next(1), [2]);
    bench.setUsable(1, true);
    bench.leave(2);
    bench.join(2);
    assert.deepEqual(bench.next(1), [1], 'while it was away, the first took over');
    bench.leave(1);
    bench.join(1);
    assert.deepEqual(bench.next(1), [3]);
  });

  test('with none usable there is none, and afterwards the last carrier goes on', () => {
    const bench = new RosterBench(2, { kind: 'failOver' });
    bench.setUsable(1, false);
    bench.next(1);
    bench.setUsable(2, false);
    assert.deepEqual(bench.next(1), [undefined]);
    assert.equal(bench.roles, 'unusable unusable');
    bench.setUsable(2, true);
    bench.setUsable(1, true);
    assert.deepEqual(bench.next(1), [2]);
  });
});

suite('MSiSCSI_LB_ROUND_ROBIN: all usable connections in turn', () => {
  test('whatever their load', () => {
    const bench = new RosterBench(3, { kind: 'roundRobin' });
    bench.load(50, 0, 7);
    assert.deepEqual(bench.next(7), [1, 2, 3, 1, 2, 3, 1]);
    assert.equal(bench.roles, 'active active active');
  });

  test('one that cannot is left out, and one that joins takes its turn', () => {
    const bench = new RosterBench(3, { kind: 'roundRobin' });
    bench.next(2);
    bench.setUsable(3, false);
    assert.deepEqual(bench.next(3), [1, 2, 1]);
    bench.join(4);
    assert.deepEqual(bench.next(4), [2, 4, 1, 2]);
  });
});

suite('MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET: the preferred connections in turn', () => {
  test('the others only while none of them is usable, and in turn as well', () => {
    const bench = new RosterBench(4, { kind: 'roundRobinWithSubset', preferred: [2, 4] });
    bench.load(0, 9, 0, 9);
    assert.deepEqual(bench.next(5), [2, 4, 2, 4, 2]);
    assert.equal(bench.roles, 'standby active standby active');
    bench.setUsable(2, false);
    assert.deepEqual(bench.next(3), [4, 4, 4]);
    bench.setUsable(4, false);
    assert.deepEqual(bench.next(4), [1, 3, 1, 3]);
    assert.equal(bench.roles, 'active unusable active unusable');
    bench.setUsable(2, true);
    assert.deepEqual(bench.next(3), [2, 2, 2]);
  });
});

suite('MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH: the connection with the fewest commands in flight', () => {
  test('the one that joined first among equals', () => {
    const bench = new RosterBench(3, { kind: 'leastQueueDepth' });
    bench.load(3, 1, 1);
    assert.deepEqual(bench.next(6, true), [2, 3, 2, 3, 1, 2]);
  });
});

suite('MSiSCSI_LB_WEIGHTED_PATHS: the usable connection with the greatest weight', () => {
  const weights = new Map([
    [1, 0],
    [2, 20],
    [3, 20],
    [4, 10],
  ]);

  test('the fewest commands in flight decide among equals; then the next weight, then those without one', () => {
    const bench = new RosterBench(5, { kind: 'weightedPaths', weights });
    assert.deepEqual(bench.next(4, true), [2, 3, 2, 3]);
    assert.equal(bench.roles, 'standby active active standby standby');
    bench.setUsable(2, false);
    bench.setUsable(3, false);
    assert.deepEqual(bench.next(2, true), [4, 4]);
    bench.setUsable(4, false);
    bench.setUsable(1, false);
    assert.deepEqual(bench.next(1), [5]);
    bench.setUsable(1, true);
    assert.deepEqual(bench.next(1), [1]);
  });
});

suite('policies of the caller’s own', () => {
  test('choose; an answer that is no candidate counts for the fewest commands in flight', () => {
    const stranger = new RosterBench(1, { kind: 'roundRobin' }).roster.pick()!;
    const bench = new RosterBench(3, (candidates) => candidates[2] ?? stranger);
    assert.deepEqual(bench.next(2), [3, 3]);
    bench.setUsable(3, false);
    bench.load(2, 1, 0);
    assert.deepEqual(bench.next(1), [2]);
    assert.equal(bench.roles, 'active active unusable');
  });
});

suite('setting a policy', () => {
  test('takes effect with the next command', () => {
    const bench = new RosterBench(3, { kind: 'roundRobin' });
    bench.next(1);
    const policy: NamedPolicy = { kind: 'failOver', preferred: 3 };
    bench.roster.setPolicy(policy);
    assert.equal(bench.roster.policy, policy);
    assert.deepEqual(bench.next(2), [3, 3]);
    bench.roster.setPolicy({ kind: 'leastQueueDepth' });
    assert.deepEqual(bench.next(3, true), [1, 2, 3]);
  });

  const bad: readonly [string, NamedPolicy][] = [
    ['prefers a connection that is not there', { kind: 'failOver', preferred: 4 }],
    ['has a stranger in the subset', { kind: 'roundRobinWithSubset', preferred: [1, 4] }],
    ['names a connection twice', { kind: 'roundRobinWithSubset', preferred: [1, 1] }],
    ['has an empty subset', { kind: 'roundRobinWithSubset', preferred: [] }],
    ['weighs a stranger', { kind: 'weightedPaths', weights: new Map([[4, 1]]) }],
    ['has a negative weight', { kind: 'weightedPaths', weights: new Map([[1, -1]]) }],
    ['has a weight of more than 32 bits', { kind: 'weightedPaths', weights: new Map([[1, 2 ** 32]]) }],
    ['has a fraction for a weight', { kind: 'weightedPaths', weights: new Map([[1, 0.5]]) }],
    ['has a CID of more than 16 bits', { kind: 'failOver', preferred: 0x1_0000 }],
  ];
  for (const [what, policy] of bad) {
    test(`is refused when it ${what}, and the old one goes on`, () => {
      const bench = new RosterBench(3, { kind: 'failOver', preferred: 2 });
      assert.throws(
        () => {
          bench.roster.setPolicy(policy);
        },
        { code: 'ISCSI_BAD_ARGUMENT', argument: 'policy' },
      );
      assert.deepEqual(bench.next(1), [2]);
    });
  }

  test('before there are connections names those to come, but no impossible ones', () => {
    assert.deepEqual(new RosterBench(3, { kind: 'failOver', preferred: 3 }).next(1), [3]);
    assert.throws(() => new Roster({ kind: 'failOver', preferred: -1 }), { code: 'ISCSI_BAD_ARGUMENT' });
  });
});

suite('a preferred connection that is lost', () => {
  test('§6.3.4 comes back under its CID and carries the commands again; a policy may name it meanwhile', async () => {
    const policy: NamedPolicy = { kind: 'failOver', preferred: 2 };
    await using bench = new SessionBench({ session: { reconnects: true, policy: { kind: 'roundRobin' } } });
    const [one, two] = await bench.openWith(2);
    const { session } = bench;
    two!.reset();
    await bench.cleanedUp(one!, two!.cid);
    session.setPolicy(policy);
    assert.throws(
      () => {
        session.setPolicy({ kind: 'failOver', preferred: 3 });
      },
      { code: 'ISCSI_BAD_ARGUMENT' },
    );
    const meanwhile = await bench.command(plainRequest(), one);
    one!.response(meanwhile.tag);
    await soon(meanwhile.done);
    await bench.clock.advance(2000);
    const back = await bench.accept();
    await bench.login(back);
    await turns();
    assert.equal(back.cid, 2);
    const { done, tag } = await bench.command(plainRequest(), back);
    back.response(tag);
    await soon(done);
    assert.equal(session.policy, policy);
    assert.deepEqual(
      session.connections.map(({ cid, role }) => [cid, role]),
      [
        [1, 'standby'],
        [2, 'active'],
      ],
    );
  });
});
