import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AddressedService, groupByAddress, type ServiceAddress } from './address-groups.ts';

const v4 = (last: number): ServiceAddress => ({
  ip: `10.0.0.${last}`,
  address: { family: 'IPv4', value: 0x0a000000n + BigInt(last) },
});
const v6 = (last: number): ServiceAddress => ({
  ip: `2001:db8::${last.toString(16)}`,
  address: { family: 'IPv6', value: (0x20010db8n << 96n) + BigInt(last) },
});
const service = (key: string, ...addresses: readonly ServiceAddress[]): AddressedService => ({ key, addresses });

const shape = (services: readonly AddressedService[]) =>
  groupByAddress(services).map((group) => ({
    electedBy: group.electedBy,
    ips: group.ips,
    services: group.services.map(({ key }) => key),
  }));

describe('address groups', () => {
  const rows = [
    { name: 'nothing', services: [], groups: [] },
    {
      name: 'two Services with an address each stay apart',
      services: [service('a/x', v4(2)), service('a/y', v4(1))],
      groups: [
        { electedBy: '10.0.0.1', ips: ['10.0.0.1'], services: ['a/y'] },
        { electedBy: '10.0.0.2', ips: ['10.0.0.2'], services: ['a/x'] },
      ],
    },
    {
      name: 'a shared address joins its Services',
      services: [service('a/y', v4(1)), service('a/x', v4(1))],
      groups: [{ electedBy: '10.0.0.1', ips: ['10.0.0.1'], services: ['a/x', 'a/y'] }],
    },
    {
      name: 'a dual-stack Service is elected by its IPv4 address',
      services: [service('a/x', v6(1), v4(9))],
      groups: [{ electedBy: '10.0.0.9', ips: ['10.0.0.9', '2001:db8::1'], services: ['a/x'] }],
    },
    {
      name: 'an IPv6 group is elected by its lowest address, by number and not by text',
      services: [service('a/x', v6(0x10)), service('a/y', v6(0x10), v6(9))],
      groups: [{ electedBy: '2001:db8::9', ips: ['2001:db8::9', '2001:db8::10'], services: ['a/x', 'a/y'] }],
    },
    {
      name: 'the lowest IPv4 address counts by number and not by text',
      services: [service('a/x', v4(10)), service('a/y', v4(10), v4(9))],
      groups: [{ electedBy: '10.0.0.9', ips: ['10.0.0.9', '10.0.0.10'], services: ['a/x', 'a/y'] }],
    },
    {
      name: 'a chain of shared addresses is one group',
      services: [
        service('a/x', v4(1)),
        service('a/z', v4(2)),
        service('a/y', v4(1), v6(1)),
        service('b/x', v4(2), v6(1)),
      ],
      groups: [
        {
          electedBy: '10.0.0.1',
          ips: ['10.0.0.1', '10.0.0.2', '2001:db8::1'],
          services: ['a/x', 'a/y', 'a/z', 'b/x'],
        },
      ],
    },
  ];
  for (const { name, services, groups } of rows) {
    test(name, () => assert.deepEqual(shape(services), groups));
  }

  const anyServices = fc.uniqueArray(
    fc.record({
      key: fc.integer({ min: 0, max: 30 }).map((number) => `a/${number}`),
      addresses: fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 2 }),
    }),
    { selector: ({ key }) => key },
  );

  test('every address and every Service is in exactly one group', () => {
    fc.assert(
      fc.property(anyServices, (plain) => {
        const services = plain.map(({ key, addresses }) => service(key, ...addresses.map(v4)));
        const groups = shape(services);
        const ips = groups.flatMap((group) => group.ips);
        const keys = groups.flatMap((group) => group.services);
        assert.equal(new Set(ips).size, ips.length);
        assert.deepEqual(new Set(keys), new Set(services.map(({ key }) => key)));
        assert.equal(keys.length, services.length);
        for (const { key, addresses } of services) {
          const group = groups.find((candidate) => candidate.services.includes(key));
          for (const { ip } of addresses) assert.ok(group?.ips.includes(ip));
        }
      }),
    );
  });

  test('the order of the Services makes no difference', () => {
    fc.assert(
      fc.property(anyServices, (plain) => {
        const services = plain.map(({ key, addresses }) => service(key, ...addresses.map(v4)));
        assert.deepEqual(shape(services.toReversed()), shape(services));
      }),
    );
  });
});
