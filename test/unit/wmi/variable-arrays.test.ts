// Arrays whose length is in another member: what follows them, arrays in arrays, none at all, and counts that lie.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { decodeStructure, encodeStructure, type StructureInput, type StructureValue } from '../../../src/wmi/index.ts';
import { zeroOf } from '../../support/wmi-values.ts';

const lun = { TargetLUN: 1n, OSLUN: 2, Reserved: 0 };

function text(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value));
}

function login(luns: number, secrets: Partial<StructureInput<'LoginToTarget_IN'>>): StructureInput<'LoginToTarget_IN'> {
  const zero = zeroOf('LoginToTarget_IN');
  const LUNList = Array.from({ length: luns }, () => lun);
  return { ...zero, Mappings: { ...zero.Mappings, LUNList }, ...secrets };
}

function session(id: bigint, connections: readonly bigint[]): StructureInput<'ISCSI_SessionStaticInfo'> {
  const connection = zeroOf('ISCSI_ConnectionStaticInfo');
  return {
    ...zeroOf('ISCSI_SessionStaticInfo'),
    UniqueSessionId: id,
    ConnectionsList: connections.map((UniqueConnectionId) => ({ ...connection, UniqueConnectionId })),
  };
}

function sessions(list: readonly StructureInput<'ISCSI_SessionStaticInfo'>[]): Uint8Array {
  return encodeStructure('MSiSCSI_InitiatorSessionInfo', { UniqueAdapterId: 9n, SessionsList: list });
}

/** The ids of the sessions, each with those of its connections. */
function ids({ SessionsList }: StructureValue<'MSiSCSI_InitiatorSessionInfo'>): unknown {
  return SessionsList.map(({ UniqueSessionId, ConnectionsList }) => [
    UniqueSessionId,
    ConnectionsList.map(({ UniqueConnectionId }) => UniqueConnectionId),
  ]);
}

suite('members behind arrays', () => {
  test('Key, Username and Password each begin where the data before them end', () => {
    const input = login(2, { Key: text('psk'), Username: text('chap-user'), Password: text('a secret') });
    const bytes = encodeStructure('LoginToTarget_IN', input);
    assert.equal(Buffer.from(bytes.subarray(2032 + 480 + 2 * 16)).toString(), 'pskchap-usera secret');
    assert.equal(new DataView(bytes.buffer).getUint32(2032 + 16, true), 2, 'LUNCount');
    const { Key, Username, Password, UsernameSize } = decodeStructure('LoginToTarget_IN', bytes);
    assert.deepEqual([Key, Username, Password, UsernameSize], [text('psk'), text('chap-user'), text('a secret'), 9]);
  });

  test('a string behind an array of bytes is aligned to its units', () => {
    const portal = { ...zeroOf('ISCSI_DiscoveredTargetPortal2'), Key: text('odd'), SymbolicName: 'ab' };
    const bytes = encodeStructure('ISCSI_DiscoveredTargetPortal2', portal);
    assert.equal(bytes.length, 564 + 514);
    assert.equal(Buffer.from(bytes.subarray(560, 570)).toString('latin1'), 'odd\0\x04\0a\0b\0');
    assert.deepEqual(decodeStructure('ISCSI_DiscoveredTargetPortal2', bytes), { ...portal, KeySize: 3 });
  });

  test('a count is that of the array, whatever is given for it', () => {
    const bytes = encodeStructure('SetCHAPSharedSecret_IN', { SharedSecretSize: 99, SharedSecret: text('0123') });
    assert.deepEqual(bytes, Uint8Array.from([4, 0, 0, 0, ...text('0123')]));
  });
});

suite('arrays in arrays', () => {
  test('each session begins at 8 bytes behind the connections of the one before', () => {
    const list = [session(1n, [11n, 12n]), session(2n, []), session(3n, [31n])];
    const bytes = sessions(list);
    const view = new DataView(bytes.buffer);
    // 944 bytes before the connections, 1144 each; the last has no padding of its own within 1140.
    const starts = [16, 16 + 944 + 2 * 1144, 16 + 944 + 2 * 1144 + 944];
    assert.deepEqual(
      starts.map((at) => view.getBigUint64(at, true)),
      [1n, 2n, 3n],
    );
    assert.deepEqual(ids(decodeStructure('MSiSCSI_InitiatorSessionInfo', bytes)), [
      [1n, [11n, 12n]],
      [2n, []],
      [3n, [31n]],
    ]);
  });

  test('one of bytes within pads the element behind it', () => {
    const stored = (user: string): StructureInput<'ISCSI_Persistent_Login'> => ({
      ...zeroOf('ISCSI_Persistent_Login'),
      TargetName: `iqn.2026-11.example:${user}`,
      Username: text(user),
    });
    const list = [stored('a'), stored('four'), stored('12345678')];
    const bytes = encodeStructure('MSiSCSI_PersistentLogins', { PersistentLogins: list });
    const { PersistentLogins } = decodeStructure('MSiSCSI_PersistentLogins', bytes);
    assert.deepEqual(
      PersistentLogins.map(({ TargetName }) => TargetName),
      list.map(({ TargetName }) => TargetName),
    );
    assert.equal(bytes.length, 8 + 3 * (1056 + 480) + 8 + 8 + 8);
  });

  test('connections that are hundreds come back', () => {
    const list = [
      session(
        1n,
        Array.from({ length: 300 }, (_, index) => BigInt(index)),
      ),
    ];
    assert.equal(decodeStructure('MSiSCSI_InitiatorSessionInfo', sessions(list)).SessionsList[0]?.ConnectionCount, 300);
  });
});

suite('arrays of none', () => {
  test('take no room', () => {
    assert.equal(sessions([]).length, 16);
    assert.deepEqual(ids(decodeStructure('MSiSCSI_InitiatorSessionInfo', sessions([]))), []);
    const mappings = encodeStructure('MSiSCSI_TargetMappings', {
      UniqueAdapterId: 1n,
      TargetMappings: [zeroOf('ISCSI_TargetMapping'), zeroOf('ISCSI_TargetMapping')],
    });
    assert.equal(mappings.length, 16 + 2 * 480);
  });

  test('do not need the padding before the array', () => {
    assert.deepEqual(ids(decodeStructure('MSiSCSI_InitiatorSessionInfo', sessions([]).subarray(0, 12))), []);
  });

  test('may have the room of one element, as sizeof has it', () => {
    const bytes = new Uint8Array(2104);
    assert.deepEqual(decodeStructure('MSiSCSI_InitiatorSessionInfo', bytes), zeroOf('MSiSCSI_InitiatorSessionInfo'));
  });

  test('LoginToTarget: a user’s name is found behind the mapping of no LUN, and behind the room of one', () => {
    const secrets = { Username: text('user'), Password: text('twelve bytes') };
    const bytes = encodeStructure('LoginToTarget_IN', login(0, secrets));
    assert.equal(bytes.length, 2032 + 480 + 16);
    // As a C program has it that writes its Key, and so all that follows, where the header declares it.
    const nominal = Uint8Array.from([...bytes.subarray(0, 2512), ...new Uint8Array(16), ...bytes.subarray(2512)]);
    for (const buffer of [bytes, nominal, Uint8Array.from([...bytes, ...new Uint8Array(40)])]) {
      const { Username, Password, Mappings } = decodeStructure('LoginToTarget_IN', buffer);
      assert.deepEqual([Username, Password, Mappings.LUNList], [secrets.Username, secrets.Password, []]);
    }
  });

  test('LoginToTarget: room of zeros is no room when what follows is not in the buffer behind it', () => {
    const Key = new Uint8Array(32);
    const bytes = encodeStructure('LoginToTarget_IN', login(0, { Key, Username: text('user') }));
    assert.deepEqual(decodeStructure('LoginToTarget_IN', bytes).Username, text('user'));
  });
});

suite('counts that lie', () => {
  const refused = (
    name: Parameters<typeof decodeStructure>[0],
    bytes: Uint8Array,
    member: string,
    at: number,
  ): void => {
    assert.throws(() => decodeStructure(name, bytes), {
      code: 'WMI_BAD_BUFFER',
      member: `${name}.${member}`,
      offset: at,
    });
  };

  test('are refused before anything is allocated, however large', () => {
    const bytes = sessions([session(1n, [2n])]);
    const before = process.memoryUsage().arrayBuffers;
    for (const count of [2, 3, 0x10000, 0x7fffffff, 0xffffffff]) {
      new DataView(bytes.buffer).setUint32(8, count, true);
      const member = count === 2 ? 'SessionsList[1].UniqueSessionId' : 'SessionsList';
      assert.throws(() => decodeStructure('MSiSCSI_InitiatorSessionInfo', bytes), { code: 'WMI_BAD_BUFFER' }, member);
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
    const secret = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3);
    refused('SetCHAPSharedSecret_IN', secret, 'SharedSecret', 4);
  });

  test('of an inner array name it by its index', () => {
    const bytes = sessions([session(1n, [2n]), session(3n, [4n])]);
    const second = 16 + 944 + 1144;
    new DataView(bytes.buffer).setUint16(second + 936, 2, true);
    refused('MSiSCSI_InitiatorSessionInfo', bytes, 'SessionsList[1].ConnectionsList', second + 944);
  });

  test('cannot borrow from the memory behind the buffer', () => {
    const memory = Uint8Array.of(9, 9, 3, 0, 0, 0, 1, 2, 3, 9);
    refused('SetGroupPresharedKey_IN', memory.subarray(2, 8), 'Key', 4);
    assert.deepEqual(decodeStructure('SetGroupPresharedKey_IN', memory.subarray(2)).Key, Uint8Array.of(1, 2, 3));
  });

  test('a buffer too short for its fixed part names the member and where it should be', () => {
    refused('ScsiReadCapacity_IN', new Uint8Array(15), 'Lun', 8);
    refused('LogoutFromTarget_IN', new Uint8Array(), 'UniqueSessionId', 0);
    refused('AddRADIUSServer_IN', new Uint8Array(100), 'RADIUSIPAddress.TextAddress', 32);
  });
});
