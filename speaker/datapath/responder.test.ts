import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { emptyFrame, frameOf, hexOf } from '../../test/support/frame-in-place.ts';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { encodeEthernet } from './ethernet.ts';
import { decodeNdp } from './ndp.ts';
import { answerArp, answerNdp, type Verdict } from './responder.ts';
import { type ServedAddress, ServedAddresses } from './served-addresses.ts';

const mac = { high: 0x0200, low: 1 };
const on2 = [{ index: 2, mac }];
const on3 = [{ index: 3, mac: { high: 0x0200, low: 3 } }];

function served(ip: string, hex: string, overrides: Partial<ServedAddress> = {}): ServedAddress {
  const address = new DataView(fromHex(hex).buffer);
  return { ip, service: 'shop/web', group: ip, address, owned: true, interfaces: on2, ...overrides };
}

const addresses = new ServedAddresses([
  served('192.0.2.100', 'c0000264'),
  served('192.0.2.101', 'c0000265', { owned: false }),
  served('192.0.2.102', 'c0000266', { interfaces: on3 }),
  served('2001:db8::100', '20010db8000000000000000000000100'),
  served('2001:db8::101', '20010db8000000000000000000000101', { owned: false }),
  served('2001:db8::102', '20010db8000000000000000000000102', { interfaces: on3 }),
]);

interface Row {
  readonly name: string;
  readonly hex: string;
  readonly verdict: Verdict;
  readonly interfaceIndex?: number;
}

const arp = '0806 0001 0800 06 04';
const from = '020000000002';
const asks = `0001 ${from} c0000202 000000000000`;

const arpRows: readonly Row[] = [
  { name: 'a request by broadcast', hex: `ffffffffffff ${from} ${arp} ${asks} c0000264`, verdict: 'answered' },
  { name: 'a request by unicast', hex: `020000000001 ${from} ${arp} ${asks} c0000264`, verdict: 'answered' },
  {
    name: 'a probe',
    hex: `ffffffffffff ${from} ${arp} 0001 ${from} 00000000 000000000000 c0000264`,
    verdict: 'answered',
  },
  {
    name: 'a padded request',
    hex: `ffffffffffff ${from} ${arp} ${asks} c0000264 ${'00'.repeat(18)}`,
    verdict: 'answered',
  },
  {
    name: 'a request on an interface that serves nothing',
    hex: `ffffffffffff ${from} ${arp} ${asks} c0000264`,
    interfaceIndex: 9,
    verdict: 'interfaceNotServing',
  },
  {
    name: 'a request to another station',
    hex: `020000000009 ${from} ${arp} ${asks} c0000264`,
    verdict: 'otherDestination',
  },
  { name: 'our own frame', hex: `ffffffffffff 020000000001 ${arp} ${asks} c0000264`, verdict: 'ownFrame' },
  { name: 'a cut frame', hex: `ffffffffffff ${from} ${arp} ${asks} c00002`, verdict: 'arpMalformed' },
  { name: 'an empty frame', hex: '', verdict: 'arpMalformed' },
  { name: 'a tagged frame', hex: `ffffffffffff ${from} 8100 0005 ${arp} ${asks} c0000264`, verdict: 'arpMalformed' },
  {
    name: 'a request from a group',
    hex: `ffffffffffff ${from} ${arp} 0001 010000000002 c0000202 000000000000 c0000264`,
    verdict: 'arpMalformed',
  },
  {
    name: 'a reply',
    hex: `020000000001 ${from} ${arp} 0002 ${from} c0000202 020000000001 c0000264`,
    verdict: 'arpNotRequest',
  },
  { name: 'an unknown address', hex: `ffffffffffff ${from} ${arp} ${asks} c0000263`, verdict: 'addressUnknown' },
  { name: "another node's address", hex: `ffffffffffff ${from} ${arp} ${asks} c0000265`, verdict: 'notOwner' },
  {
    name: "another interface's address",
    hex: `ffffffffffff ${from} ${arp} ${asks} c0000266`,
    verdict: 'addressOnOtherInterface',
  },
  {
    name: 'a foreign reply with our address',
    hex: `020000000001 ${from} ${arp} 0002 ${from} c0000264 020000000001 c0000201`,
    verdict: 'foreignClaim',
  },
  {
    name: 'a foreign announcement',
    hex: `ffffffffffff ${from} ${arp} 0001 ${from} c0000264 000000000000 c0000264`,
    verdict: 'foreignClaim',
  },
  {
    name: "a foreign announcement of another node's address",
    hex: `ffffffffffff ${from} ${arp} 0001 ${from} c0000265 000000000000 c0000265`,
    verdict: 'notOwner',
  },
];

const ipv6 = '86dd 60000000';
const client = '20010db8000000000000000000000002';
const group = 'ff0200000000000000000001ff000100';
const vip = '20010db8000000000000000000000100';
const to = '3333ff000100';
const toAll = '333300000001';
const allNodes = 'ff020000000000000000000000000001';
const option = '0101 020000000002';

const ndpRows: readonly Row[] = [
  {
    name: 'a solicitation by multicast',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
    verdict: 'answered',
  },
  {
    name: 'a solicitation by unicast',
    hex: `020000000001 ${from} ${ipv6} 0020 3aff ${client} ${vip} 8700ea74 00000000 ${vip} ${option}`,
    verdict: 'answered',
  },
  {
    name: 'duplicate address detection',
    hex: `${to} ${from} ${ipv6} 0018 3aff ${'00'.repeat(16)} ${group} 87004aef 00000000 ${vip}`,
    verdict: 'answered',
  },
  {
    name: 'hop limit 254',
    hex: `${to} ${from} ${ipv6} 0020 3afe ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
    verdict: 'ndpHopLimit',
  },
  {
    name: 'a bad checksum',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a2a 00000000 ${vip} ${option}`,
    verdict: 'ndpChecksum',
  },
  {
    name: 'an option of length zero',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a2a 00000000 ${vip} 0100 020000000002`,
    verdict: 'ndpOptionLength',
  },
  {
    name: 'an option past the end',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a28 00000000 ${vip} 0102 020000000002`,
    verdict: 'ndpOptionLength',
  },
  {
    name: 'a target that is a group',
    hex: `${to} ${from} ${ipv6} 0018 3aff ${client} ${group} 87004ce9 00000000 ff020000000000000000000000000001`,
    verdict: 'ndpTargetMulticast',
  },
  {
    name: 'detection with a link-layer address',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${'00'.repeat(16)} ${group} 870047e4 00000000 ${vip} ${option}`,
    verdict: 'ndpDuplicateAddressDetection',
  },
  {
    name: 'detection that is not sent to the group',
    hex: `020000000001 ${from} ${ipv6} 0018 3aff ${'00'.repeat(16)} ${vip} 87001b3b 00000000 ${vip}`,
    verdict: 'ndpDuplicateAddressDetection',
  },
  {
    name: 'a code other than 0',
    hex: `${to} ${from} ${ipv6} 0018 3aff ${client} ${group} 8701 0000 00000000 ${vip}`,
    verdict: 'ndpMalformed',
  },
  {
    name: 'a payload length past the end',
    hex: `${to} ${from} ${ipv6} 0028 3aff ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
    verdict: 'ndpMalformed',
  },
  { name: 'a cut frame', hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a29`, verdict: 'ndpMalformed' },
  {
    name: 'our own frame',
    hex: `${to} 020000000001 ${ipv6} 0020 3aff ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
    verdict: 'ownFrame',
  },
  {
    name: 'a solicitation to another station',
    hex: `020000000009 ${from} ${ipv6} 0020 3aff ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
    verdict: 'otherDestination',
  },
  {
    name: 'a link-layer address that is a group',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${client} ${group} 87001c2b 00000000 ${vip} 0101 ffffffffffff`,
    verdict: 'ndpMalformed',
  },
  {
    name: 'a source address that is a group',
    hex: `${to} ${from} ${ipv6} 0020 3aff ${allNodes} ${group} 870048e0 00000000 ${vip} ${option}`,
    verdict: 'ndpMalformed',
  },
  {
    name: 'a frame from a group, without a link-layer address',
    hex: `020000000001 330000000002 ${ipv6} 0018 3aff ${client} ${vip} 8700ed7f 00000000 ${vip}`,
    verdict: 'ndpMalformed',
  },
  {
    name: 'a solicited advertisement to all nodes',
    hex: `${toAll} ${from} ${ipv6} 0020 3aff ${client} ${allNodes} 8800b829 60000000 ${vip} 0201 020000000002`,
    verdict: 'ndpMalformed',
  },
  {
    name: 'a foreign advertisement of our address',
    hex: `${toAll} ${from} ${ipv6} 0020 3aff ${client} ${allNodes} 8800f829 20000000 ${vip} 0201 020000000002`,
    verdict: 'foreignClaim',
  },
  {
    name: 'a foreign advertisement of a foreign address',
    hex: `${toAll} ${from} ${ipv6} 0020 3aff ${client} ${allNodes} 8800f927 20000000 ${client} 0201 020000000002`,
    verdict: 'ndpNotSolicitation',
  },
];

describe('what becomes of a frame', () => {
  for (const [protocol, rows, answer] of [
    ['ARP', arpRows, answerArp],
    ['NDP', ndpRows, answerNdp],
  ] as const) {
    for (const { name, hex, verdict, interfaceIndex } of rows) {
      test(`${protocol}: ${name}: ${verdict}`, () => {
        const reply = emptyFrame();
        assert.equal(answer(frameOf(hex, interfaceIndex), reply, addresses), verdict);
        assert.equal(reply.length > 0, verdict === 'answered');
      });
    }
  }
});

describe('answers to neighbour solicitations', () => {
  const rows = [
    {
      name: 'go to the link-layer address in the option',
      hex: `${to} 020000000009 ${ipv6} 0020 3aff ${client} ${group} 87001a29 00000000 ${vip} ${option}`,
      reply: `020000000002 020000000001 ${ipv6} 0020 3aff ${vip} ${client} 88008875 60000000 ${vip} 0201 020000000001`,
    },
    {
      name: 'to :: go to all nodes, with solicited clear',
      hex: `${to} ${from} ${ipv6} 0018 3aff ${'00'.repeat(16)} ${group} 87004aef 00000000 ${vip}`,
      reply: `333300000001 020000000001 ${ipv6} 0020 3aff ${vip} ff020000000000000000000000000001 8800f72c 20000000 ${vip} 0201 020000000001`,
    },
  ];
  for (const { name, hex, reply } of rows) {
    test(name, () => {
      const frame = emptyFrame();
      assert.equal(answerNdp(frameOf(hex), frame, addresses), 'answered');
      assert.equal(hexOf(frame), reply.replaceAll(' ', ''));
      assert.equal(frame.interfaceIndex, 2);
      assert.equal(decodeNdp(fromHex(hexOf(frame)).slice(54)).type, 'neighborAdvertisement');
    });
  }
});

test('arbitrary frames get a verdict, and never an exception', () => {
  const payload = fc.uint8Array({ maxLength: 120 });
  const etherTypes = fc.constantFrom(0x0806, 0x86dd, 0x0800);
  fc.assert(
    fc.property(payload, etherTypes, (bytes, etherType) => {
      const destination = fromHex('ffffffffffff');
      const hex = toHex(encodeEthernet({ destination, source: fromHex(from), etherType, payload: bytes }));
      for (const answer of [answerArp, answerNdp]) {
        assert.notEqual(answer(frameOf(hex), emptyFrame(), addresses), 'answered');
      }
    }),
  );
});
