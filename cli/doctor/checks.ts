import type { Check } from './check.ts';
import { accessCheckFor } from './checks/access.ts';
import { externalIPsCheck, poolAddressesCheck } from './checks/address-overlaps.ts';
import { componentPermissionsCheck } from './checks/component-permissions.ts';
import { configurationCheck, foreignObjectsCheck } from './checks/configuration.ts';
import { conflictsCheck } from './checks/conflicts.ts';
import { controllerCheck } from './checks/controller.ts';
import { customResourcesCheck } from './checks/custom-resources.ts';
import { metallbCheck } from './checks/metallb.ts';
import { clocksCheck, kubeProxyCheck, pulsesCheck, strictArpCheck } from './checks/nodes.ts';
import { pendingServicesCheck } from './checks/pending-services.ts';
import { poolsCheck } from './checks/pools.ts';
import { speakersCheck } from './checks/speakers.ts';
import { unannouncedCheck } from './checks/unannounced.ts';
import { versionsCheck } from './checks/versions.ts';

/** In the order in which they are told: what others follow from comes first. */
const checksOfCluster: readonly Check[] = [
  customResourcesCheck,
  versionsCheck,
  componentPermissionsCheck,
  controllerCheck,
  speakersCheck,
  configurationCheck,
  foreignObjectsCheck,
  poolsCheck,
  poolAddressesCheck,
  externalIPsCheck,
  pendingServicesCheck,
  unannouncedCheck,
  strictArpCheck,
  pulsesCheck,
  kubeProxyCheck,
  conflictsCheck,
  clocksCheck,
  metallbCheck,
];

/** Every check. */
export const checks: readonly Check[] = [accessCheckFor(checksOfCluster), ...checksOfCluster];
