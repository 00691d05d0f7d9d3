// The Linux kernel's initiator (open-iscsi) against the embedded target: a file system that lives on it.

import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { createMemoryDevice } from 'hawser/block';
import { listenTarget, type Target, type TargetOptions } from 'hawser/target';
import { type LinuxInitiator, startLinuxInitiator } from '../support/linux-initiator.ts';
import { linuxVm, skipWithout } from '../support/peers.ts';

const targetName = 'iqn.2026-11.hawser.test:served';
/** As the guest's image has it (scripts/linux-vm/build.sh). */
const initiatorName = 'iqn.2026-11.hawser.linux:initiator';
const bob = { user: 'bob', secret: 'a-secret-of-bob-1' };
const alice = { user: 'alice', secret: 'a-secret-of-alice' };
const size = 32 << 20;

/** What every script begins with: settings of the login, and how to find the block device of a LUN. */
const prelude = `
set -e
T=${targetName}
set_node() { iscsiadm -m node -T $T -p $PORTAL -o update -n "$1" -v "$2"; }
authenticate() {
  set_node node.session.auth.authmethod CHAP
  set_node node.session.auth.username "$1"
  set_node node.session.auth.password "$2"
  set_node node.session.auth.username_in "$3"
  set_node node.session.auth.password_in "$4"
}
set_digests() {
  set_node 'node.conn[0].iscsi.HeaderDigest' $1
  set_node 'node.conn[0].iscsi.DataDigest' $1
}
log_in() { iscsiadm -m node -T $T -p $PORTAL --login; }
log_out() { iscsiadm -m node -T $T -p $PORTAL --logout; }
forget() { iscsiadm -m node -T $T -p $PORTAL -o delete; }
device() { # LUN
  for try in $(seq 200); do
    for path in /sys/class/iscsi_session/*/device/target*/*:$1/block/*; do
      [ -e "$path" ] && echo "/dev/\${path##*/}" && return 0
    done
    usleep 50000
  done
  echo "no device for LUN $1"
  return 1
}
`;

suite('the Linux initiator', { skip: skipWithout([linuxVm]) }, () => {
  let linux: LinuxInitiator;
  before(async () => {
    linux = await startLinuxInitiator();
  });
  after(async () => {
    await linux[Symbol.asyncDispose]();
  });

  async function serve(more: Partial<TargetOptions> = {}): Promise<Target> {
    return await listenTarget({
      name: targetName,
      luns: [{ lun: 0, device: createMemoryDevice(size) }],
      listen: [{ host: '127.0.0.1', port: 0 }],
      ...more,
    });
  }

  async function runs(script: string, target: Target, expected = 0): Promise<string> {
    const { port } = target.portals[0]!;
    const { status, output } = await linux.run(prelude + script, { port });
    assert.equal(status, expected, output);
    return output;
  }

  function assertOnlySession(target: Target, hasDigests: boolean): void {
    const [session, ...others] = target.sessions();
    assert.deepEqual(others, []);
    assert.equal(session?.initiatorName, initiatorName);
    assert.equal(session.isDiscovery, false);
    const { headerDigest, dataDigest } = session.connections[0]!.parameters;
    assert.deepEqual({ headerDigest, dataDigest }, { headerDigest: hasDigests, dataDigest: hasDigests });
  }

  test('makes, fills, checks and finds again an ext4 file system, with mutual CHAP, with digests and without', async () => {
    await using target = await serve({ chap: { ...bob, mutual: alice } });
    const found = await runs(
      `
      set_discovery() { iscsiadm -m discoverydb -t sendtargets -p $PORTAL -o update -n "discovery.sendtargets.$1" -v "$2"; }
      iscsiadm -m discoverydb -t sendtargets -p $PORTAL -o new
      set_discovery auth.authmethod CHAP
      set_discovery auth.username ${bob.user}
      set_discovery auth.password ${bob.secret}
      iscsiadm -m discoverydb -t sendtargets -p $PORTAL --discover`,
      target,
    );
    assert.match(found, new RegExp(`127\\.0\\.0\\.1:${target.portals[0]!.port},1 ${targetName}`));
    assert.deepEqual(target.sessions(), []);

    await runs(
      `
      authenticate ${bob.user} ${bob.secret} ${alice.user} ${alice.secret}
      set_digests None
      log_in`,
      target,
    );
    assertOnlySession(target, false);
    const sums = await runs(
      `
      disk=$(device 0)
      mkfs.ext4 -q -F $disk
      mount -t ext4 $disk /mnt
      for n in 1 2 3; do dd if=/dev/urandom of=/mnt/file$n bs=4k count=$((n * 128)); done 2>/dev/null
      dd if=/dev/urandom of=/mnt/odd bs=12345 count=7 2>/dev/null
      mkdir /mnt/many
      for n in $(seq 50); do echo $n >/mnt/many/$n; done
      cd /mnt && sha256sum file* odd many/* >/tmp/sums && cd /
      umount /mnt
      cat /tmp/sums`,
      target,
    );
    assert.equal(sums.trim().split('\n').length, 54);

    // The login ends here, so what is read below comes from the target and not from the guest's cache.
    await runs('log_out', target);
    assert.deepEqual(target.sessions(), []);

    await runs('set_digests CRC32C; log_in', target);
    assertOnlySession(target, true);
    await runs(
      `
      disk=$(device 0)
      e2fsck -f -n $disk
      mount -t ext4 -o ro $disk /mnt
      cd /mnt && sha256sum -c -s /tmp/sums && cd /
      umount /mnt
      log_out
      forget
      iscsiadm -m discoverydb -t sendtargets -p $PORTAL -o delete`,
      target,
    );
    assert.deepEqual(target.sessions(), []);
    assert.equal(target.connectionCount, 0);
  });

  test('is kept out by wrong secrets, of its own or of the target', async () => {
    await using target = await serve({ chap: { ...bob, mutual: alice }, chapForDiscovery: false });
    // iscsiadm(8): 24 is a login that failed by authorization; 19 one that is hopeless, here by the initiator's own view.
    const wrong = [
      { secrets: `a-secret-of-nobody ${alice.user} ${alice.secret}`, status: 24 },
      { secrets: `${bob.secret} ${alice.user} a-secret-of-nobody`, status: 19 },
    ];
    for (const { secrets, status } of wrong) {
      await runs(
        `
        iscsiadm -m discovery -t sendtargets -p $PORTAL
        authenticate ${bob.user} ${secrets}
        set_node node.session.initial_login_retry_max 0
        status=0
        log_in || status=$?
        forget
        exit $status`,
        target,
        status,
      );
      assert.deepEqual(target.sessions(), []);
    }
  });

  test('sees the size, the blocks, the identity and the write protection of each LUN', async () => {
    await using target = await serve({
      luns: [
        {
          lun: 0,
          device: createMemoryDevice(size),
          vendor: 'ACME',
          product: 'ANVIL',
          revision: '7',
          serial: 'HW-0001',
        },
        { lun: 5, device: createMemoryDevice(size, { blockSize: 4096 }), readOnly: true },
      ],
    });
    const output = await runs(
      `
      iscsiadm -m discovery -t sendtargets -p $PORTAL
      log_in
      first=$(device 0) second=$(device 5)
      sg_inq $first
      sg_readcap $first
      sg_readcap $second
      sg_luns $first
      for disk in $first $second; do echo "protected $(cat /sys/block/\${disk##*/}/ro)"; done
      sg_sync $first && echo synchronized
      log_out
      forget`,
      target,
    );
    assert.match(output, /Vendor identification: ACME\s+Product identification: ANVIL\s+Product revision level: 7/);
    assert.match(output, /Unit serial number: HW-0001/);
    const lastLbas = [...output.matchAll(/Last LBA=(\d+)/g)].map((line) => Number(line[1]));
    assert.deepEqual(lastLbas, [size / 512 - 1, size / 4096 - 1]);
    assert.deepEqual(
      [...output.matchAll(/Logical block length=(\d+)/g)].map((line) => line[1]),
      ['512', '4096'],
    );
    assert.match(output, /^Lun list length = 16 .* 2 lun/m);
    assert.match(output, /protected 0\nprotected 1\nsynchronized/);
    assert.deepEqual(target.sessions(), []);
  });
});
