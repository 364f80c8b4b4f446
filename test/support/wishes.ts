import fc from 'fast-check';
import type { IpFamily } from '../../shared/net/address.ts';
import type { Wish } from './reference-wish.ts';
import { dualStack, ipv4Only, ipv6Only, type ServiceManifest } from './service-manifest.ts';

/** A wish, and under which of the two prefixes its annotations stand. */
export interface WrittenWish {
  readonly wish: Wish;
  /** `both`: what stands under the old one is to be ignored. */
  readonly prefix: 'metallb.io/' | 'metallb.universe.tf/' | 'both';
  /** Only the first of `wish.asks` where there are two. */
  readonly askBy: 'field' | 'annotation';
}

const namespaces = ['n0', 'n1', 'n2'];

/** Younger ones may have lower names. */
function createdAt(index: number): string {
  return `2026-01-0${1 + ((index * 2) % 5)}T00:00:00Z`;
}

export function wishKey(index: number): string {
  return `${namespaces[index % 3]}/s${index}`;
}

type Families = Pick<Wish, 'families' | 'policy'>;
const v4: readonly IpFamily[] = ['IPv4'];
const v6: readonly IpFamily[] = ['IPv6'];
const both: readonly IpFamily[] = ['IPv4', 'IPv6'];
const families = fc.constantFrom<Families>(
  { families: v4, policy: 'SingleStack' },
  { families: v4, policy: 'SingleStack' },
  { families: v4, policy: 'SingleStack' },
  { families: v4, policy: 'SingleStack' },
  { families: v6, policy: 'SingleStack' },
  { families: v4, policy: 'PreferDualStack' },
  { families: v4, policy: 'RequireDualStack' },
  { families: both, policy: 'PreferDualStack' },
  { families: both, policy: 'PreferDualStack' },
  { families: ['IPv6', 'IPv4'], policy: 'PreferDualStack' },
  { families: both, policy: 'RequireDualStack' },
  { families: ['IPv6', 'IPv4'], policy: 'RequireDualStack' },
);

const one = fc.constantFrom(
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.2',
  '10.0.0.4',
  '10.0.0.255',
  'fd00::',
  'fd00::1',
  'fd00::3',
);
const asked = fc.oneof(
  { weight: 4, arbitrary: one },
  { weight: 4, arbitrary: fc.tuple(one, one).map((pair) => pair.join()) },
  { weight: 1, arbitrary: fc.constantFrom('9.9.9.9', 'garbage', '10.0.0.1, fd00::1') },
);
const asks = fc.oneof(
  { weight: 7, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.tuple(asked) },
  { weight: 1, arbitrary: fc.tuple(asked, asked) },
);

const ports = fc.constantFrom(['TCP/80'], ['TCP/443'], ['UDP/53'], ['TCP/53'], ['TCP/80', 'TCP/443']);

const parts = {
  asks,
  ports,
  pool: fc.constantFrom(undefined, undefined, undefined, 'a', 'a', 'b', 'nowhere'),
  sharingKey: fc.constantFrom('', '', 'k', 'k', 'k', 'l'),
  local: fc.constantFrom(false, false, true),
  app: fc.constantFrom('web', 'web', 'cart', undefined),
  labels: fc.constantFrom({ tier: 'front' }, { tier: 'back' }),
};

/** What a Service may ask for; of `count` Services. */
export function writtenWish(count: number): fc.Arbitrary<WrittenWish> {
  return fc
    .record({
      index: fc.nat({ max: count - 1 }),
      families,
      rest: fc.record(parts),
      prefix: fc.constantFrom<WrittenWish['prefix']>('metallb.io/', 'metallb.io/', 'metallb.universe.tf/', 'both'),
      askBy: fc.constantFrom<WrittenWish['askBy']>('field', 'annotation'),
    })
    .map(({ index, families: wanted, rest, prefix, askBy }) => {
      const namespace = namespaces[index % 3] ?? '';
      const createdMs = Date.parse(createdAt(index));
      return { prefix, askBy, wish: { ...rest, ...wanted, key: wishKey(index), namespace, createdMs } };
    });
}

/** One thing that a Service asks for otherwise. */
export const wishChange: fc.Arbitrary<Partial<Wish>> = fc.oneof(
  families,
  ...Object.entries(parts).map(([name, arbitrary]) => fc.record({ [name]: arbitrary })),
);

/** The Service that asks for this. */
export function manifestOf({ wish, prefix, askBy }: WrittenWish): ServiceManifest {
  const [first, second] = wish.asks;
  const field = askBy === 'field' || second !== undefined ? first : undefined;
  const annotation = askBy === 'annotation' && second === undefined ? first : second;
  const entries = [
    ['address-pool', wish.pool],
    ['loadBalancerIPs', annotation],
    ['allow-shared-ip', wish.sharingKey === '' ? undefined : wish.sharingKey],
  ].flatMap(([name, value]) => (value === undefined ? [] : [[`${name}`, `${value}`]]));
  const annotations = entries.flatMap(([name, value]) =>
    prefix === 'both'
      ? [
          [`metallb.io/${name}`, value],
          [`metallb.universe.tf/${name}`, 'overruled'],
        ]
      : [[`${prefix}${name}`, value]],
  );
  return {
    key: wish.key,
    createdAt: new Date(wish.createdMs).toISOString(),
    labels: wish.labels,
    annotations: Object.fromEntries(annotations),
    spec: {
      ...clusterIPs(wish.families),
      ipFamilies: wish.families,
      ipFamilyPolicy: wish.policy,
      ports: wish.ports.map((text) => ({ protocol: text.split('/')[0] ?? '', port: Number(text.split('/')[1]) })),
      externalTrafficPolicy: wish.local ? 'Local' : 'Cluster',
      selector: wish.app === undefined ? {} : { app: wish.app },
      ...(field === undefined ? {} : { loadBalancerIP: field }),
    },
  };
}

function clusterIPs(wanted: readonly IpFamily[]): { readonly clusterIPs: readonly string[] } {
  if (wanted.length === 2) return wanted[0] === 'IPv4' ? dualStack : { clusterIPs: dualStack.clusterIPs.toReversed() };
  return wanted[0] === 'IPv6' ? ipv6Only : ipv4Only;
}
