import type { ResourceDefinition } from '../resource-definition.ts';

/** Names that real servers publish for what all kinds share. */
export const sharedNames = {
  objectMeta: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  listMeta: 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
  deleteOptions: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  status: 'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  patch: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
} as const;

/** "io.k8s.api.core.v1.Service"; a custom kind goes by its group reversed: "io.metallb.v1beta1.IPAddressPool". */
export function schemaName({ group, version, structural }: ResourceDefinition, kind: string): string {
  if (structural) return [...group.split('.').reverse(), version, kind].join('.');
  const [first = ''] = group.split('.');
  return `io.k8s.api.${first === '' ? 'core' : first}.${version}.${kind}`;
}
