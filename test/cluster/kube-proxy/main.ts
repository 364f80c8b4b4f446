/**
 * A stand-in for kube-proxy that forwards in user space, in the network namespace of one node. Environment:
 * PROXY_NODE, PROXY_MODE (iptables, ipvs, ipvs-strict-arp) and PROXY_ACCESS (an ApiAccess as JSON). SIGUSR2 makes its
 * health check fail, SIGHUP succeed again.
 */
import type { JsonObject } from '../../../shared/api/json.ts';
import type { ApiAccess } from '../api/access.ts';
import { KubeApi } from '../api/kube-api.ts';
import { addressBinding, type ProxyMode } from './addresses.ts';
import { loadAnyAddressSockets } from './any-address-socket.ts';
import { Forwarder } from './forwarder.ts';
import { planForwarding } from './forwarding.ts';
import { serveHealth } from './health.ts';

const node = process.env['PROXY_NODE'] ?? '';
const mode = (process.env['PROXY_MODE'] ?? 'iptables') as ProxyMode;
const api = new KubeApi(JSON.parse(process.env['PROXY_ACCESS'] ?? '{}') as ApiAccess);

const binding = addressBinding(mode);
await binding.setUp();
const forwarder = new Forwarder(loadAnyAddressSockets());
const services = new Map<unknown, JsonObject>();
const slices = new Map<unknown, JsonObject>();

let syncing: Promise<void> = Promise.resolve();
let scheduled = false;

/** Changes that come together are worked in together. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => {
    syncing = syncing.then(sync).catch((error: unknown) => console.error(error));
  });
}

async function sync(): Promise<void> {
  scheduled = false;
  const { vips, listeners } = planForwarding(services.values(), [...slices.values()], node);
  await binding.apply(vips);
  for (const problem of forwarder.apply(listeners)) console.error(problem);
  console.log(`forwarding for ${vips.length === 0 ? 'no address' : vips.join(', ')}`);
}

function keepIn(cache: Map<unknown, JsonObject>): (type: string, object: JsonObject) => void {
  return (type, object) => {
    const uid = (object['metadata'] as JsonObject)['uid'];
    if (type === 'DELETED') cache.delete(uid);
    else cache.set(uid, object);
    schedule();
  };
}

const health = serveHealth(mode === 'iptables' ? 'iptables' : 'ipvs');
process.on('SIGUSR2', () => health.setHealthy(false));
process.on('SIGHUP', () => health.setHealthy(true));

const { signal } = new AbortController();
await Promise.all([
  api.follow('/api/v1/services', keepIn(services), signal),
  api.follow('/apis/discovery.k8s.io/v1/endpointslices', keepIn(slices), signal),
]);
