import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aService, aSlice } from '../../test/support/plan-inputs.ts';
import { everySpeaker, planOf, speaker } from '../../test/support/plan-world.ts';
import type { SpeakerFacts } from '../membership/speaker-facts.ts';
import { notAnnounced } from '../status/announced-condition.ts';

const refusing: SpeakerFacts = { ...speaker, strictArp: { policy: 'refuse', proxyMode: 'ipvs' } };
const allRefuse = { 'node-a': refusing, 'node-b': refusing, 'node-c': refusing };

describe('where every node refuses', () => {
  test('an IPv4 address is announced by nobody, and the reason is the nearest one', () => {
    const plan = planOf({ speakers: { ...allRefuse, 'node-c': { ...refusing, interfaces: [] } } });
    const unannounced = plan.services.get('shop/web')?.unannounced ?? [];
    const { reason, message } = notAnnounced(unannounced);
    assert.equal(reason, 'strictArpRequired');
    assert.equal(
      message,
      "no node may announce 10.0.0.1: strictArpRequired (the node's kernel answers ARP for every Service's address, and " +
        '--strict-arp=refuse keeps such nodes out; see the condition herald/StrictARPRequired for the remedy); ' +
        'node-a strictArpRequired, node-b strictArpRequired, node-c noInterface',
    );
  });

  test('both addresses of a dual-stack Service stay together', () => {
    const plan = planOf({ services: [aService({ ips: ['10.0.0.1', '2001:db8::1'] })], speakers: allRefuse });
    assert.deepEqual(plan.groups, []);
  });

  test('an address of IPv6 alone is announced: no kernel answers for it elsewhere', () => {
    const plan = planOf({ services: [aService({ ips: ['2001:db8::1'] })], speakers: allRefuse });
    assert.equal(plan.groups[0]?.candidates.length, 3);
  });

  test('what the same advertisement says of IPv6 is not said of IPv4', () => {
    const services = [aService({ name: 'six', ips: ['2001:db8::1'] }), aService({ name: 'four', ips: ['10.0.0.1'] })];
    const slices = [aSlice('six', ['node-a']), aSlice('four', ['node-a'])];
    const plan = planOf({ services, slices, speakers: { ...everySpeaker, 'node-b': refusing } });
    const including = plan.groups.filter(({ candidates }) => candidates.includes('node-b'));
    assert.equal(plan.groups.length, 2);
    assert.deepEqual(
      including.map(({ electedBy }) => electedBy),
      ['2001:db8::1'],
    );
  });
});
