// A session stays within one portal group of its target.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { Initiator, LoginError } from 'hawser';
import { openLab, rejection, targetName } from './lab.ts';

suite('§13.9 portal groups', () => {
  test('Appendix C: after a discovery, a portal of another group is refused before anything is connected', async () => {
    await using other = await openLab({ portalGroupTag: 2 });
    const [far] = other.target.portals;
    await using lab = await openLab();
    const [near] = lab.target.portals;
    await using directory = await openLab({ advertise: [near!, { ...far!, portalGroupTag: 2 }] });
    await using initiator = new Initiator();
    await initiator.discover({ portal: directory.target.portals[0]! });
    const session = await initiator.connect({ portal: near!, targetName });
    await other.target.close();
    const error = await rejection(session.addConnection(far), LoginError);
    assert.equal(error.code, 'ISCSI_WRONG_PORTAL_GROUP', 'though nobody listens there any more');
    assert.equal(await session.addConnection(near), 2);
  });

  test('§6.3.1 without one, it does not know the session; the session’s own portal tells why', async () => {
    await using other = await openLab({ portalGroupTag: 2 });
    const [far] = other.target.portals;
    await using lab = await openLab({ advertise: [{ ...far!, portalGroupTag: 2 }] });
    await using initiator = new Initiator();
    const session = await initiator.connect({ portal: lab.target.portals[0]!, targetName });
    const error = await rejection(session.addConnection(far), LoginError);
    assert.deepEqual(
      [error.code, error.statusClass, error.key],
      ['ISCSI_WRONG_PORTAL_GROUP', 2, 'TargetPortalGroupTag'],
    );
    assert.deepEqual(other.target.sessions(), []);
    assert.equal(session.connections.length, 1);
    await session.addConnection();
  });

  test('§11.13.5 a portal of the same group that does not know the session keeps its own words', async () => {
    await using other = await openLab();
    await using lab = await openLab({ advertise: other.target.portals });
    await using initiator = new Initiator();
    const session = await initiator.connect({ portal: lab.target.portals[0]!, targetName });
    const error = await rejection(session.addConnection(other.target.portals[0]), LoginError);
    assert.deepEqual([error.code, error.statusClass], ['ISCSI_LOGIN_REFUSED', 2]);
  });
});
