import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress, type IpAddress, parseAddress } from '../../shared/net/address.ts';
import { type Holding, HoldingsByAddress, nothingHeld } from './holding.ts';

/** On both sides of where pages, signed numbers and the last 32 bits end. */
const addresses = [
  ...[
    '10.0.0.0',
    '10.0.0.64',
    '10.0.0.127',
    '10.0.0.128',
    '127.255.255.255',
    '128.0.0.0',
    '255.255.255.255',
    '0.0.0.0',
  ],
  ...['2001:db8::', '2001:db8::7f', '2001:db8::80', '2001:db8::ffff:ffff', '2001:db8::1:0:0', '::', 'ffff::ffff'],
].map(read);
const services = ['d/a', 'd/b', 'd/c'];
const steps = fc.array(
  fc.record({
    type: fc.constantFrom('add', 'delete'),
    service: fc.constantFrom(...services),
    address: fc.constantFrom(...addresses),
  }),
  { minLength: 50, maxLength: 200 },
);

describe('the holdings of each address', () => {
  test('are after any steps those that were added and not deleted', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const holdings = new HoldingsByAddress();
        const expected = new Map(addresses.map((address) => [address, new Set<Holding>()]));
        const ofService = new Map(services.map((service) => [service, { ...nothingHeld, service }]));
        for (const { type, service, address } of taken) {
          const holding = ofService.get(service) ?? nothingHeld;
          const held = expected.get(address) ?? new Set();
          if (type === 'add') {
            holdings.add(address, holding);
            held.add(holding);
          } else {
            const was = held.delete(holding);
            assert.equal(holdings.delete(address, holding), was && held.size === 0);
          }
        }
        for (const [address, held] of expected) {
          assert.deepEqual(new Set(holdings.of(address)), held, formatAddress(address));
        }
      }),
      { numRuns: 200, seed: 42 },
    );
  });
});

function read(text: string): IpAddress {
  const address = parseAddress(text);
  assert.ok(address !== undefined, text);
  return address;
}
