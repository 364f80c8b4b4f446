import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advertisement, arpHex, ndpHex, solicitation } from '../../support/wire-frames.ts';
import { questionFor } from './question.ts';

const mac = '02:00:00:00:00:01';
const owner = '02:00:00:00:00:02';
const broadcast = 'ff:ff:ff:ff:ff:ff';
const nobody = '00:00:00:00:00:00';

function frame(hex: string) {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  return { view: new DataView(bytes.buffer), length: bytes.length, interfaceIndex: 1 };
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** A request's number, and the sender that it comes from. */
const senders = [
  [0, '10.0.0.0', '2001:db8:10:0:ffff::'],
  [1, '10.0.0.1', '2001:db8:10:0:ffff::1'],
  [0xffff, '10.0.255.255', '2001:db8:10:0:ffff::ffff'],
  [0x01_0000, '10.1.0.0', '2001:db8:10:0:ffff:0:1:0'],
  [0xfe_dcba, '10.254.220.186', '2001:db8:10:0:ffff:0:fe:dcba'],
] as const;

for (const [number, ipv4, ipv6] of senders) {
  test(`request ${number} comes from ${ipv4}, and its answer tells so`, () => {
    const question = questionFor('192.0.2.90', mac);
    const request = {
      to: broadcast,
      from: mac,
      operation: 1,
      sender: `${mac} ${ipv4}`,
      target: `${nobody} 192.0.2.90`,
    };
    assert.equal(hexOf(question.frame(number)), arpHex(request));
    const answer = { to: mac, from: owner, operation: 2, sender: `${owner} 192.0.2.90`, target: `${mac} ${ipv4}` };
    assert.deepEqual(question.read(frame(arpHex(answer))), { type: 'answer', request: number });
  });

  test(`request ${number} comes from ${ipv6} with a checksum that fits, and its answer tells so`, () => {
    const target = '2001:db8:10::12:3456';
    const question = questionFor(target, mac);
    const request = {
      to: '33:33:ff:12:34:56',
      from: mac,
      source: ipv6,
      destination: 'ff02::1:ff12:3456',
      message: solicitation(target, mac),
    };
    assert.equal(hexOf(question.frame(number)), ndpHex(request));
    const answer = {
      to: mac,
      from: owner,
      source: target,
      destination: ipv6,
      message: advertisement(target, owner, { solicited: true, override: true }),
    };
    assert.deepEqual(question.read(frame(ndpHex(answer))), { type: 'answer', request: number });
  });
}

test('announcements are told from answers, and other addresses are left aside', () => {
  const arp = (address: string, operation: number) =>
    frame(
      arpHex({ to: broadcast, from: owner, operation, sender: `${owner} ${address}`, target: `${owner} ${address}` }),
    );
  const ndp = (address: string) =>
    frame(
      ndpHex({
        to: '33:33:00:00:00:01',
        from: owner,
        source: address,
        destination: 'ff02::1',
        message: advertisement(address, owner, { solicited: false, override: true }),
      }),
    );
  const [ipv4, ipv6] = [questionFor('192.0.2.90', mac), questionFor('2001:db8::90', mac)];
  assert.deepEqual(ipv4.read(arp('192.0.2.90', 1)), { type: 'announcement' });
  assert.deepEqual(ipv4.read(arp('192.0.2.90', 2)), { type: 'announcement' });
  assert.equal(ipv4.read(arp('192.0.2.91', 2)), undefined);
  assert.deepEqual(ipv6.read(ndp('2001:db8::90')), { type: 'announcement' });
  assert.equal(ipv6.read(ndp('2001:db8::91')), undefined);
});
