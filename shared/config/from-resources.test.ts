import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configOf, ipAddressPool, l2Advertisement } from '../../test/support/config-objects.ts';
import { formatRange } from '../../test/support/range-text.ts';
import type { ConfigResult } from './model.ts';

/** Severity, path and message of what was found. */
function lines({ findings }: ConfigResult): readonly string[] {
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}
const all = l2Advertisement('all', {});

describe('a pool', () => {
  test('is read with its defaults', () => {
    const { config, findings } = configOf({
      pools: [ipAddressPool('lan', { addresses: ['10.0.0.5/24'] })],
      advertisements: [all],
    });
    assert.deepEqual(findings, []);
    assert.deepEqual(config?.pools.get('lan'), {
      name: 'lan',
      labels: {},
      ranges: [{ family: 'IPv4', first: 0x0a000000n, last: 0x0a0000ffn }],
      excluded: [],
      autoAssign: true,
      avoidBuggyIPs: false,
      conflictCheck: false,
      allocation: undefined,
    });
    assert.equal(config?.source, 'resources');
    assert.deepEqual([...config.setAside], []);
  });

  test('keeps its entries in the order of the spec', () => {
    const addresses = ['10.0.9.0/24', '2001:db8::/64', '10.0.1.1 - 10.0.1.5', '10.0.0.7'];
    const { config } = configOf({ pools: [ipAddressPool('lan', { addresses })] });
    const ranges = config?.pools.get('lan')?.ranges.map(formatRange);
    assert.deepEqual(ranges, ['10.0.9.0/24', '2001:db8::/64', '10.0.1.1-10.0.1.5', '10.0.0.7']);
  });

  const setAside: readonly [string, Parameters<typeof ipAddressPool>[1], readonly string[]][] = [
    [
      'without addresses',
      { addresses: [] },
      [
        'error: IPAddressPool herald-system/bad: spec.addresses: the list is empty; give at least one CIDR (192.0.2.0/24), range (192.0.2.5-192.0.2.9) or address',
      ],
    ],
    [
      'with two unreadable entries',
      { addresses: ['10.0.0.0/24', 'lan', '10.0.0.0/33'] },
      [
        'error: IPAddressPool herald-system/bad: spec.addresses[1]: "lan" is not an IP address; write a CIDR (192.0.2.0/24), a range (192.0.2.5-192.0.2.9) or one address',
        'error: IPAddressPool herald-system/bad: spec.addresses[2]: "10.0.0.0/33" has a bad prefix length: IPv4 takes a whole number from 0 to 32',
      ],
    ],
    [
      'with an entry twice',
      { addresses: ['10.0.0.0/24', '10.0.0.0/24'] },
      [
        'error: IPAddressPool herald-system/bad: spec.addresses[1]: "10.0.0.0/24" overlaps "10.0.0.0/24" at spec.addresses[0]; list every address once',
      ],
    ],
    [
      'with entries that overlap',
      { addresses: ['10.0.0.0/24', '10.1.0.0/24', '10.0.0.255-10.0.1.9'] },
      [
        'error: IPAddressPool herald-system/bad: spec.addresses[2]: "10.0.0.255-10.0.1.9" overlaps "10.0.0.0/24" at spec.addresses[0]; list every address once',
      ],
    ],
    [
      'with an unreadable exclusion, which it might else hand out',
      { addresses: ['10.0.0.0/24'], excludeAddresses: ['10.0.0.9-10.0.0.1'] },
      [
        'error: IPAddressPool herald-system/bad: spec.excludeAddresses[0]: "10.0.0.9-10.0.0.1" starts after its end; did you mean "10.0.0.1-10.0.0.9"?',
      ],
    ],
    [
      'with a selector that can match nothing, by which Services would lose their addresses',
      {
        addresses: ['10.0.0.0/24'],
        serviceAllocation: {
          namespaceSelectors: [{ matchExpressions: [{ key: 'team', operator: 'Is', values: ['a'] }] }],
          serviceSelectors: [{}, { matchExpressions: [{ key: 'app', operator: 'In' }] }],
        },
      },
      [
        'error: IPAddressPool herald-system/bad: spec.serviceAllocation.namespaceSelectors[0].matchExpressions[0]: operator "Is" on "team" is unknown; use In, NotIn, Exists or DoesNotExist',
        'error: IPAddressPool herald-system/bad: spec.serviceAllocation.serviceSelectors[1].matchExpressions[0]: operator "In" on "app" needs at least one value',
      ],
    ],
  ];
  for (const [what, spec, expected] of setAside) {
    test(`${what} is set aside, and the others serve`, () => {
      const good = ipAddressPool('good', { addresses: ['192.0.2.0/24'] });
      const result = configOf({ pools: [ipAddressPool('bad', spec), good], advertisements: [all] });
      assert.deepEqual(lines(result), expected);
      assert.deepEqual([...(result.config?.pools.keys() ?? [])], ['good']);
      assert.deepEqual([...(result.config?.setAside ?? [])], ['bad']);
      // What Services hold from it is still announced.
      assert.deepEqual(result.config?.advertisements[0]?.pools, ['bad', 'good']);
    });
  }

  test('whose exclusion excludes nothing serves, with a warning', () => {
    const pool = ipAddressPool('lan', { addresses: ['10.0.0.0/24'], excludeAddresses: ['10.0.0.1', '10.0.1.1'] });
    const result = configOf({ pools: [pool], advertisements: [all] });
    assert.deepEqual(lines(result), [
      'notice: IPAddressPool herald-system/lan: spec.excludeAddresses[1]: "10.0.1.1" excludes nothing: no entry of addresses holds any of it; remove it',
    ]);
    assert.deepEqual(result.config?.pools.get('lan')?.excluded.map(formatRange), ['10.0.0.1', '10.0.1.1']);
  });

  test('with a namespace or a selector twice serves, with a notice', () => {
    const web = { matchLabels: { app: 'web' } };
    const serviceAllocation = { namespaces: ['a', 'a'], serviceSelectors: [web, web] };
    const pool = ipAddressPool('lan', { addresses: ['10.0.0.0/24'], serviceAllocation });
    const result = configOf({ pools: [pool], advertisements: [all] });
    assert.deepEqual(lines(result), [
      'notice: IPAddressPool herald-system/lan: spec.serviceAllocation.namespaces[1]: "a" stands at spec.serviceAllocation.namespaces[0] already; remove one',
      'notice: IPAddressPool herald-system/lan: spec.serviceAllocation.serviceSelectors[1]: "app=web" stands at spec.serviceAllocation.serviceSelectors[0] already; remove one',
    ]);
    assert.equal(result.config?.pools.has('lan'), true);
  });

  test('without a usable address serves nobody, with a warning', () => {
    const pool = ipAddressPool('lan', { addresses: ['10.0.0.255-10.0.1.0'], avoidBuggyIPs: true });
    assert.deepEqual(lines(configOf({ pools: [pool], advertisements: [all] })), [
      'notice: IPAddressPool herald-system/lan: spec.addresses: excludeAddresses and avoidBuggyIPs leave no address to hand out; add addresses or lift one of them',
    ]);
  });

  test('that no advertisement selects serves, with a warning', () => {
    const pools = [
      ipAddressPool('a', { addresses: ['10.0.0.0/24'] }),
      ipAddressPool('b', { addresses: ['10.0.1.0/24'] }),
    ];
    const result = configOf({ pools, advertisements: [l2Advertisement('one', { ipAddressPools: ['a'] })] });
    assert.deepEqual(lines(result), [
      'warning: IPAddressPool herald-system/b: metadata.name: no L2Advertisement selects "b": its addresses are handed out but never announced; name it in spec.ipAddressPools of one (BGPAdvertisements are stored, not served yet)',
    ]);
    assert.deepEqual([...(result.config?.pools.keys() ?? [])], ['a', 'b']);
  });
});

describe('pools that overlap', () => {
  const older = { created: '2026-01-01T00:00:00Z' };
  const younger = { created: '2026-01-02T00:00:00Z' };
  const wide = { addresses: ['192.0.2.7', '10.0.0.0/16'] };
  const narrow = { addresses: ['10.1.0.0/16', '10.0.3.0/24'] };

  test('the one created later is set aside', () => {
    const result = configOf({
      pools: [ipAddressPool('a', narrow, younger), ipAddressPool('b', wide, older)],
      advertisements: [all],
    });
    assert.deepEqual(lines(result), [
      'error: IPAddressPool herald-system/a: spec.addresses[1]: "10.0.3.0/24" overlaps "10.0.0.0/16" of IPAddressPool herald-system/b, which came first and stays in force; this pool is set aside until no address stands in both',
    ]);
    assert.deepEqual([...(result.config?.setAside ?? [])], ['a']);
  });

  test('of two created in the same second, the one whose name comes later is set aside', () => {
    const result = configOf({ pools: [ipAddressPool('b', wide, older), ipAddressPool('a', narrow, older)] });
    assert.deepEqual([...(result.config?.setAside ?? [])], ['b']);
  });

  test('one that is set aside stands in nobody’s way', () => {
    const result = configOf({
      pools: [
        ipAddressPool('first', { addresses: ['10.0.0.0/25'] }, { created: '2026-01-01T00:00:00Z' }),
        ipAddressPool('second', { addresses: ['10.0.0.0/24'] }, { created: '2026-01-02T00:00:00Z' }),
        ipAddressPool('third', { addresses: ['10.0.0.128/25'] }, { created: '2026-01-03T00:00:00Z' }),
      ],
    });
    assert.deepEqual([...(result.config?.pools.keys() ?? [])], ['first', 'third']);
  });

  test('what a pool excludes overlaps nobody, whichever of the two excludes it', () => {
    const excludes = { addresses: ['10.0.0.0/24'], excludeAddresses: ['10.0.0.128/25'] };
    const rest = { addresses: ['10.0.0.128/25'] };
    for (const [first, second] of [
      [excludes, rest],
      [rest, excludes],
    ]) {
      const result = configOf({
        pools: [ipAddressPool('a', first ?? {}), ipAddressPool('b', second ?? {})],
        advertisements: [all],
      });
      assert.deepEqual(lines(result), []);
    }
    const less = { addresses: ['10.0.0.0/24'], excludeAddresses: ['10.0.0.129/32'] };
    const result = configOf({ pools: [ipAddressPool('a', less), ipAddressPool('b', rest)], advertisements: [all] });
    assert.deepEqual(lines(result), [
      'error: IPAddressPool herald-system/b: spec.addresses[0]: "10.0.0.128/25" overlaps "10.0.0.0/24" of IPAddressPool herald-system/a, which came first and stays in force; this pool is set aside until no address stands in both',
    ]);
  });

  test('IPv4 and IPv6 addresses of the same number do not', () => {
    const result = configOf({
      pools: [ipAddressPool('a', { addresses: ['0.0.0.1'] }), ipAddressPool('b', { addresses: ['::1'] })],
    });
    assert.deepEqual([...(result.config?.setAside ?? [])], []);
  });
});

describe('objects in another namespace', () => {
  test('never serve, and are named', () => {
    const elsewhere = { namespace: 'default' };
    const result = configOf({
      pools: [ipAddressPool('lan', { addresses: ['10.0.0.0/24'] }, elsewhere)],
      advertisements: [l2Advertisement('lan', { ipAddressPools: ['lan'] }, elsewhere)],
    });
    assert.deepEqual(lines(result), [
      'notice: IPAddressPool default/lan: metadata.namespace: "default" is not the namespace of the installation: this object never serves; move it to "herald-system"',
      'notice: L2Advertisement default/lan: metadata.namespace: "default" is not the namespace of the installation: this object never serves; move it to "herald-system"',
    ]);
    assert.deepEqual(result.config, { source: 'none', pools: new Map(), advertisements: [], setAside: new Set() });
  });
});
