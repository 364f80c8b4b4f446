import { awaitsPools } from '../../../controller/awaited-pools.ts';
import { oldestOf } from '../../../shared/config/age.ts';
import { findingLine, linesOf } from '../../../shared/config/configuration-status.ts';
import { nameOf } from '../../../shared/config/finding-text.ts';
import { hasPools } from '../../../shared/config/has-pools.ts';
import type { Finding } from '../../../shared/config/model.ts';
import { ownObjects } from '../../../shared/config/namespaces.ts';
import { type Check, countOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';

/** The findings say their remedy themselves. */
const remedy = 'see docs/configuration.md';

export const configurationCheck: Check = {
  name: 'configuration',
  about: 'pools and advertisements can be used as they stand',
  needs: ['ipaddresspools', 'l2advertisements', 'configmaps'],
  find: (examination) => [
    ...examination.findings.filter((finding) => !isForeign(finding)).map(troubleOf),
    ...toldByController(examination),
    ...noPools(examination),
  ],
};

/** Objects that never serve, because they are not in the namespace of the installation. */
export const foreignObjectsCheck: Check = {
  name: 'foreign-objects',
  about: 'pools and advertisements are in the namespace of the installation',
  needs: ['ipaddresspools', 'l2advertisements'],
  find: ({ findings }) => findings.filter(isForeign).map(troubleOf),
};

function isForeign({ severity, path }: Finding): boolean {
  return severity === 'notice' && path === 'metadata.namespace';
}

function troubleOf(finding: Finding): Trouble {
  const severity = finding.severity === 'error' ? 'fail' : 'warn';
  return { severity, message: finding.message, remedy, objects: [nameOf(finding.object)] };
}

/** It looks at more kinds than this command does, such as BGPPeers and their Secrets. */
function toldByController({ cluster, findings, leads }: Examination): readonly Trouble[] {
  const state = cluster.configurationStates.find(({ meta }) => meta.name === 'controller');
  if (state === undefined || !leads) return [];
  const known = new Set(findings.map(findingLine));
  return [...linesOf(state)]
    .filter((line) => /^BGP|^BFD|^Community /.test(line) && !known.has(line))
    .map((message) => ({ severity: 'warn', message, remedy, objects: [message.split(':')[0] ?? ''] }));
}

function oldestMs({ advertisements, configMap, namespace }: Examination['cluster']): number | undefined {
  const objects = [...advertisements, ...(configMap === undefined ? [] : [configMap])];
  return oldestOf(ownObjects(objects, namespace));
}

function noPools({ config, findings, cluster, services }: Examination): readonly Trouble[] {
  if (config === undefined || hasPools(config) || findings.length > 0) return [];
  const holders = services.filter(({ ingress }) => ingress.length > 0);
  const rest = awaitsPools({ config, oldestMs: oldestMs(cluster), holders })
    ? `; ${countOf(holders.length, 'Service keeps', 'Services keep')} what others gave until there is one`
    : '';
  const message = `there is no pool: no Service can get an address${rest}`;
  return [
    {
      severity: 'warn',
      message,
      remedy: `create an IPAddressPool and an L2Advertisement in namespace ${cluster.namespace}`,
      objects: [`Namespace ${cluster.namespace}`],
    },
  ];
}
