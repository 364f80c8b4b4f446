import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ipAddressPoolResource } from '../shared/api/ip-address-pool.ts';
import { leaseResource } from '../shared/api/lease.ts';
import { ApiError } from '../shared/kube/api-error.ts';
import { poolManifest } from '../test/support/pool-manifest.ts';
import { SpeakersFixture } from '../test/support/speakers-fixture.ts';

const found = { address: '10.0.0.1', mac: '02:00:00:00:00:99', interface: 'eth0', untilMs: 1_800_000_000_000 };
const seconds = 1_000;
let lan: SpeakersFixture;

beforeEach(async () => {
  lan = new SpeakersFixture();
  lan.api.put(ipAddressPoolResource, poolManifest('lan', { addresses: ['10.0.0.0/24'], conflictCheck: true }));
  lan.service();
  lan.slice('web', ['node-a', 'node-b']);
});
afterEach(() => lan.stop());

/** Which addresses the datapath of that node is to probe for, before it announces them. */
function checked(node: string): readonly string[] {
  const vips = lan.speaker(node).datapath.table?.vips ?? [];
  return vips.filter(({ check }) => check === true).map(({ ip }) => ip);
}

function annotation(node: string): string | undefined {
  const name = { namespace: 'herald-system', name: `speaker-${node}` };
  return leaseResource.parse(lan.api.stored(leaseResource, name) ?? {}).meta.annotations['herald/addresses-in-use'];
}

describe('speakers of a pool with conflictCheck', () => {
  test('are to probe for an address until one of them has said that it announces it', async () => {
    const refused = new ApiError('Forbidden', 'no', { status: 403 });
    lan.prepare = (client) => client.fail('create', refused, { plural: 'servicel2statuses', times: 5 });
    await lan.start('node-a', 'node-b');
    assert.deepEqual([checked('node-a'), checked('node-b')], [['10.0.0.1'], ['10.0.0.1']]);
    await lan.pass(60 * seconds);
    assert.deepEqual([checked('node-a'), checked('node-b')], [[], []]);
  });

  test('do not take what a Service had announced before for what it has now', async () => {
    await lan.start('node-a', 'node-b');
    await lan.pass(5 * seconds);
    const tables = lan.speaker('node-a').datapath.tables;
    tables.length = 0;
    lan.service({ ips: ['10.0.0.2'] });
    await lan.pass(5 * seconds);
    const told = tables.map(({ vips }) => vips.map(({ ip, check }) => `${ip} ${check === true}`).join());
    assert.deepEqual([told[0], told.at(-1)], ['10.0.0.2 true', '10.0.0.2 false']);
  });

  test('tell on their Leases what other machines use, and say so in the log once', async () => {
    await lan.start('node-a', 'node-b');
    lan.speaker('node-a').datapath.say({ type: 'addressesInUse', addresses: [found] });
    await lan.pass();
    assert.equal(annotation('node-a'), JSON.stringify([found]));
    assert.equal(annotation('node-b'), undefined);
    const other = { ...found, address: '10.0.0.2' };
    lan.speaker('node-a').datapath.say({ type: 'addressesInUse', addresses: [found, other] });
    lan.speaker('node-a').datapath.say({ type: 'addressesInUse', addresses: [] });
    await lan.pass();
    assert.equal(annotation('node-a'), undefined);
    const told = lan.log.lines.filter(({ event }) => event === 'address-in-use');
    assert.deepEqual(
      told.map(({ fields }) => fields['address']),
      ['10.0.0.1', '10.0.0.2'],
    );
  });
});
