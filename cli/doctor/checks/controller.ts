import type { Check } from '../check.ts';
import { controllerLeaseName } from '../examination.ts';

export const controllerCheck: Check = {
  name: 'controller',
  about: 'a controller leads',
  needs: ['leases'],
  find: ({ cluster, facts, leads }) => {
    if (leads) return [];
    const { namespace, installation } = cluster;
    const lease = facts.leases.find(({ meta }) => meta.name === controllerLeaseName);
    const { controller } = installation;
    const never = `the Lease ${controllerLeaseName} does not exist in namespace ${namespace}`;
    const last =
      lease?.renewTimeMs === undefined
        ? never
        : `the last one was ${secondsText(cluster.nowMs - lease.renewTimeMs)} ago`;
    const look =
      controller === undefined
        ? `no Deployment of the chart is in namespace ${namespace}: is Herald installed there (--herald-namespace)?`
        : `kubectl -n ${namespace} describe deployment ${controller.meta.name}; kubectl -n ${namespace} logs deployment/${controller.meta.name}`;
    return [
      {
        severity: 'fail',
        message: `no controller leads (${last}): no Service gets an address, and none gives one back`,
        remedy: look,
        objects: [`Lease ${namespace}/${controllerLeaseName}`],
      },
    ];
  },
};

function secondsText(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
