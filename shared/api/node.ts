import { type Condition, parseConditions } from './condition.ts';
import { asObject, type JsonObject, readBoolean, readObject, readObjects, readString } from './json.ts';
import { type ObjectMeta, parseMeta } from './object-meta.ts';
import type { ResourceType } from './resource-type.ts';

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** What Herald uses of a core/v1 Node. */
export interface Node {
  readonly meta: ObjectMeta;
  readonly unschedulable: boolean;
  readonly taints: readonly NodeTaint[];
  readonly conditions: readonly Condition[];
  /** Addresses of type InternalIP. */
  readonly internalIPs: readonly string[];
  /** Addresses of type ExternalIP. */
  readonly externalIPs: readonly string[];
  /** It names the distribution, as in v1.32.1+k3s1; '' where it is not known. */
  readonly kubeletVersion: string;
  /** As in Talos (v1.9.3); '' where it is not known. */
  readonly osImage: string;
}

export const nodeResource: ResourceType<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  parse: parseNode,
};

function parseNode(json: unknown): Node {
  const root = asObject(json);
  const spec = readObject(root, 'spec');
  const status = readObject(root, 'status');
  return {
    meta: parseMeta(root),
    unschedulable: readBoolean(spec, 'unschedulable') ?? false,
    taints: readObjects(spec, 'taints').map((taint) => ({
      key: readString(taint, 'key') ?? '',
      value: readString(taint, 'value') ?? '',
      effect: readString(taint, 'effect') ?? '',
    })),
    conditions: parseConditions(status),
    internalIPs: addressesOf(status, 'InternalIP'),
    externalIPs: addressesOf(status, 'ExternalIP'),
    kubeletVersion: readString(readObject(status, 'nodeInfo'), 'kubeletVersion') ?? '',
    osImage: readString(readObject(status, 'nodeInfo'), 'osImage') ?? '',
  };
}

function addressesOf(status: JsonObject, type: string): readonly string[] {
  return readObjects(status, 'addresses')
    .filter((address) => readString(address, 'type') === type)
    .map((address) => readString(address, 'address') ?? '');
}
