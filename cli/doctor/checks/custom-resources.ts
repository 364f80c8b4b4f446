import { type Check, someOf, type Trouble } from '../check.ts';
import type { Examination } from '../examination.ts';

/** The kinds of metallb.io and the version in which Herald reads them; those of BGP are stored only. */
const needed: readonly (readonly [plural: string, version: string])[] = [
  ['ipaddresspools', 'v1beta1'],
  ['l2advertisements', 'v1beta1'],
  ['servicel2statuses', 'v1beta1'],
  ['configurationstates', 'v1beta1'],
];
const stored: readonly (readonly [plural: string, version: string])[] = [
  ['bgppeers', 'v1beta2'],
  ['bgpadvertisements', 'v1beta1'],
  ['bfdprofiles', 'v1beta1'],
  ['communities', 'v1beta1'],
  ['servicebgpstatuses', 'v1beta1'],
];
/** `ipaddresspools.metallb.io` and its like. */
export const customResourceNames: readonly string[] = [...needed, ...stored].map(([plural]) => `${plural}.metallb.io`);

/** Fields of IPAddressPool that MetalLB's definition does not have: the API server drops them in silence. */
const ownFields = ['excludeAddresses', 'conflictCheck'];

const remedy = 'helm upgrade with crds.enabled=true, or kubectl apply --server-side -f charts/herald/files/crds';

export const customResourcesCheck: Check = {
  name: 'custom-resources',
  about: 'the definitions of metallb.io are there, in the versions that Herald reads',
  needs: ['customresourcedefinitions'],
  find: (examination) => [
    ...unserved(examination, needed, 'fail'),
    ...unserved(examination, stored, 'warn'),
    ...oldFields(examination),
  ],
};

function unserved(
  { facts }: Examination,
  kinds: readonly (readonly [string, string])[],
  severity: Trouble['severity'],
): readonly Trouble[] {
  const missing = kinds.filter(([plural, version]) => {
    const found = facts.customResources.find(({ meta }) => meta.name === `${plural}.metallb.io`);
    return found === undefined || !found.established || !found.served.has(version);
  });
  if (missing.length === 0) return [];
  const names = missing.map(([plural, version]) => `${plural}.metallb.io ${version}`);
  const message = `the API server does not serve ${someOf(names)}`;
  return [
    { severity, message, remedy, objects: missing.map(([plural]) => `CustomResourceDefinition ${plural}.metallb.io`) },
  ];
}

function oldFields({ facts }: Examination): readonly Trouble[] {
  const name = 'ipaddresspools.metallb.io';
  const fields = facts.customResources.find(({ meta }) => meta.name === name)?.served.get('v1beta1');
  const missing = fields === undefined ? [] : ownFields.filter((field) => !fields.includes(field));
  if (missing.length === 0) return [];
  const message = `the definition of IPAddressPool is not Herald's: the API server drops spec.${missing.join(' and spec.')}`;
  return [{ severity: 'warn', message, remedy, objects: [`CustomResourceDefinition ${name}`] }];
}
