import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../shared/api/json.ts';
import { type Service, serviceResource } from '../shared/api/service.ts';
import { ObjectStore } from '../shared/kube/object-store.ts';
import { pendingServices } from './pending-services.ts';

function service(name: string, ips: readonly string[], version: string): Service {
  const metadata: JsonObject = { name, namespace: 'shop', uid: name, resourceVersion: version };
  return serviceResource.parse({ metadata, status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } } });
}

test('of the Services only those without an address are there, and only their changes are told', () => {
  const store = new ObjectStore<Service>({ keep: () => true, onListenerError: (error) => assert.fail(String(error)) });
  const pending = pendingServices(store);
  const told: string[] = [];
  const stop = pending.onChange((change) => {
    const versions = change.type === 'modified' ? `${change.previous.meta.resourceVersion}-` : '';
    told.push(`${change.type} ${change.object.meta.name} ${versions}${change.object.meta.resourceVersion}`);
  });
  store.set(service('waits', [], '1'));
  store.set(service('holds', ['10.0.0.1'], '2'));
  store.set(service('waits', [], '3'));
  store.set(service('holds', ['10.0.0.2'], '4'));
  assert.deepEqual(
    [...pending.values()].map(({ meta }) => meta.name),
    ['waits'],
  );
  assert.deepEqual(
    [pending.size, pending.get('shop/holds'), pending.get('shop/waits')?.meta.name],
    [1, undefined, 'waits'],
  );
  store.set(service('waits', ['10.0.0.3'], '5'));
  store.set(service('holds', [], '6'));
  assert.deepEqual(
    [pending.size, pending.get('shop/waits'), pending.get('shop/holds')?.meta.name],
    [1, undefined, 'holds'],
  );
  store.delete('shop/waits');
  store.delete('shop/holds');
  stop();
  store.set(service('late', [], '7'));
  assert.deepEqual(told, [
    'added waits 1',
    'modified waits 1-3',
    'deleted waits 3',
    'added holds 6',
    'deleted holds 6',
  ]);
});
