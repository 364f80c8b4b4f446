import { type JsonObject, readObject, readString } from '../../shared/api/json.ts';
import { collectionOf } from '../cluster/api/apply.ts';
import { ApiRefusedError, type KubeApi } from '../cluster/api/kube-api.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';

/** The messages of all Warning events on an object. */
export async function warningsOn(api: KubeApi, kind: string, name: string, namespace: string): Promise<string[]> {
  const events = await api.list(`/api/v1/namespaces/${namespace}/events`);
  return events
    .filter((event) => event['type'] === 'Warning')
    .filter((event) => {
      const regarding = readObject(event, 'involvedObject');
      return regarding['kind'] === kind && regarding['name'] === name;
    })
    .map((event) => `${readString(event, 'reason') ?? ''}: ${readString(event, 'message') ?? ''}`);
}

/** Creates a wrong object and returns what the user is told: by the API server at once, or by a Warning event on it. */
export async function complaintAbout(api: KubeApi, manifest: JsonObject, expected: RegExp): Promise<string> {
  const { kind, name } = { kind: readString(manifest, 'kind') ?? '', name: nameOf(manifest) };
  try {
    await api.create(collectionOf(manifest), manifest);
  } catch (error) {
    if (error instanceof ApiRefusedError && error.status === 422) return error.message;
    throw error;
  }
  return eventually(`a Warning on ${kind} ${name} like ${expected}`, async () => {
    const warnings = await warningsOn(api, kind, name, heraldNamespace);
    const match = warnings.find((warning) => expected.test(warning));
    if (match === undefined) throw new Error(`there are: ${warnings.join(' | ') || 'none'}`);
    return match;
  });
}

/** `errorSummary` of every ConfigurationState that says Invalid. */
export async function invalidStates(api: KubeApi): Promise<readonly string[]> {
  const states = await api.list(`/apis/metallb.io/v1beta1/namespaces/${heraldNamespace}/configurationstates`);
  return states
    .map((state) => readObject(state, 'status'))
    .filter((status) => status['result'] === 'Invalid')
    .map((status) => readString(status, 'errorSummary') ?? '');
}

function nameOf(manifest: JsonObject): string {
  return readString(readObject(manifest, 'metadata'), 'name') ?? '';
}
