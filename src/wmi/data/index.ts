// The classes of data and of counters: what adapters, ports, sessions and connections are and have counted, asked of the
// service and its adapters at the moment of the query. Nothing is kept here.

import type { Blocks } from '../provider/index.ts';
import type { WmiGround } from '../wmi-ground.ts';
import { bootConfiguration, bootInformation } from './boot.ts';
import { discoveryConfig } from './discovery-config.ts';
import { hbaInformation } from './hba-information.ts';
import { instanceStatistics, loginStatistics, nicPerformance } from './initiator-statistics.ts';
import { mainModeStatistics, quickModeStatistics, securityCapabilities } from './ipsec.ts';
import { lbPolicies } from './lb-policies.ts';
import { lunMappings, targetMappings } from './mappings.ts';
import { nicConfig, tcpIpConfig } from './network-ports.ts';
import { persistentLogins } from './persistent-logins.ts';
import { portalInfo } from './portal-info.ts';
import { radiusConfig } from './radius-config.ts';
import { redirectInfo } from './redirect-info.ts';
import { sessionConfig } from './session-config.ts';
import { sessionInfo } from './session-info.ts';
import { connectionStatistics, requestTimeStatistics, sessionStatistics } from './session-statistics.ts';

/** All 16 classes of data and all 8 of counters. */
export function dataBlocks(ground: WmiGround): NonNullable<Blocks['data']> {
  return [
    hbaInformation(ground),
    sessionConfig(ground),
    portalInfo(ground),
    sessionInfo(ground),
    lbPolicies(ground),
    redirectInfo(ground),
    persistentLogins(ground),
    targetMappings(ground),
    lunMappings(ground),
    tcpIpConfig(ground),
    nicConfig(ground),
    discoveryConfig(ground),
    radiusConfig(ground),
    securityCapabilities(ground),
    bootInformation,
    bootConfiguration,
    sessionStatistics(ground),
    connectionStatistics(ground),
    requestTimeStatistics(ground),
    loginStatistics(ground),
    instanceStatistics(ground),
    nicPerformance(ground),
    mainModeStatistics,
    quickModeStatistics,
  ];
}
