// The classes: what there is, and how a class, a method and an item are found.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  classByGuid,
  classByName,
  requireClass,
  requireMethod,
  requireProperty,
  structureNames,
  type WmiClass,
  wmiClasses,
} from '../../../src/wmi/index.ts';

function namesOf(kind: WmiClass['kind']): readonly string[] {
  return wmiClasses.filter((entry) => entry.kind === kind).map(({ name }) => name);
}

suite('the classes', () => {
  test('are 53: 16 of data, 8 of counters, 5 of methods, 4 events and 20 embedded ones', () => {
    const kinds = ['data', 'perf', 'methods', 'event', 'embedded'] as const;
    assert.deepEqual(
      kinds.map((kind) => namesOf(kind).length),
      [16, 8, 5, 4, 20],
    );
    assert.equal(new Set(wmiClasses.map(({ guid }) => guid)).size, 53);
    for (const { guid, name } of wmiClasses) assert.match(guid, /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/, name);
  });

  test('have 27 methods, whose structures with the classes’ own are all 99', () => {
    const methods = wmiClasses.flatMap((entry) => entry.methods);
    assert.equal(methods.length, 27);
    const used = wmiClasses.flatMap(({ structure }) => structure ?? []);
    const parameters = methods.flatMap((method) => [method.in ?? [], method.out].flat());
    assert.deepEqual([...new Set([...used, ...parameters])].sort(), [...structureNames].sort());
    assert.deepEqual(
      methods.filter((method) => method.in === undefined).map(({ name }) => name),
      ['ClearCache', 'ReportDiscoveredTargets', 'ReportDiscoveredTargets2'],
    );
  });

  test('of methods have no data and no two methods of one id; the others have data and no methods', () => {
    for (const { name, kind, structure, methods, properties } of wmiClasses) {
      assert.equal(structure === undefined, kind === 'methods', name);
      assert.equal(methods.length > 0, kind === 'methods', name);
      assert.equal(new Set(methods.map(({ methodId }) => methodId)).size, methods.length, name);
      assert.equal(new Set(properties.map(({ dataId }) => dataId)).size, properties.length, name);
    }
  });

  test('have instances of something, unless they are embedded in others', () => {
    for (const { name, kind, instances } of wmiClasses)
      assert.equal(instances === undefined, kind === 'embedded', name);
    const of = (name: string): unknown => classByName(name)?.instances;
    assert.deepEqual(
      [
        'MSiSCSI_Operations',
        'MSiSCSI_NICConfig',
        'MSiSCSI_TCPIPConfig',
        'MSiSCSI_LUNMappingInformation',
        'MSiSCSI_SessionStatistics',
        'MSiSCSI_RequestTimeStatistics',
      ].map(of),
      ['adapter', 'port', 'address', 'lun', 'session', 'connection'],
    );
  });

  test('can be written where the schema says so, in five of them', () => {
    const writable = wmiClasses.filter(({ properties }) => properties.some(({ isWritable }) => isWritable));
    assert.deepEqual(
      writable.map(({ name }) => name),
      [
        'MSiSCSI_HBASessionConfig',
        'MSiSCSI_TCPIPConfig',
        'MSiSCSI_BootConfiguration',
        'MSiSCSI_DiscoveryConfig',
        'MSiSCSI_RADIUSConfig',
      ],
    );
    const isWritable = (name: string): boolean => requireProperty(requireClass('MSiSCSI_TCPIPConfig'), name).isWritable;
    assert.deepEqual([isWritable('EnableDHCP'), isWritable('IPVersions')], [true, false]);
  });
});

suite('finding', () => {
  test('a class, by its name in any case and by its GUID in any case, with braces or without', () => {
    const guid = 'ea4d82bf-29da-4e12-800a-e5437964462c';
    const wanted = [
      classByName('msiscsi_operations'),
      classByGuid(guid),
      classByGuid(`{${guid.toUpperCase()}}`),
      requireClass('MSiSCSI_Operations'),
      requireClass(`{${guid}}`),
    ];
    for (const found of wanted) assert.equal(found?.name, 'MSiSCSI_Operations');
    for (const wrong of [`{${guid}`, `${guid}}`, `{{${guid}}}`, '', '{}', 'MSiSCSI']) {
      assert.equal(classByGuid(wrong), undefined, wrong);
      assert.throws(() => requireClass(wrong), { code: 'WMI_CLASS_NOT_FOUND' }, wrong);
    }
  });

  test('a method, by id and by name', () => {
    const operations = requireClass('MSiSCSI_Operations');
    assert.equal(requireMethod(operations, 31).name, 'LogoutFromTarget');
    assert.equal(requireMethod(operations, 'removeconnectionfromsession').methodId, 34);
    for (const none of [0, 35, -1, 'Logout']) {
      assert.throws(() => requireMethod(operations, none), { code: 'WMI_METHOD_NOT_FOUND' }, String(none));
    }
    assert.throws(() => requireMethod(requireClass('MSiSCSI_NICConfig'), 1), { code: 'WMI_METHOD_NOT_FOUND' });
  });

  test('an item, by id and by name', () => {
    const config = requireClass('MSiSCSI_HBASessionConfig');
    assert.equal(requireProperty(config, 3).name, 'MaxRecvDataSegmentLength');
    assert.equal(requireProperty(config, 'initialr2t').dataId, 1);
    for (const none of [0, 7, 'InstanceName']) {
      assert.throws(() => requireProperty(config, none), { code: 'WMI_ITEM_NOT_FOUND' }, String(none));
    }
  });
});
