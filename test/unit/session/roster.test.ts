// The choice of a connection for the next command.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Member, Roster, type SchedulingPolicy } from '../../../src/session/roster.ts';

interface FakeMember {
  readonly connection: { readonly cid: number; isUsable: boolean };
  tasksInFlight: number;
  isDraining: boolean;
}

function member(cid: number, tasksInFlight = 0): FakeMember & Member {
  const fake: FakeMember = { connection: { cid, isUsable: true }, tasksInFlight, isDraining: false };
  return fake as FakeMember & Member;
}

function rosterOf(members: readonly Member[], policy: SchedulingPolicy = { kind: 'leastQueueDepth' }): Roster {
  const roster = new Roster(policy);
  for (const each of members) roster.add(each);
  return roster;
}

test('connections that are draining or on their way out are not picked, nor asked about', () => {
  const [a, b, c] = [member(1), member(2), member(3)];
  const asked: number[][] = [];
  const roster = rosterOf([a, b, c], (candidates) => {
    asked.push(candidates.map(({ connection }) => connection.cid));
    return candidates[0]!;
  });
  a.isDraining = true;
  roster.refresh();
  assert.equal(roster.pick(), b);
  b.connection.isUsable = false;
  roster.refresh();
  assert.equal(roster.pick(), c);
  c.isDraining = true;
  roster.refresh();
  assert.equal(roster.pick(), undefined);
  assert.equal(roster.size, 3);
  a.isDraining = false;
  roster.refresh();
  assert.equal(roster.pick(), a);
  assert.deepEqual(asked, [[2, 3]], 'a policy is asked only where there is a choice');
});

test('members keep the order in which they joined; one that left is not found', () => {
  const [a, b] = [member(2), member(1)];
  const roster = rosterOf([a, b]);
  assert.deepEqual(roster.all(), [a, b]);
  assert.equal(roster.get(1), b);
  roster.remove(2);
  assert.equal(roster.get(2), undefined);
  assert.equal(roster.pick(), b);
  roster.remove(1);
  assert.equal(roster.size, 0);
  assert.equal(roster.pick(), undefined);
});
