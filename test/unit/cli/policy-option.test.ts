// The option of scheduling policies, and the shares of connections.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatShares, sharesOf } from '../../../src/cli/connection-shares.ts';
import { nameOfPolicy, parsePolicy, policyFor } from '../../../src/cli/policy-option.ts';
import type { ConnectionFacts, NamedPolicy } from '../../../src/session/index.ts';

suite('--policy', () => {
  const forms: readonly [string, NamedPolicy, string][] = [
    ['round-robin', { kind: 'roundRobin' }, 'round-robin'],
    ['Least-Queue-Depth', { kind: 'leastQueueDepth' }, 'least-queue-depth'],
    ['fail-over', { kind: 'failOver' }, 'fail-over'],
    ['fail-over:2', { kind: 'failOver', preferred: 2 }, 'fail-over'],
    ['round-robin-subset:1,3', { kind: 'roundRobinWithSubset', preferred: [1, 3] }, 'round-robin-subset'],
    [
      'weighted:1=10,2=0,3=4294967295',
      {
        kind: 'weightedPaths',
        weights: new Map([
          [1, 10],
          [2, 0],
          [3, 0xffff_ffff],
        ]),
      },
      'weighted',
    ],
  ];
  for (const [text, policy, name] of forms) {
    test(`reads ${text}`, () => {
      assert.deepEqual(parsePolicy(text), policy);
      assert.equal(nameOfPolicy(policy), name);
    });
  }

  const bad = [
    '',
    'robin',
    'round-robin:1',
    'least-queue-depth:',
    'fail-over:',
    'fail-over:0',
    'fail-over:1,2',
    'round-robin-subset',
    'round-robin-subset:',
    'round-robin-subset:1,1',
    'round-robin-subset:1,x',
    'weighted',
    'weighted:1',
    'weighted:1=',
    'weighted:1=-1',
    'weighted:1=4294967296',
    'weighted:1=2,1=3',
  ];
  for (const text of bad) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePolicy(text), { code: 'commander.invalidArgument' });
    });
  }

  test('counts connections, whatever their CIDs', () => {
    const cids = [3, 5, 4];
    assert.deepEqual(policyFor(parsePolicy('fail-over:2'), cids), { kind: 'failOver', preferred: 5 });
    assert.deepEqual(policyFor(parsePolicy('fail-over'), cids), { kind: 'failOver' });
    assert.deepEqual(policyFor(parsePolicy('round-robin-subset:3,1'), cids), {
      kind: 'roundRobinWithSubset',
      preferred: [4, 3],
    });
    assert.deepEqual(policyFor(parsePolicy('weighted:1=7,3=9'), cids), {
      kind: 'weightedPaths',
      weights: new Map([
        [3, 7],
        [4, 9],
      ]),
    });
    assert.throws(() => policyFor(parsePolicy('weighted:4=1'), cids), { code: 'ISCSI_BAD_ARGUMENT' });
  });
});

suite('shares of connections', () => {
  function facts(cid: number, tasksSent: number, bytesRead: number, bytesWritten: number): ConnectionFacts {
    const bytes = { bytesRead, bytesWritten, bytesSent: 0, bytesReceived: 0, pdusSent: 0, pdusReceived: 0 };
    const counts = { ...bytes, tasksInFlight: 0, tasksSent, tasksAnswered: 0, snacksSent: 0, retriesSent: 0 };
    const parameters = {} as ConnectionFacts['parameters'];
    const place = { isLeading: cid === 1, address: `h:${cid}`, endpoints: undefined, redirect: undefined };
    return { cid, state: 'loggedIn', role: 'active', ...place, ...counts, parameters };
  }

  test('count from the first moment to the second; one that came meanwhile, or came back, from its own beginning', () => {
    const shares = sharesOf(
      [facts(1, 100, 1000, 10), facts(2, 50, 500, 0), facts(4, 9, 9, 9)],
      [facts(1, 130, 1300, 110), facts(2, 10, 50, 50), facts(3, 40, 300, 100)],
    );
    assert.deepEqual(
      shares.map(({ cid, commands, bytesRead, bytesWritten }) => [cid, commands, bytesRead, bytesWritten]),
      [
        [1, 30, 300, 100],
        [2, 10, 50, 50],
        [3, 40, 300, 100],
      ],
    );
    assert.deepEqual(
      shares.map(({ commandShare }) => commandShare),
      [30 / 80, 10 / 80, 40 / 80],
    );
    assert.deepEqual(
      shares.map(({ byteShare }) => byteShare),
      [400 / 900, 100 / 900, 400 / 900],
    );
  });

  test('of nothing are nothing, and are shown', () => {
    const shares = sharesOf([facts(1, 5, 5, 5)], [facts(1, 5, 5, 5)]);
    assert.deepEqual([shares[0]?.commandShare, shares[0]?.byteShare], [0, 0]);
    assert.match(formatShares(shares), /^ {2}1 +h:1 +active +0 +0\.0 % +0 B +0 B +0\.0 %$/m);
  });
});
