import { type Check, someOf } from '../check.ts';

export const versionsCheck: Check = {
  name: 'versions',
  about: 'the controller and the speakers are of one version',
  needs: ['deployments', 'daemonsets'],
  find: ({ cluster }) => {
    const { controller, speaker } = cluster.installation;
    const workloads = [controller, speaker].flatMap((one) => one ?? []);
    const versions = workloads.map(({ meta, images }) => ({
      name: meta.name,
      version: images[0] ?? '',
    }));
    if (new Set(versions.map(({ version }) => version)).size <= 1) return [];
    return [
      {
        severity: 'warn',
        message: `controller and speakers run different versions: ${someOf(versions.map(({ name, version }) => `${name} ${version}`))}`,
        remedy: 'helm upgrade the whole chart, which brings both to one version',
        objects: versions.map(({ name }) => `${cluster.namespace}/${name}`),
      },
    ];
  },
};
