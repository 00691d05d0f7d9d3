// Mutual CHAP with targets whose secrets only Debian's freeradius knows: to our target, to tgtd, and by the service.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ChapCredentials, connect, IscsiError, type RadiusVerifierOptions, radiusVerifier } from 'hawser';
import { createMemoryDevice } from 'hawser/block';
import { openService } from 'hawser/service';
import { listenTarget } from 'hawser/target';
import { eventually } from '../support/eventually.ts';
import { type FreeRadius, startFreeRadius } from '../support/freeradius.ts';
import { skipWithout } from '../support/peers.ts';
import { makeTempDir } from '../support/temp.ts';
import { startTgtd } from '../support/tgtd.ts';

const name = 'iqn.2026-11.hawser.test:radius';
const bob = { user: 'bob', secret: 'a-secret-of-bob-1' };
const alice = { user: 'alice', secret: 'a-secret-of-alice' };
const carol = { user: 'carol', secret: 'a-secret-of-carol' };

/** A target of either kind, which proves itself as alice, or as somebody else. */
interface Peer extends AsyncDisposable {
  readonly portal: { readonly host: string; readonly port: number };
  readonly targetName: string;
  readonly sessionCount: () => Promise<number>;
}

type OpenPeer = (mutual: { readonly user: string; readonly secret: string }) => Promise<Peer>;

const openOurs: OpenPeer = async (mutual) => {
  const targetName = 'iqn.2026-11.hawser.test:ours';
  const target = await listenTarget({
    name: targetName,
    luns: [{ lun: 0, device: createMemoryDevice(1 << 20) }],
    listen: [{ host: '127.0.0.1', port: 0 }],
    chap: { ...bob, mutual },
    parameters: { maxConnections: 2 },
  });
  return {
    portal: target.portals[0]!,
    targetName,
    sessionCount: async () => await Promise.resolve(target.sessions().length),
    [Symbol.asyncDispose]: () => target.close(),
  };
};

const openTgtd: OpenPeer = async (mutual) => {
  const tgtd = await startTgtd({ luns: [{ sizeBytes: 1 << 20 }], chap: bob, mutual });
  const { host, port, targetName } = tgtd;
  return {
    portal: { host, port },
    targetName,
    sessionCount: async () => (await tgtd.sessions()).length,
    [Symbol.asyncDispose]: () => tgtd[Symbol.asyncDispose](),
  };
};

function chapBy(
  { host, port, secret }: FreeRadius,
  more: Partial<RadiusVerifierOptions> & { user?: string } = {},
): ChapCredentials {
  const { user, ...options } = more;
  const verify = radiusVerifier({ servers: [{ host, port }], secret, waitsMs: [500, 500], ...options });
  return { ...bob, mutual: { verify, ...(user === undefined ? {} : { user }) } };
}

async function letIn({ portal, targetName, sessionCount }: Peer, chap: ChapCredentials): Promise<void> {
  // Each connection of a session is a login of its own; tgtd has one a session.
  const session = await connect({ portal, targetName, chap, connections: 2 }, { name });
  assert.equal(await sessionCount(), 1);
  const { isClean, error } = await session.logout();
  assert.ok(isClean, String(error));
  await eventually(sessionCount, (count) => count === 0);
}

/** Asserts that a login fails with the code, and with that of its cause, and that the target has no session of it. */
async function refused(peer: Peer, chap: ChapCredentials, code: string, cause?: string): Promise<void> {
  const { portal, targetName, sessionCount } = peer;
  await assert.rejects(connect({ portal, targetName, chap }, { name }), (error) => {
    assert.ok(error instanceof IscsiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.equal((error.cause as Partial<IscsiError> | undefined)?.code, cause, error.message);
    return true;
  });
  await eventually(sessionCount, (count) => count === 0);
}

const rejected = ['ISCSI_AUTH_FAILED', 'RADIUS_REJECTED'] as const;

for (const [title, open, tools] of [
  ['our target', openOurs, []],
  ['tgtd', openTgtd, ['tgtd', 'tgtadm']],
] as const) {
  suite(`RFC 7143 §9.2.1 freeradius judges ${title}`, { skip: skipWithout(['freeradius', ...tools]) }, () => {
    test('a target that knows its secret is let in, one that does not is refused and has no session', async () => {
      await using radius = await startFreeRadius({ users: [alice] });
      await using right = await open(alice);
      await letIn(right, chapBy(radius));
      await using wrong = await open({ ...alice, secret: 'not-what-radius-knows' });
      await refused(wrong, chapBy(radius), ...rejected);
      assert.deepEqual(
        radius.logins().map((line) => line.replace(/ \(.*\)/, '')),
        [...(title === 'tgtd' ? [] : ['Login OK: [alice]']), 'Login OK: [alice]', 'Login incorrect: [alice]'],
      );
    });
    test('one whose name nobody knows, or that is not the name we mean, is refused', async () => {
      await using radius = await startFreeRadius({ users: [alice] });
      await using stranger = await open(carol);
      await refused(stranger, chapBy(radius), ...rejected);
      await using known = await open(alice);
      await refused(known, chapBy(radius, { user: 'carol' }), 'ISCSI_AUTH_FAILED');
      assert.equal(radius.logins().length, 1);
    });
    test('a server that binds its users to targets refuses who answers for another', async () => {
      await using peer = await open(alice);
      await using strict = await startFreeRadius({
        users: [{ ...alice, targetName: 'iqn.2026-11.hawser.test:other' }],
      });
      await refused(peer, chapBy(strict), ...rejected);
      await using right = await startFreeRadius({ users: [{ ...alice, targetName: peer.targetName }] });
      await letIn(peer, chapBy(right));
    });
    test('a server that shares another secret with us gives no answer, and the login ends without a session', async () => {
      await using radius = await startFreeRadius({ users: [alice] });
      await using peer = await open(alice);
      await refused(peer, chapBy(radius, { secret: 'not-what-we-share-with-it' }), 'RADIUS_UNREACHABLE');
    });
    test('a server that does not sign its answers is not trusted unless that is allowed', async () => {
      await using radius = await startFreeRadius({ users: [alice], signsAnswers: false });
      await using peer = await open(alice);
      await refused(peer, chapBy(radius), 'RADIUS_UNREACHABLE');
      await letIn(peer, chapBy(radius, { requiresMessageAuthenticator: false }));
    });
    test('a server that is down is passed over for one that is up', async () => {
      const gone = await startFreeRadius({ users: [alice] });
      await gone[Symbol.asyncDispose]();
      await using radius = await startFreeRadius({ users: [alice] });
      await using peer = await open(alice);
      await letIn(peer, chapBy(radius, { servers: [gone, radius] }));
      await refused(peer, chapBy(gone), 'RADIUS_UNREACHABLE');
    });
    test('the service has its RADIUS servers judge targets with login flag 0x20', async () => {
      await using radius = await startFreeRadius({ users: [alice] });
      await using state = await makeTempDir();
      const service = await openService({ stateDirectory: state.file('state') });
      try {
        await service.addRadiusServer({ address: `${radius.host}:${radius.port}` });
        await service.setRadiusSecret({ secret: radius.secret });
        const { user: userName, secret: password } = bob;
        const loginOptions = { authType: 'mutualChap', userName, password, loginFlags: 0x20 } as const;
        for (const mutual of [alice, { ...alice, secret: 'not-what-radius-knows' }]) {
          await using peer = await open(mutual);
          const { targetName, portal } = peer;
          await service.addStaticTarget({ targetName, portals: [portal], loginOptions });
          if (mutual === alice) {
            const { sessionId } = await service.login({ targetName });
            assert.equal((await service.sessions())[0]?.authType, 'mutualChap');
            assert.equal(await peer.sessionCount(), 1);
            await service.logout({ sessionId });
          } else {
            await assert.rejects(service.login({ targetName }), { code: 'ISCSI_AUTH_FAILED' });
          }
          await eventually(peer.sessionCount, (count) => count === 0);
          await service.removeStaticTarget({ targetName });
        }
      } finally {
        await service.close();
      }
    });
  });
}
