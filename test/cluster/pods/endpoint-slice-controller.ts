import { isDeepStrictEqual } from 'node:util';
import { type JsonObject, readObject, readString } from '../../../shared/api/json.ts';
import { ApiRefusedError, type KubeApi } from '../api/kube-api.ts';
import { managedBy, slicesFor } from './endpoint-slices.ts';

const slicesPath = '/apis/discovery.k8s.io/v1';

/** Keeps EndpointSlices as Services and Pods want them, until the signal aborts: kube-controller-manager's part. */
export async function runEndpointSliceController(api: KubeApi, signal: AbortSignal): Promise<void> {
  const services = new Map<string, JsonObject>();
  const pods = new Map<string, JsonObject>();
  const written = new Map<string, JsonObject>();
  let pending: Promise<void> = Promise.resolve();
  let scheduled = false;

  const sync = async (): Promise<void> => {
    scheduled = false;
    const wanted = [...services.values()].flatMap((service) => slicesFor(service, [...pods.values()]));
    const keys = new Set(wanted.map(keyOf));
    for (const slice of wanted) {
      if (isDeepStrictEqual(written.get(keyOf(slice)), slice)) continue;
      await put(api, slice);
      written.set(keyOf(slice), slice);
    }
    for (const [key, slice] of written) {
      if (keys.has(key)) continue;
      await removeSlice(api, slice);
      written.delete(key);
    }
  };

  const schedule = (): void => {
    if (scheduled || signal.aborted) return;
    scheduled = true;
    pending = pending
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(sync)
      .catch(() => {
        // The API server is away: try again, as any controller does.
        setTimeout(schedule, 300).unref();
      });
  };

  const keep = (cache: Map<string, JsonObject>) => (type: string, object: JsonObject) => {
    if (type === 'DELETED') cache.delete(keyOf(object));
    else cache.set(keyOf(object), object);
    schedule();
  };
  await Promise.all([
    api.follow('/api/v1/services', keep(services), signal),
    api.follow('/api/v1/pods', keep(pods), signal),
  ]);
}

async function put(api: KubeApi, slice: JsonObject): Promise<void> {
  const collection = collectionOf(slice);
  const path = `${collection}/${nameOf(slice)}`;
  if ((await api.find(path)) === undefined) await api.create(collection, slice);
  else await api.mergePatch(path, { endpoints: slice['endpoints'], ports: slice['ports'] });
}

async function removeSlice(api: KubeApi, slice: JsonObject): Promise<void> {
  const labels = readObject(readObject(slice, 'metadata'), 'labels');
  if (labels['endpointslice.kubernetes.io/managed-by'] !== managedBy) return;
  try {
    await api.delete(`${collectionOf(slice)}/${nameOf(slice)}`);
  } catch (error) {
    if (!(error instanceof ApiRefusedError) || error.status !== 404) throw error;
  }
}

function collectionOf(slice: JsonObject): string {
  return `${slicesPath}/namespaces/${readString(readObject(slice, 'metadata'), 'namespace') ?? ''}/endpointslices`;
}

function nameOf(object: JsonObject): string {
  return readString(readObject(object, 'metadata'), 'name') ?? '';
}

function keyOf(object: JsonObject): string {
  return `${readString(readObject(object, 'metadata'), 'namespace') ?? ''}/${nameOf(object)}`;
}
