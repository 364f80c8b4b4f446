import { type Document, parseAllDocuments } from 'yaml';
import { type ConfigMap, configMapResource } from '../../shared/api/config-map.ts';
import { type IPAddressPool, ipAddressPoolResource, metallbGroup } from '../../shared/api/ip-address-pool.ts';
import { asObject, isJsonObject, type JsonObject, readObject, readObjects, readText } from '../../shared/api/json.ts';
import { type L2Advertisement, l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import { apiVersionOf, type ResourceType } from '../../shared/api/resource-type.ts';

/** What stands in one file, or came by standard input. */
export interface ManifestText {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

/** The objects of the files that decide who gets which address, and who announces it. */
export interface Manifests {
  readonly pools: readonly IPAddressPool[];
  readonly advertisements: readonly L2Advertisement[];
  /** The installation's; at most one. */
  readonly configMaps: readonly ConfigMap[];
  /** What is not planned with, `Kind namespace/name`, and why. */
  readonly ignored: readonly { readonly object: string; readonly why: string }[];
  /** Objects without a namespace: they are planned with as if they were in that of the installation. */
  readonly withoutNamespace: readonly string[];
}

export type ReadManifests =
  | { readonly ok: true; readonly manifests: Manifests }
  | { readonly ok: false; readonly why: string };

export interface ManifestsPlace {
  /** Of the installation. */
  readonly namespace: string;
  readonly configMapName: string;
}

/** Kinds of MetalLB that are stored, and that Herald does not announce by yet. */
const notServed = ['BGPPeer', 'BGPAdvertisement', 'BFDProfile', 'Community'];

/**
 * Reads manifests as `kubectl apply -f` does: YAML or JSON, many documents, Lists. Where one object stands twice, the
 * last one counts.
 */
export function readManifests(texts: readonly ManifestText[], place: ManifestsPlace): ReadManifests {
  const objects: JsonObject[] = [];
  for (const text of texts) {
    const read = readObjectsOf(text);
    if (typeof read === 'string') return { ok: false, why: read };
    const nameless = read.find((object) => readText(readObject(object, 'metadata'), 'name') === '');
    if (nameless !== undefined) {
      return { ok: false, why: `cannot read ${text.name}: ${readText(nameless, 'kind')} has no metadata.name` };
    }
    objects.push(...read);
  }
  if (objects.length === 0) return { ok: false, why: `cannot plan: ${namesOf(texts)} holds no object` };
  return { ok: true, manifests: sorted(objects, place) };
}

/** The objects of a text, or why it can't be read. */
function readObjectsOf({ name, text }: ManifestText): readonly JsonObject[] | string {
  const documents = parseAllDocuments(text);
  const objects: JsonObject[] = [];
  for (const document of 'empty' in documents ? [] : documents) {
    const [error] = document.errors;
    if (error !== undefined) return `cannot read ${name}: ${error.message.split('\n')[0]}`;
    const { value, why } = contentOf(document);
    if (why !== undefined) return `cannot read ${name}: ${why}`;
    if (value === null || value === undefined) continue;
    if (!isJsonObject(value) || readText(value, 'kind') === '') return `cannot read ${name}: a document has no kind`;
    objects.push(...(readText(value, 'kind').endsWith('List') ? readObjects(value, 'items') : [value]));
  }
  return objects;
}

/** An alias of nothing is found only here. */
function contentOf(document: Document.Parsed): { readonly value?: unknown; readonly why?: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

function namesOf(texts: readonly ManifestText[]): string {
  return texts.map(({ name }) => name).join(', ');
}

function sorted(objects: readonly JsonObject[], place: ManifestsPlace): Manifests {
  const { namespace } = place;
  const pools = new Map<string, IPAddressPool>();
  const advertisements = new Map<string, L2Advertisement>();
  const configMaps = new Map<string, ConfigMap>();
  const ignored: { object: string; why: string }[] = [];
  const withoutNamespace: string[] = [];
  for (const object of objects) {
    const metadata = readObject(object, 'metadata');
    const placed: JsonObject = { ...object, metadata: { namespace, ...metadata } };
    const name = describe(placed);
    const kept =
      put(pools, ipAddressPoolResource, placed) ||
      put(advertisements, l2AdvertisementResource, placed) ||
      (isOwnConfigMap(placed, place) && put(configMaps, configMapResource, placed));
    if (!kept) ignored.push({ object: name, why: whyIgnored(object, place) });
    else if (readText(metadata, 'namespace') === '') withoutNamespace.push(name);
  }
  return {
    pools: [...pools.values()],
    advertisements: [...advertisements.values()],
    configMaps: [...configMaps.values()],
    ignored,
    withoutNamespace,
  };
}

/** Keeps the object where it is of that kind. */
function put<T extends ApiObject>(into: Map<string, T>, type: ResourceType<T>, object: JsonObject): boolean {
  if (readText(object, 'kind') !== type.kind || readText(object, 'apiVersion') !== apiVersionOf(type)) return false;
  into.set(describe(object), type.parse(object));
  return true;
}

/** One that stands elsewhere is never read. */
function isOwnConfigMap(object: JsonObject, { namespace, configMapName }: ManifestsPlace): boolean {
  const metadata = readObject(object, 'metadata');
  return readText(metadata, 'name') === configMapName && readText(metadata, 'namespace') === namespace;
}

function whyIgnored(object: JsonObject, { namespace, configMapName }: ManifestsPlace): string {
  const kind = readText(object, 'kind');
  const ofMetallb = readText(object, 'apiVersion').startsWith(`${metallbGroup}/`);
  if (ofMetallb && notServed.includes(kind)) return 'it is stored, and not served yet';
  if (ofMetallb) return `Herald does not read it in ${readText(object, 'apiVersion')}`;
  if (kind === configMapResource.kind) {
    const isNamedSo = readText(readObject(object, 'metadata'), 'name') === configMapName;
    if (isNamedSo) return `Herald reads the one in namespace ${namespace} only`;
    return `Herald reads the ConfigMap "${configMapName}" only`;
  }
  return 'it is no pool, no advertisement and no ConfigMap';
}

function describe(object: JsonObject): string {
  const metadata = asObject(object['metadata']);
  return `${readText(object, 'kind')} ${readText(metadata, 'namespace')}/${readText(metadata, 'name')}`;
}
