import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { commands } from '../cli/commands.ts';
import { bfdProfileResource } from '../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../shared/api/bgp-peer.ts';
import { communityResource } from '../shared/api/community.ts';
import { configMapResource } from '../shared/api/config-map.ts';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { isJsonObject, type JsonObject } from '../shared/api/json.ts';
import { l2AdvertisementResource } from '../shared/api/l2-advertisement.ts';
import { announceReasons, announceReasonTexts, eventReasons } from '../shared/api/reasons.ts';
import { secretResource } from '../shared/api/secret.ts';
import { serviceResource } from '../shared/api/service.ts';
import { buildConfig } from '../shared/config/build-config.ts';
import { giveUpTexts, standingTexts, takeoverTexts } from '../speaker/status/ownership-texts.ts';
import { repositoryFiles, repositoryRoot } from './support/source-tree.ts';

const documents = repositoryFiles().filter((file) => file.endsWith('.md'));

function textOf(document: string): string {
  return readFileSync(path.join(repositoryRoot, document), 'utf8');
}

function manifestsIn(document: string): readonly JsonObject[] {
  const blocks = [...textOf(document).matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    parseAllDocuments(block).map((parsed) => {
      assert.deepEqual(parsed.errors, [], document);
      const manifest: unknown = parsed.toJS();
      assert.ok(isJsonObject(manifest), `${document} has a manifest that is no object`);
      return manifest;
    }),
  );
}

const examples = documents.flatMap((document) => manifestsIn(document).map((manifest) => ({ document, manifest })));

function ofKind(kind: string): readonly JsonObject[] {
  return examples.filter(({ manifest }) => manifest['kind'] === kind).map(({ manifest }) => manifest);
}

test('the documentation shows a manifest of every kind that users write', () => {
  const kinds = new Set(examples.map(({ manifest }) => manifest['kind']));
  assert.deepEqual([...kinds].toSorted(), [
    ...['BFDProfile', 'BGPAdvertisement', 'BGPPeer', 'Community', 'ConfigMap', 'IPAddressPool', 'L2Advertisement'],
    'Service',
  ]);
});

test('each example of a pool and of an advertisement is valid by itself', () => {
  const advertisements = ofKind('L2Advertisement').map((json) => l2AdvertisementResource.parse(json));
  const pools = ofKind('IPAddressPool').map((json) => ipAddressPoolResource.parse(json));
  assert.ok(pools.length >= 2 && advertisements.length >= 2, 'README and docs/configuration.md have one each');
  for (const pool of pools) {
    const { config, findings } = buildConfig({
      namespace: 'herald-system',
      pools: [pool],
      advertisements: advertisements.filter(({ meta }) => meta.name === pool.meta.name),
      configMap: undefined,
    });
    assert.deepEqual(findings, [], pool.meta.name);
    assert.ok(config?.pools.has(pool.meta.name), pool.meta.name);
  }
});

const metadata = { name: 'router-password', namespace: 'herald-system' };
const routerPassword = { ...secretResource.parse({ metadata }), hasPassword: true };
test('the examples of the BGP kinds are valid together, beside the pool that they announce', () => {
  const { config, findings } = buildConfig({
    namespace: 'herald-system',
    pools: ofKind('IPAddressPool').map((json) => ipAddressPoolResource.parse(json)),
    advertisements: ofKind('L2Advertisement').map((json) => l2AdvertisementResource.parse(json)),
    configMap: undefined,
    nodeLabels: new Map([['node-a', { rack: 'a' }]]),
    bgp: {
      peers: ofKind('BGPPeer').map((json) => bgpPeerResource.parse(json)),
      advertisements: ofKind('BGPAdvertisement').map((json) => bgpAdvertisementResource.parse(json)),
      profiles: ofKind('BFDProfile').map((json) => bfdProfileResource.parse(json)),
      communities: ofKind('Community').map((json) => communityResource.parse(json)),
      secrets: [routerPassword],
    },
  });
  assert.deepEqual(
    findings.filter(({ object }) => object.kind.startsWith('B') || object.kind === 'Community'),
    [],
  );
  assert.deepEqual([config?.bgp?.peers.length, config?.bgp?.advertisements.size], [1, 1]);
});

test('the example of the v0.12 ConfigMap is valid and gives its two pools', () => {
  const configMaps = ofKind('ConfigMap').map((json) => configMapResource.parse(json));
  assert.equal(configMaps.length, 1);
  const { config, findings } = buildConfig({
    namespace: 'herald-system',
    pools: [],
    advertisements: [],
    configMap: configMaps[0],
  });
  assert.deepEqual(findings, []);
  assert.deepEqual([...(config?.pools.keys() ?? [])], ['by-hand', 'default']);
});

test('the example Service is of type LoadBalancer', () => {
  const services = ofKind('Service').map((json) => serviceResource.parse(json));
  assert.deepEqual(
    services.map(({ type }) => type),
    ['LoadBalancer'],
  );
});

test('docs/operations.md explains every reason that is given', () => {
  const text = textOf('docs/operations.md');
  const reasons = [...announceReasons, ...Object.values(eventReasons)];
  assert.ok(reasons.length > 20);
  assert.deepEqual(
    reasons.filter((reason) => !text.includes(`\`${reason}\``)),
    [],
  );
});

test('docs/operations.md explains every metric, and no other', () => {
  const namesIn = (text: string): readonly string[] => [
    ...new Set([...text.matchAll(/\bherald_[a-z_]+/g)].map(([name]) => name)),
  ];
  const declared = ['controller/metrics.ts', 'speaker/metrics.ts'].flatMap((file) => namesIn(textOf(file)));
  assert.ok(declared.length > 20);
  assert.deepEqual(namesIn(textOf('docs/operations.md')).toSorted(), [...new Set(declared)].toSorted());
});

test('docs/operations.md lists every alert, and no other', () => {
  const listed = [...textOf('docs/operations.md').matchAll(/`(Herald[A-Z]\w+)`/g)].map(([, name]) => name);
  const declared = [...textOf('charts/herald/files/alerts.yaml').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  assert.ok(declared.length > 10);
  assert.deepEqual(listed, declared);
});

test('docs/operations.md says of a reason what the Service says', () => {
  const text = textOf('docs/operations.md');
  const toldOfNodes = announceReasons.filter((reason) => reason !== 'owner');
  assert.deepEqual(
    toldOfNodes.filter((reason) => !text.includes(`| \`${reason}\` | ${announceReasonTexts[reason]} |`)),
    [],
  );
});

test('docs/operations.md says of takeovers, and of members, what the logs say', () => {
  const text = textOf('docs/operations.md');
  const said = [takeoverTexts, giveUpTexts, standingTexts].flatMap((texts) => Object.entries(texts));
  assert.ok(said.length > 20);
  assert.deepEqual(
    said.filter(([reason, meaning]) => !text.includes(`| \`${reason}\` | ${meaning} |`)),
    [],
  );
});

test('docs/kubectl-herald.md tells of every command, and of no other', () => {
  const listed = [...textOf('docs/kubectl-herald.md').matchAll(/^\| `([a-z]+)[^`]*` \|/gm)].map((match) => match[1]);
  assert.deepEqual(
    listed,
    commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name),
  );
});

test('links between the documents lead somewhere', () => {
  const files = new Set(repositoryFiles());
  const folders = new Set(repositoryFiles().map((file) => path.posix.dirname(file)));
  const broken = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\]\(([^)#:]+)\)/g)]
      .map((match) => path.posix.join(path.posix.dirname(document), match[1] ?? ''))
      .filter((target) => !files.has(target) && !folders.has(target))
      .map((target) => `${document} → ${target}`),
  );
  assert.deepEqual(broken, []);
});

/** Anchors of a document's headings, as GitHub makes them. */
function anchorsIn(document: string): ReadonlySet<string> {
  const headings = [...textOf(document).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('links to headings lead to one', () => {
  const links = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\]\(([^)#:]*)#([^)]+)\)/g)].map(([, file = '', anchor = '']) => ({
      from: document,
      to: file === '' ? document : path.posix.join(path.posix.dirname(document), file),
      anchor,
    })),
  );
  assert.ok(links.length >= 30, `${links.length} links`);
  assert.deepEqual(
    links.filter(({ to, anchor }) => !anchorsIn(to).has(anchor)),
    [],
  );
});
