import type { Workload } from '../../../shared/api/workload.ts';
import { goFlags } from '../../go-flags.ts';
import type { Check } from '../check.ts';

/** The port of MetalLB's memberlist where nothing else is said, which Herald's pulses have by default, too. */
const memberlistPort = 7946;

export const metallbCheck: Check = {
  name: 'metallb',
  about: 'MetalLB does not run beside Herald',
  needs: ['deployments', 'daemonsets'],
  find: ({ facts, cluster }) => {
    const running = [
      ...facts.daemonSets.filter(isMetallb).map((workload) => ({ kind: 'daemonset', workload })),
      ...facts.deployments.filter(isMetallb).map((workload) => ({ kind: 'deployment', workload })),
    ].filter(({ workload }) => workload.desired > 0);
    if (running.length === 0) return [];
    const { loadBalancerClass, pulsePort } = cluster.installation;
    const apart = running.every(({ workload }) => classOf(workload) !== loadBalancerClass);
    const speaks = running.some(({ kind, workload }) => kind === 'daemonset' && portOf(workload) === pulsePort);
    if (apart && !speaks) return [];
    const names = running.map(({ kind, workload }) => `${kind} ${workload.meta.namespace}/${workload.meta.name}`);
    const port = speaks ? `, and its memberlist has UDP port ${pulsePort} of the nodes, where pulses go` : '';
    const what = apart
      ? 'of another loadBalancerClass'
      : 'for the same Services: both hand out addresses and announce them';
    const stop = running
      .map(({ kind, workload }) => `kubectl -n ${workload.meta.namespace} delete ${kind} ${workload.meta.name}`)
      .join('; ');
    return [
      {
        severity: apart ? 'warn' : 'fail',
        message: `MetalLB runs (${names.join(', ')}) ${what}${port}`,
        remedy: apart ? 'set pulses.port of the chart to a free port' : `${stop} (its objects and addresses stay)`,
        objects: names,
      },
    ];
  },
};

function isMetallb({ meta: { labels }, images }: Workload): boolean {
  return (
    labels['app'] === 'metallb' ||
    labels['app.kubernetes.io/name'] === 'metallb' ||
    images.some((image) => /(^|\/)metallb(-\w+)?\/|\/metallb-(speaker|controller)\b/.test(image))
  );
}

function classOf({ args }: Workload): string | undefined {
  return goFlags(args).get('lb-class') || undefined;
}

/** Of the memberlist, which is on TCP and UDP. */
function portOf({ args, environment }: Workload): number {
  return Number(goFlags(args).get('ml-bindport') ?? environment.get('METALLB_ML_BIND_PORT') ?? memberlistPort);
}
