import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeSpeakerFacts, encodeSpeakerFacts, type SpeakerFacts } from './speaker-facts.ts';

const facts: SpeakerFacts = {
  address: '192.168.1.7',
  port: 7946,
  incarnation: '0f1e2d3c',
  macs: ['02:00:00:00:00:01', '02:00:00:00:00:02'],
  interfaces: [
    { name: 'eth0', carrier: true, onlyIfNamed: false },
    { name: 'veth9', carrier: false, onlyIfNamed: true },
  ],
  kubeProxyUnhealthy: true,
  strictArp: { policy: 'refuse', proxyMode: 'ipvs' },
  addressesInUse: [{ address: '10.0.0.1', mac: '02:00:00:00:00:99', interface: 'eth0', untilMs: 1_700_000_600_000 }],
  unheard: ['node-b', 'node-c'],
  keys: ['0a0b0c0d', 'fe00fe00'],
  leaving: true,
};

/** What the API server keeps of a merge patch. */
function stored(patch: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(patch).filter((entry): entry is [string, string] => entry[1] !== null));
}

describe('the annotations of a speaker’s Lease', () => {
  test('say what they say', () => {
    assert.deepEqual(encodeSpeakerFacts(facts), {
      'herald/address': '192.168.1.7',
      'herald/port': '7946',
      'herald/incarnation': '0f1e2d3c',
      'herald/macs': '02:00:00:00:00:01,02:00:00:00:00:02',
      'herald/interfaces':
        '[{"name":"eth0","carrier":true,"onlyIfNamed":false},{"name":"veth9","carrier":false,"onlyIfNamed":true}]',
      'herald/unhealthy': 'kubeProxyUnhealthy',
      'herald/strict-arp': 'refuse ipvs',
      'herald/addresses-in-use':
        '[{"address":"10.0.0.1","mac":"02:00:00:00:00:99","interface":"eth0","untilMs":1700000600000}]',
      'herald/unheard': 'node-b,node-c',
      'herald/keys': '0a0b0c0d,fe00fe00',
      'herald/leave': 'true',
    });
  });

  test('are read back as they were', () =>
    assert.deepEqual(decodeSpeakerFacts(stored(encodeSpeakerFacts(facts))), facts));

  test('trouble that is over is taken away', () => {
    const { strictArp: _, unheard: __, addressesInUse: ___, ...others } = facts;
    const annotations = encodeSpeakerFacts({ ...others, kubeProxyUnhealthy: false, leaving: false });
    assert.equal(annotations['herald/unhealthy'], null);
    assert.equal(annotations['herald/leave'], null);
    assert.equal(annotations['herald/strict-arp'], null);
    assert.equal(annotations['herald/unheard'], null);
    assert.equal(annotations['herald/addresses-in-use'], null);
  });

  const nothing: SpeakerFacts = {
    address: '',
    port: 0,
    incarnation: '',
    macs: [],
    interfaces: [],
    kubeProxyUnhealthy: false,
    keys: [],
    leaving: false,
  };
  const rows = [
    { name: 'no annotation at all', annotations: {}, read: nothing },
    { name: 'a port that is none', annotations: { 'herald/port': '70000' }, read: nothing },
    { name: 'interfaces that are no JSON', annotations: { 'herald/interfaces': 'eth0,eth1' }, read: nothing },
    { name: 'interfaces that are no list', annotations: { 'herald/interfaces': '{"name":"eth0"}' }, read: nothing },
    { name: 'a policy of strict ARP that is none', annotations: { 'herald/strict-arp': 'hope ipvs' }, read: nothing },
    {
      name: 'an interface by its name alone',
      annotations: { 'herald/interfaces': '[{"name":"eth0"},7]' },
      read: { ...nothing, interfaces: [{ name: 'eth0', carrier: true, onlyIfNamed: false }] },
    },
  ];
  for (const { name, annotations, read } of rows) {
    test(`${name} can be read`, () => assert.deepEqual(decodeSpeakerFacts(annotations), read));
  }

  test('any text can be read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        decodeSpeakerFacts({ 'herald/interfaces': text, 'herald/port': text, 'herald/macs': text });
      }),
    );
  });
});
