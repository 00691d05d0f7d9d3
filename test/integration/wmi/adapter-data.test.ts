// What an adapter and its ports are, what of it can be set, and every class from its raw bytes.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import {
  classByName,
  decodeStructure,
  encodeStructure,
  ISCSI_HBA_FUNCTIONALITY,
  ISCSIIPADDRESSTYPE,
  ipAddressOf,
  ntStatus,
  textOf,
  wmiClasses,
} from 'hawser/wmi';
import { targetName } from '../service/service-lab.ts';
import { openLab, valueOf } from './wmi-lab.ts';

suite('what an adapter is', () => {
  test('MSiSCSI_HBAInformation, MSiSCSI_PortalInfoClass and the classes of its ports agree', async () => {
    await using world = await openLab({ version: '1.2.3' });
    const { wmi, adapter } = world;
    const about = await valueOf(wmi, 'MSiSCSI_HBAInformation');
    const { ISCSI_HBA_CHAP_VIA_RADIUS, ISCSI_HBA_ISNS_DISCOVERY } = ISCSI_HBA_FUNCTIONALITY;
    assert.equal(about.FunctionalitySupported, ISCSI_HBA_CHAP_VIA_RADIUS | ISCSI_HBA_ISNS_DISCOVERY);
    assert.deepEqual([about.VendorVersion, about.IntegratedTCPIP, about.MaxCDBLength], ['1.2.3', true, 260]);
    const { PortalInformation } = await valueOf(wmi, 'MSiSCSI_PortalInfoClass');
    assert.equal(about.NumberOfPorts, PortalInformation.length);
    // Zones of link-local addresses are names here, which stay text.
    assert.deepEqual(
      PortalInformation.map(({ IPAddr, Index, PortalType }) => [textOf(IPAddr), Index, PortalType]),
      adapter.ports.map((address, index) => [address, index, 0]),
    );
    const configs = await wmi.query('MSiSCSI_TCPIPConfig');
    assert.deepEqual(
      configs.map(({ value }) => textOf(value.IpAddress)),
      adapter.ports,
    );
    const loopback = configs[adapter.ports.indexOf('127.0.0.1')]!.value;
    assert.deepEqual([textOf(loopback.SubnetMask), loopback.UseLinkLocalAddress], ['255.0.0.0', false]);
    assert.equal(loopback.IPVersions & 1, 1);
    const nics = await wmi.query('MSiSCSI_NICConfig');
    assert.deepEqual(nics[adapter.ports.indexOf('127.0.0.1')]?.value.LinkState, 1);
    const refused = await wmi.setSingleInstance(
      'MSiSCSI_TCPIPConfig',
      `${adapter.name}#Port0`,
      encodeStructure('MSiSCSI_TCPIPConfig', configs[0]!.value),
    );
    assert.equal(refused.status, ntStatus.STATUS_WMI_READ_ONLY);
  });

  test('of two adapters each answers for its own sessions, mappings and stored logins; any adapter is the first', async () => {
    const [first, second] = ['Root\\ISCSIPRT\\0000_0', 'Root\\ISCSIPRT\\0001_0'] as const;
    await using world = await openLab({ instances: [{ name: first }, { name: second }] });
    const { lab, wmi } = world;
    const target = await lab.target();
    await lab.service.addStaticTarget({ targetName, portals: [target.portal] });
    await lab.service.login({ targetName, instance: second.toLowerCase(), isPersistent: true });
    await lab.service.addPersistentLogin({ targetName, portal: target.portal });
    const sessions = await wmi.query('MSiSCSI_InitiatorSessionInfo');
    const [, adapter] = lab.service.adapters;
    assert.deepEqual(
      sessions.map(({ instanceName, value }) => [instanceName, value.SessionCount]),
      [
        [first, 0],
        [second, 1],
      ],
    );
    assert.equal(sessions[1]?.value.UniqueAdapterId, adapter?.adapterId);
    const mappings = await wmi.query('MSiSCSI_TargetMappings');
    assert.deepEqual(
      mappings.map(({ value }) => value.TargetMappings.map(({ FromPersistentLogin }) => FromPersistentLogin)),
      [[], [true]],
    );
    const stored = await wmi.query('MSiSCSI_PersistentLogins');
    assert.deepEqual(
      stored.map(({ value }) => value.PersistentLogins.map(({ TargetPortal }) => TargetPortal.Socket)),
      [[target.portal.port], [0]],
    );
    const [lun] = await wmi.query('MSiSCSI_LUNMappingInformation');
    assert.equal(lun?.value.UniqueAdapterId, adapter?.adapterId);
    assert.equal(lun?.instanceName.startsWith(second), true);
    const offers = { MaxBurstLength: 65_536, FirstBurstLength: 65_536 };
    await wmi.set('MSiSCSI_HBASessionConfig', second, offers);
    assert.deepEqual(
      lab.service.adapters.map((each) => each.offers.maxBurstLength === 65_536),
      [false, true],
    );
  });

  test('every class of data and counters decodes from its raw bytes, instance by instance', async () => {
    await using world = await openLab();
    const { lab, wmi } = world;
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    await lab.service.login({ targetName, isPersistent: true });
    const empty: string[] = [];
    const kinds = wmiClasses.filter(({ kind }) => kind === 'data' || kind === 'perf');
    assert.equal(kinds.length, 24);
    for (const { name, structure } of kinds) {
      const { status, instances } = await wmi.queryAllData(name);
      assert.equal(status, ntStatus.STATUS_SUCCESS, name);
      if (instances.length === 0) empty.push(name);
      for (const { instanceName, data } of instances) {
        const single = await wmi.querySingleInstance(`{${classByName(name)!.guid}}`, instanceName);
        assert.equal(single.status, ntStatus.STATUS_SUCCESS);
        assert.equal(single.output.length, data.length, `${name} ${instanceName}`);
        assert.deepEqual(
          encodeStructure(structure!, decodeStructure(structure!, data)),
          new Uint8Array(data),
          `${name} ${instanceName}`,
        );
      }
    }
    // No IPsec, and no boot from iSCSI.
    assert.deepEqual(empty.sort(), [
      'MSiSCSI_BootConfiguration',
      'MSiSCSI_BootInformation',
      'MSiSCSI_MMIPSECStats',
      'MSiSCSI_QMIPSECStats',
    ]);
  });
});

suite('what can be set', () => {
  test('MSiSCSI_DiscoveryConfig: the name and the iSNS server through the service; what follows from them cannot', async () => {
    await using world = await openLab({ openIsnsSource: unreachableIsns });
    const { lab, wmi, adapter } = world;
    const set = (changes: Parameters<typeof wmi.set<'MSiSCSI_DiscoveryConfig'>>[2]): Promise<void> =>
      wmi.set('MSiSCSI_DiscoveryConfig', adapter.name, changes);
    await set({ InitiatorName: 'iqn.2026-11.test:renamed', iSNSServer: ipAddressOf('192.0.2.10') });
    assert.equal((await lab.service.initiator()).nodeName, 'iqn.2026-11.test:renamed');
    await lab.service.addIsnsServer({ address: '192.0.2.20' });
    await set({ PerformiSNSDiscovery: true, iSNSServer: ipAddressOf('2001:db8::1') });
    const servers = (await lab.service.isnsServers()).map(({ address }) => address);
    assert.deepEqual(servers.sort(), ['192.0.2.20', '[2001:db8::1]']);
    for (const wish of [
      { PerformSLPDiscovery: true },
      { AutomaticiSNSDiscovery: true },
      { PerformiSNSDiscovery: false },
    ]) {
      await assert.rejects(set(wish), { code: 'WMI_READ_ONLY' });
    }
    await set({ iSNSServer: ipAddressOf('') });
    await set({ iSNSServer: ipAddressOf('') });
    assert.deepEqual(await lab.service.isnsServers(), []);
    await set({ PerformiSNSDiscovery: false, InitiatorName: '' });
    const value = await valueOf(wmi, 'MSiSCSI_DiscoveryConfig');
    assert.deepEqual(
      [value.PerformiSNSDiscovery, value.iSNSServer.Type],
      [false, ISCSIIPADDRESSTYPE.ISCSI_IP_ADDRESS_EMPTY],
    );
    const { nodeName, defaultNodeName } = await lab.service.initiator();
    assert.deepEqual([value.InitiatorName, nodeName], [defaultNodeName, defaultNodeName]);
    const whole = encodeStructure('MSiSCSI_DiscoveryConfig', value);
    const unchanged = await wmi.setSingleInstance('MSiSCSI_DiscoveryConfig', adapter.name, whole);
    assert.equal(unchanged.status, ntStatus.STATUS_SUCCESS);
  });

  test('MSiSCSI_RADIUSConfig: servers and secret through the service; the secret never comes out', async () => {
    await using world = await openLab();
    const { lab, wmi, adapter } = world;
    const secret = 'a radius secret of 24 by';
    await wmi.set('MSiSCSI_RADIUSConfig', adapter.name, {
      UseRADIUSForCHAP: true,
      RADIUSServer: ipAddressOf('192.0.2.1'),
      BackupRADIUSServer: ipAddressOf('radius.example'),
      SharedSecret: Buffer.from(secret),
    });
    const hosts = async (): Promise<string[]> => (await lab.service.radiusServers()).map(({ host }) => host);
    assert.deepEqual((await hosts()).sort(), ['192.0.2.1', 'radius.example']);
    assert.deepEqual(
      (await lab.service.secrets()).map(({ length }) => length),
      [secret.length],
    );
    const value = await valueOf(wmi, 'MSiSCSI_RADIUSConfig');
    assert.deepEqual([value.UseRADIUSForCHAP, value.SharedSecretSizeInBytes], [true, 0]);
    await lab.service.addRadiusServer({ address: '192.0.2.3:1645' });
    const raw = await wmi.querySingleInstance('MSiSCSI_RADIUSConfig', adapter.name);
    assert.equal(Buffer.from(raw.output).includes('radius secret'), false);
    const same = await wmi.setSingleInstance('MSiSCSI_RADIUSConfig', adapter.name, raw.output);
    assert.equal(same.status, ntStatus.STATUS_SUCCESS);
    assert.deepEqual([(await hosts()).length, (await lab.service.secrets()).length], [3, 1]);
    await assert.rejects(wmi.set('MSiSCSI_RADIUSConfig', adapter.name, { UseRADIUSForCHAP: false }), {
      code: 'WMI_READ_ONLY',
    });
    await wmi.set('MSiSCSI_RADIUSConfig', adapter.name, {
      RADIUSServer: ipAddressOf(''),
      BackupRADIUSServer: ipAddressOf(''),
    });
    assert.equal((await hosts()).length, 1);
    const short = await wmi.setSingleItem('MSiSCSI_RADIUSConfig', adapter.name, 6, Buffer.from('short'));
    assert.equal(short.status, ntStatus.STATUS_INVALID_PARAMETER);
  });

  test('MSiSCSI_HBASessionConfig: what logins offer from then on', async () => {
    await using world = await openLab({ sessionDefaults: { offers: { maxBurstLength: 131_072 } } });
    const { lab, wmi, adapter } = world;
    const target = await lab.target();
    await lab.service.addPortal(target.portal);
    const before = await valueOf(wmi, 'MSiSCSI_HBASessionConfig');
    assert.deepEqual([before.InitialR2T, before.MaxBurstLength], [true, 131_072]);
    const data = encodeStructure('MSiSCSI_HBASessionConfig', { ...before, InitialR2T: false, MaxBurstLength: 65_536 });
    const bad = await wmi.setSingleInstance('MSiSCSI_HBASessionConfig', adapter.name, data);
    assert.equal(bad.status, ntStatus.STATUS_INVALID_PARAMETER, 'FirstBurstLength is above MaxBurstLength');
    assert.deepEqual(await valueOf(wmi, 'MSiSCSI_HBASessionConfig'), before);
    const changes = { InitialR2T: false, MaxBurstLength: 65_536, FirstBurstLength: 16_384 };
    await wmi.set('MSiSCSI_HBASessionConfig', adapter.name, changes);
    assert.deepEqual(await valueOf(wmi, 'MSiSCSI_HBASessionConfig'), { ...before, ...changes });
    await lab.service.login({ targetName });
    const { parameters } = target.sessions()[0]!;
    assert.deepEqual([parameters.initialR2t, parameters.maxBurstLength], [true, 65_536]);
  });
});

/** iSNS servers that are kept and never answer. */
const unreachableIsns = () => ({
  mechanism: 'iSNS:nobody',
  instance: 'Root\\ISCSIPRT\\0000_0',
  isRegistered: false,
  ask: () => Promise.reject(new Error('nobody answers')),
  close: () => Promise.resolve(),
});
