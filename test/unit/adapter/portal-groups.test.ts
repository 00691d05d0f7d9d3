// What an initiator remembers of portal groups.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortalGroups } from '../../../src/adapter/portal-groups.ts';

const target = 'iqn.2001-04.test:a';
const portal = { host: 'Storage.example', port: 3260 };

test('Appendix C: a portal of a discovered target is completed with its group', () => {
  const groups = new PortalGroups();
  groups.learn([
    {
      name: target,
      addresses: [
        { ...portal, portalGroupTag: 2 },
        { host: '2001:db8::1', port: 3260, portalGroupTag: 0 },
      ],
    },
    { name: 'iqn.2001-04.test:b', addresses: [{ ...portal, portalGroupTag: 5 }] },
  ]);
  assert.deepEqual(groups.complete(target, { ...portal, host: 'storage.EXAMPLE' }), {
    host: 'storage.EXAMPLE',
    port: 3260,
    portalGroupTag: 2,
  });
  assert.equal(groups.complete('iqn.2001-04.test:b', portal).portalGroupTag, 5, 'tags belong to one target');
  assert.equal(groups.complete(target, { host: '2001:DB8::1', port: 3260 }).portalGroupTag, 0);
});

test('what the caller says of a group stands; of what is not known nothing is said', () => {
  const groups = new PortalGroups();
  groups.learn([{ name: target, addresses: [{ ...portal, portalGroupTag: 2 }] }]);
  assert.deepEqual(groups.complete(target, { ...portal, portalGroupTag: 1 }), { ...portal, portalGroupTag: 1 });
  const other = { ...portal, port: 3261 };
  assert.equal(groups.complete(target, other), other);
  assert.equal(groups.complete('iqn.2001-04.test:b', portal), portal);
});

test('a new discovery replaces what was known of its targets; the oldest of very many are forgotten', () => {
  const groups = new PortalGroups();
  groups.learn([{ name: target, addresses: [{ ...portal, portalGroupTag: 2 }] }]);
  groups.learn([{ name: target, addresses: [portal] }]);
  assert.equal(groups.complete(target, portal), portal);
  const many = Array.from({ length: 1024 }, (_, at) => ({
    name: `${target}${at}`,
    addresses: [{ ...portal, portalGroupTag: 3 }],
  }));
  groups.learn([{ name: target, addresses: [{ ...portal, portalGroupTag: 2 }] }]);
  groups.learn(many);
  assert.equal(groups.complete(target, portal), portal);
  assert.equal(groups.complete(`${target}0`, portal).portalGroupTag, 3);
});
