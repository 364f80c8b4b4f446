import { type JsonObject, readObject, readObjects, readText } from '../../../shared/api/json.ts';
import type { KubeApi } from '../../cluster/api/kube-api.ts';

export interface ToldObject {
  readonly kind: 'Service' | 'Node' | 'Secret' | 'IPAddressPool';
  readonly namespace: string;
  readonly name: string;
}

/** What Herald tells of an object: events of the controller, of the speakers, each in their order, then conditions; without what differs from run to run. */
export interface Told {
  /** Messages as they are. */
  readonly events: readonly string[];
  readonly lines: readonly string[];
}

const collections: Readonly<Record<ToldObject['kind'], (namespace: string) => string>> = {
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  Node: () => '/api/v1/nodes',
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  IPAddressPool: (namespace) => `/apis/metallb.io/v1beta1/namespaces/${namespace}/ipaddresspools`,
};

export async function toldOf(api: KubeApi, about: ToldObject): Promise<Told> {
  const { kind, namespace, name } = about;
  const [object, events] = await Promise.all([
    api.find(`${collections[kind](namespace)}/${name}`),
    api.list('/api/v1/events'),
  ]);
  const own = events.filter((event) => {
    const regarding = readObject(event, 'involvedObject');
    return regarding['kind'] === kind && regarding['name'] === name;
  });
  // What controller and speakers tell at the same time has no order.
  const told = own
    .toSorted((a, b) => placeOf(a) - placeOf(b) || firstToldMs(a) - firstToldMs(b) || versionOf(a) - versionOf(b))
    .map(eventLine);
  const conditions = readObjects(readObject(object ?? {}, 'status'), 'conditions')
    .filter((condition) => readText(condition, 'type').startsWith('herald/'))
    .map(conditionLine);
  return { events: own.map((event) => readText(event, 'message')), lines: [...told, ...conditions.toSorted()] };
}

function eventLine(event: JsonObject): string {
  return steady([readText(event, 'type').padEnd(7), readText(event, 'reason'), readText(event, 'message')].join('  '));
}

function conditionLine(condition: JsonObject): string {
  const [type, status, reason] = ['type', 'status', 'reason'].map((field) => readText(condition, field));
  return steady(`${type}=${status}  ${reason}  ${readText(condition, 'message')}`);
}

/** Times and Ethernet addresses are other ones in each run. */
export function steady(text: string): string {
  return text
    .replaceAll(/\b\d+ ms\b/g, 'N ms')
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC \(\d+ s\)/g, 'TIME')
    .replaceAll(/\(\d+ s ago\)/g, '(N s ago)')
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, 'MAC');
}

function placeOf(event: JsonObject): number {
  const component = readText(readObject(event, 'source'), 'component') || readText(event, 'reportingComponent');
  return component.includes('controller') ? 0 : 1;
}

/** To the second. What is told again has another version each time. */
function firstToldMs(event: JsonObject): number {
  return Date.parse(readText(event, 'firstTimestamp'));
}

function versionOf(event: JsonObject): number {
  return Number(readText(readObject(event, 'metadata'), 'resourceVersion'));
}
