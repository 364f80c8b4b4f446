import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { configMapResource } from '../../shared/api/config-map.ts';
import { asObject, isJsonObject, readObject, readText } from '../../shared/api/json.ts';
import { configFromConfigMap } from '../../shared/config/from-config-map.ts';
import type { Config } from '../../shared/config/model.ts';
import { definitionsOf } from '../../test/cluster/apiserver/schema/crd-definition.ts';
import { validate } from '../../test/cluster/apiserver/schema/validation.ts';
import { repositoryRoot } from '../../test/support/source-tree.ts';
import { configOfDrafts } from './draft-findings.ts';
import { migrationOf } from './migration.ts';
import { migrationOutcome } from './migration-outcome.ts';
import { objectsOfText } from './source-objects.ts';

const namespace = 'herald-system';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const alias = fc.constantFrom('vpn', 'no-export', '100');
const community = fc.oneof(alias, fc.constantFrom('64500:1', '64500:2'));
const duration = fc.constantFrom('90s', '1m30s', '3s', '4500ms');
const selector = fc.record(
  {
    'match-labels': fc.dictionary(fc.constantFrom('rack', 'disk'), fc.constantFrom('a', 'b'), { maxKeys: 2 }),
    'match-expressions': fc.array(
      fc.oneof(
        fc.record({
          key: fc.constant('zone'),
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.constant(['1', '2']),
        }),
        fc.record({ key: fc.constant('gpu'), operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
// Of one pool, and told apart by their order only: any two with the same lengths would need the same preference.
const routes = fc.uniqueArray(
  fc.record(
    {
      'aggregation-length': fc.constant(32),
      'aggregation-length-v6': fc.integer({ min: 120, max: 128 }),
      localpref: fc.constant(100),
      communities: fc.uniqueArray(community, { maxLength: 3 }),
    },
    { requiredKeys: ['localpref'] },
  ),
  { maxLength: 12, selector: (route) => JSON.stringify(route) },
);
const pools = fc
  .uniqueArray(
    fc.record({
      name,
      protocol: fc.constantFrom('layer2', 'bgp'),
      'auto-assign': maybe(fc.boolean()),
      'avoid-buggy-ips': maybe(fc.boolean()),
      forms: fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 5 }),
      'bgp-advertisements': routes,
    }),
    { maxLength: 6, selector: (pool) => pool.name },
  )
  .map((list) =>
    list.map(({ forms, 'bgp-advertisements': advertisements, ...pool }, index) => ({
      ...pool,
      addresses: forms.map((form) => addressIn(index, form)),
      ...(pool.protocol === 'bgp' && { 'bgp-advertisements': advertisements }),
    })),
  );
const profiles = fc.uniqueArray(
  fc.record(
    {
      name,
      'receive-interval': fc.integer({ min: 10, max: 60_000 }),
      'detect-multiplier': fc.integer({ min: 2, max: 255 }),
      'echo-mode': fc.boolean(),
      'passive-mode': fc.boolean(),
      'minimum-ttl': fc.integer({ min: 1, max: 254 }),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 3, selector: (profile) => profile.name },
);
const peers = fc.array(
  fc.record(
    {
      'peer-asn': fc.integer({ min: 64_501, max: 64_510 }),
      'peer-port': fc.integer({ min: 1, max: 65_535 }),
      'hold-time': duration,
      'keepalive-time': fc.constantFrom('1s', '1500ms'),
      'source-address': fc.constant('10.9.0.200'),
      'router-id': fc.constant('10.9.0.200'),
      password: fc.constantFrom('', 'secret: "#'),
      'ebgp-multihop': fc.boolean(),
      'node-selectors': fc.uniqueArray(selector, { maxLength: 2, selector: (one) => stringify(one) }),
      useProfile: fc.boolean(),
    },
    { requiredKeys: ['peer-asn'] },
  ),
  { maxLength: 12 },
);
const content = fc.record({ pools, profiles, peers }).map((parts) => ({
  'address-pools': parts.pools,
  'bgp-communities': { vpn: '64500:10', 'no-export': '65535:65281', 100: '64500:100' },
  'bfd-profiles': parts.profiles,
  peers: parts.peers.map(({ useProfile, ...peer }, index) => ({
    'my-asn': 64_500,
    'peer-address': index % 3 === 0 ? `2001:db8::${index + 1}` : `10.9.0.${index + 1}`,
    ...peer,
    ...(useProfile === true && parts.profiles[0] && { 'bfd-profile': parts.profiles[0].name }),
  })),
}));

function addressIn(pool: number, form: number): string {
  const forms = ['.0/28', '.32 - 10.0.P.40', '.64-10.0.P.64', '.80'].map((text) =>
    `10.0.${pool}${text}`.replace('P', `${pool}`),
  );
  return forms[form] ?? `2001:db8:0:${pool}::/120`;
}

/** Both sources order what has no order; names are unique but for routes, which are ordered by them. */
function comparable({ pools: byName, advertisements, bgp }: Config) {
  const sorted = <T extends { readonly name: string }>(list: readonly T[]): readonly T[] =>
    list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    pools: [...byName],
    advertisements: sorted(advertisements),
    bgp: bgp && {
      peers: sorted(bgp.peers),
      profiles: sorted(bgp.bfdProfiles),
      communities: [...bgp.communities].toSorted(),
      routes: [...bgp.advertisements].map(([pool, list]) => [pool, sorted(list)]).toSorted(),
    },
  };
}

const schemas = new Map(
  readdirSync(path.join(repositoryRoot, 'charts/herald/files/crds'))
    .flatMap((file) =>
      definitionsOf(parse(readFileSync(path.join(repositoryRoot, 'charts/herald/files/crds', file), 'utf8'))),
    )
    .map(({ kind, group, version, schema }) => [`${group}/${version} ${kind}`, schema]),
);

test('the configuration that the migrated resources give equals that of the ConfigMap, as they are printed', () => {
  let routesSeen = 0;
  fc.assert(
    fc.property(content, (parts) => {
      const yaml = stringify(parts, { aliasDuplicateObjects: false });
      const expected = configFromConfigMap(
        configMapResource.parse({ metadata: { name: 'config', namespace }, data: { config: yaml } }),
      );
      assert.ok(expected.config !== undefined, JSON.stringify(expected.findings));
      const migration = migrationOf(objectsOfText('config.yaml', yaml), namespace);
      const text = migrationOutcome(migration, false).lines.join('\n');
      const objects = parseAllDocuments(text).flatMap((document) => {
        const value: unknown = document.toJS();
        return isJsonObject(value) ? [value] : [];
      });
      for (const object of objects) {
        const schema = schemas.get(`${readText(object, 'apiVersion')} ${readText(object, 'kind')}`);
        assert.ok(schema !== undefined);
        assert.deepEqual(validate(schema, JSON.parse(JSON.stringify(object))), []);
        assert.equal(readText(readObject(asObject(object), 'metadata'), 'namespace'), namespace);
      }
      const { config } = configOfDrafts(
        objects.map((object) => ({ object, comments: [] })),
        namespace,
      );
      assert.ok(config !== undefined);
      assert.deepEqual(comparable(config), comparable(expected.config));
      routesSeen += [...(config.bgp?.advertisements.values() ?? [])].flat().length;
    }),
    { numRuns: 100 },
  );
  assert.ok(routesSeen > 100, `${routesSeen} routes`);
});
