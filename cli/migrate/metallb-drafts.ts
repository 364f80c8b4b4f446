import { bgpAdvertisementResource } from '../../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../../shared/api/bgp-peer.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { type JsonObject, readObject, readObjects, readText } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import { compareText } from '../../shared/config/finding-text.ts';
import { draftOf } from './config-map-drafts.ts';
import { type Draft, type DraftComment, withComment } from './draft.ts';
import { addressPoolKind, type SharedKind, sharedKinds } from './metallb-kinds.ts';

/** Written by tools that will not look after Herald's objects. */
const foreignAnnotations = /^(kubectl\.kubernetes\.io\/last-applied-configuration|meta\.helm\.sh\/.*)$/;

/** MetalLB's custom resources as they are, in Herald's namespace. Whatever their order, the result is the same. */
export function draftsOfMetallb(objects: readonly JsonObject[], namespace: string): readonly Draft[] {
  const drafts = sharedKinds.flatMap((kind) =>
    objects.filter((object) => object['kind'] === kind.kind).map((object) => carriedOver(object, kind, namespace)),
  );
  const old = objects
    .filter((object) => object['kind'] === addressPoolKind)
    .toSorted((a, b) => compareText(nameIn(a), nameIn(b)));
  const made = [...drafts];
  for (const object of old) made.push(...splitUp(object, namespace, made));
  return made.sort((a, b) => placeOf(a.object) - placeOf(b.object) || compareText(nameIn(a.object), nameIn(b.object)));
}

function placeOf(object: JsonObject): number {
  return sharedKinds.findIndex(({ kind }) => kind === object['kind']);
}

function carriedOver(object: JsonObject, kind: SharedKind, namespace: string): Draft {
  const spec = readObject(object, 'spec');
  const known = Object.entries(spec).filter(([field]) => kind.fields.includes(field));
  const unknown = Object.keys(spec).filter((field) => !kind.fields.includes(field));
  const draft: Draft = {
    object: {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: metadataOf(object, namespace),
      spec: Object.fromEntries(known),
    },
    comments: unknown.toSorted().map(
      (field): DraftComment => ({
        path: ['spec', field],
        text: `not carried over: ${field}: ${JSON.stringify(spec[field])} (Herald has no such field)`,
      }),
    ),
  };
  return kind.kind === bgpPeerResource.kind ? withOwnSecret(draft, namespace) : draft;
}

function metadataOf(object: JsonObject, namespace: string): JsonObject {
  const metadata = readObject(object, 'metadata');
  const labels = Object.entries(readObject(metadata, 'labels'));
  const annotations = Object.entries(readObject(metadata, 'annotations')).filter(
    ([name]) => !foreignAnnotations.test(name),
  );
  return {
    name: readText(metadata, 'name'),
    namespace,
    // Advertisements select pools by them.
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
  };
}

/** Secrets are read in the installation's namespace only. */
function withOwnSecret(draft: Draft, namespace: string): Draft {
  const spec = readObject(draft.object, 'spec');
  const secret = readObject(spec, 'passwordSecret');
  const name = readText(secret, 'name');
  if (name === '') return draft;
  const moved = { ...draft, object: { ...draft.object, spec: { ...spec, passwordSecret: { name, namespace } } } };
  const where = readText(secret, 'namespace') || "MetalLB's namespace";
  return withComment(moved, ['spec', 'passwordSecret'], `copy the Secret "${name}" from ${where} to ${namespace}`);
}

/** An AddressPool (until v0.13) says itself how it is announced. */
function splitUp(object: JsonObject, namespace: string, made: readonly Draft[]): readonly Draft[] {
  const spec = readObject(object, 'spec');
  const { addresses, autoAssign } = spec;
  const poolName = freeName(ipAddressPoolResource.kind, nameIn(object), made);
  const draft = draftOf(ipAddressPoolResource, { namespace, name: poolName }, { addresses, autoAssign });
  const was = `was the AddressPool ${nameIn(object)}`;
  const pool = withComment(draft, ['metadata', 'name'], was);
  if (readText(spec, 'protocol') !== 'bgp') {
    const name = freeName(l2AdvertisementResource.kind, poolName, made);
    return [pool, draftOf(l2AdvertisementResource, { namespace, name }, { ipAddressPools: [poolName] })];
  }
  const given = readObjects(spec, 'bgpAdvertisements');
  const routes = given.length === 0 ? [{}] : given;
  const advertisements = routes.map((route: JsonObject, index) => {
    const name = freeName(
      bgpAdvertisementResource.kind,
      given.length === 0 ? poolName : `${poolName}-${index + 1}`,
      made,
    );
    const { aggregationLength, aggregationLengthV6, localPref, communities } = route;
    return draftOf(
      bgpAdvertisementResource,
      { namespace, name },
      { ipAddressPools: [poolName], aggregationLength, aggregationLengthV6, localPref, communities },
    );
  });
  return [pool, ...advertisements];
}

function freeName(kind: string, wanted: string, made: readonly Draft[]): string {
  const taken = new Set(made.filter(({ object }) => object['kind'] === kind).map(({ object }) => nameIn(object)));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}

function nameIn(object: JsonObject): string {
  return readText(readObject(object, 'metadata'), 'name');
}
