// Classes by name, and instances by their keys.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CimClass } from '../../../../src/wmi/cim/cim-class.ts';
import { cimRepositoryOf } from '../../../../src/wmi/cim/cim-repository.ts';
import type { CimObject } from '../../../../src/wmi/cim/cim-value.ts';
import { findInstance, keysOf } from '../../../../src/wmi/cim/instance-keys.ts';

const { signal } = new AbortController();

function classOf(name: string, instances: readonly CimObject[] = []): CimClass {
  const property = { isArray: false, isWritable: false } as const;
  return {
    namespace: 'root/wmi',
    name,
    properties: [
      { name: 'Host', type: 'string', isKey: true, ...property },
      { name: 'Port', type: 'uint16', isKey: true, ...property },
      { name: 'Load', type: 'uint64', isKey: false, ...property },
    ],
    methods: [],
    isEvent: false,
    isEmbedded: false,
    instances: async () => await Promise.resolve(instances),
  };
}

const near = { className: 'Portal', values: { Host: 'Near', Port: 3260, Load: 5n } };
const far = { className: 'Portal', values: { Host: 'Far', Port: 3260, Load: 7n } };
const farther = { className: 'Portal', values: { Host: 'Far', Port: 3261, Load: 7n } };

test('a class is found whatever the case of its name and the slashes of its namespace', () => {
  const portal = classOf('Portal');
  const repository = cimRepositoryOf([portal]);
  assert.equal(repository.find('ROOT\\WMI', 'pORTAL'), portal);
  assert.equal(repository.find('root/cimv2', 'Portal'), undefined);
  assert.equal(repository.find('root/wmi', 'Portals'), undefined);
});

test('classes are listed by name, and only those of the namespace', () => {
  const repository = cimRepositoryOf([
    classOf('B'),
    classOf('A'),
    { ...classOf('C'), namespace: 'root/Microsoft/Windows/Storage' },
  ]);
  assert.deepEqual(
    repository.classes('Root/Wmi').map(({ name }) => name),
    ['A', 'B'],
  );
  assert.deepEqual(repository.classes('root'), []);
});

test('keys name one instance, by names and values whose case does not matter', async () => {
  const portal = classOf('Portal', [near, far, farther]);
  assert.deepEqual(keysOf(portal, far), { Host: 'Far', Port: '3260' });
  assert.equal(await findInstance(portal, { host: 'FAR', PORT: '3261' }, signal), farther);
  assert.equal(await findInstance(portal, { Host: 'Near' }, signal), near);
});

test('keys that several instances have, none has, or that are no keys name nothing', async () => {
  const portal = classOf('Portal', [near, far, farther]);
  assert.equal(await findInstance(portal, { Host: 'Far' }, signal), undefined);
  assert.equal(await findInstance(portal, { Host: 'Nowhere', Port: '3260' }, signal), undefined);
  assert.equal(await findInstance(portal, { Host: 'Near', Load: '5' }, signal), undefined);
});
