import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configOf, ipAddressPool, l2Advertisement } from '../../test/support/config-objects.ts';
import type { JsonObject } from '../api/json.ts';
import type { Advertisement } from './model.ts';

const pools = [
  ipAddressPool('blue', { addresses: ['10.0.0.0/24'] }, { labels: { colour: 'blue' } }),
  ipAddressPool('broken', { addresses: ['lan'] }, { labels: { colour: 'red' } }),
  ipAddressPool('red', { addresses: ['10.0.1.0/24'] }, { labels: { colour: 'red' } }),
  ipAddressPool('far', { addresses: ['10.0.2.0/24'] }, { namespace: 'default' }),
];
const nodeLabels = new Map([
  ['node-a', { zone: 'a' }],
  ['node-b', { zone: 'b' }],
]);

/** The advertisement made of `spec`, and what was found about it. */
function read(spec: JsonObject): { advertisement: Advertisement | undefined; found: readonly string[] } {
  const { config, findings } = configOf({ pools, advertisements: [l2Advertisement('lan', spec)], nodeLabels });
  const mine = findings.filter(({ object }) => object.kind === 'L2Advertisement');
  const found = mine.map(
    ({ severity, message }) => `${severity}: ${message.replace('L2Advertisement herald-system/lan: ', '')}`,
  );
  return { advertisement: config?.advertisements[0], found };
}

describe('pools of an advertisement', () => {
  const rows: readonly [string, JsonObject, readonly string[] | undefined, readonly string[]][] = [
    ['all of the namespace, where none is selected', {}, ['blue', 'broken', 'red'], []],
    ['those that are named', { ipAddressPools: ['red'] }, ['red'], []],
    [
      'those that a selector matches',
      { ipAddressPoolSelectors: [{ matchLabels: { colour: 'red' } }] },
      ['broken', 'red'],
      [],
    ],
    [
      'both',
      { ipAddressPools: ['blue'], ipAddressPoolSelectors: [{ matchLabels: { colour: 'red' } }] },
      ['blue', 'broken', 'red'],
      [],
    ],
    [
      'not one that does not exist',
      { ipAddressPools: ['green', 'red'] },
      ['red'],
      [
        'error: spec.ipAddressPools[0]: there is no IPAddressPool "green" in namespace "herald-system"; create it or remove the name',
      ],
    ],
    [
      'not one of another namespace',
      { ipAddressPools: ['red', 'far'] },
      ['red'],
      [
        'error: spec.ipAddressPools[1]: there is no IPAddressPool "far" in namespace "herald-system"; the one in namespace "default" never serves; move it here',
      ],
    ],
    [
      'none, where only missing ones are named: that is not all',
      { ipAddressPools: ['green'] },
      undefined,
      [
        'error: spec.ipAddressPools[0]: there is no IPAddressPool "green" in namespace "herald-system"; create it or remove the name',
      ],
    ],
    [
      'none, where a selector matches none',
      { ipAddressPoolSelectors: [{ matchLabels: { colour: 'green' } }] },
      undefined,
      [
        'warning: spec.ipAddressPoolSelectors[0]: "colour=green" matches no IPAddressPool; correct it, or put the labels on a pool',
      ],
    ],
  ];
  for (const [what, spec, expected, found] of rows) {
    test(`are ${what}`, () => {
      const result = read(spec);
      assert.deepEqual(result.advertisement?.pools, expected);
      assert.deepEqual(result.found, found);
    });
  }
});

test('a name that stands twice counts once, with a warning', () => {
  const { advertisement, found } = read({ ipAddressPools: ['red', 'red'], interfaces: ['eth0', 'eth1', 'eth0'] });
  assert.deepEqual(advertisement?.pools, ['red']);
  assert.deepEqual(found, [
    'notice: spec.ipAddressPools[1]: "red" stands at spec.ipAddressPools[0] already; remove one',
    'notice: spec.interfaces[2]: "eth0" stands at spec.interfaces[0] already; remove one',
  ]);
});

describe('an entry that can’t be used', () => {
  const bad = { matchExpressions: [{ key: 'zone', operator: 'Exists', values: ['a'] }] };
  const good = { matchLabels: { zone: 'a' } };
  const parsedGood = { matchLabels: { zone: 'a' }, matchExpressions: [] };
  const complaint = 'operator "Exists" on "zone" takes no values';

  test('is left out, and the rest is in force', () => {
    const { advertisement, found } = read({
      nodeSelectors: [bad, good],
      serviceSelectors: [good, bad],
      interfaces: ['eth0', 'a name too long', 'eth1'],
      preferredNodeSelectors: [
        { weight: 101, preference: good },
        { weight: 100, preference: good },
        { weight: 1, preference: bad },
        { preference: good },
      ],
    });
    assert.deepEqual(advertisement, {
      name: 'lan',
      pools: ['blue', 'broken', 'red'],
      nodeSelectors: [parsedGood],
      interfaces: ['eth0', 'eth1'],
      serviceSelectors: [parsedGood],
      preferredNodes: [{ weight: 100, preference: parsedGood }],
    });
    assert.deepEqual(found, [
      `error: spec.nodeSelectors[0].matchExpressions[0]: ${complaint}`,
      `error: spec.serviceSelectors[1].matchExpressions[0]: ${complaint}`,
      'error: spec.interfaces[1]: "a name too long" can\'t be the name of an interface; give it exactly as "ip link" prints it',
      'error: spec.preferredNodeSelectors[0].weight: 101 is not a whole number from 1 to 100',
      `error: spec.preferredNodeSelectors[2].preference.matchExpressions[0]: ${complaint}`,
      'error: spec.preferredNodeSelectors[3].weight: 0 is not a whole number from 1 to 100',
    ]);
  });

  for (const spec of [{ nodeSelectors: [bad] }, { serviceSelectors: [bad] }, { interfaces: ['not/one'] }]) {
    const list = Object.keys(spec)[0];
    test(`sets the advertisement aside where ${list} is left empty by it, which would read as all`, () => {
      assert.equal(read(spec).advertisement, undefined);
    });
  }

  test('of the preferences is only a wish less', () => {
    const { advertisement } = read({ preferredNodeSelectors: [{ weight: 0, preference: good }] });
    assert.deepEqual(advertisement?.preferredNodes, []);
  });
});

describe('a node selector', () => {
  const nowhere = {
    nodeSelectors: [
      { matchLabels: { zone: 'a' } },
      {
        matchExpressions: [
          { key: 'zone', operator: 'NotIn', values: ['a', 'b'] },
          { key: 'rack', operator: 'DoesNotExist' },
          { key: 'zone', operator: 'Exists' },
        ],
      },
    ],
  };

  test('that matches no node stays in force, with a warning', () => {
    const { advertisement, found } = read(nowhere);
    assert.equal(advertisement?.nodeSelectors.length, 2);
    assert.deepEqual(found, [
      'warning: spec.nodeSelectors[1]: "zone notin (a,b),!rack,zone" matches no node; compare it with "kubectl get nodes --show-labels"',
    ]);
  });

  test('is not judged where nodes are not known', () => {
    const advertisements = [l2Advertisement('lan', nowhere)];
    assert.deepEqual(configOf({ pools: pools.slice(0, 1), advertisements }).findings, []);
    assert.deepEqual(configOf({ pools: pools.slice(0, 1), advertisements, nodeLabels: new Map() }).findings, []);
  });

  test('of a preference is judged too', () => {
    const { found } = read({ preferredNodeSelectors: [{ weight: 5, preference: { matchLabels: { zone: 'c' } } }] });
    assert.deepEqual(found, [
      'warning: spec.preferredNodeSelectors[0].preference: "zone=c" matches no node; compare it with "kubectl get nodes --show-labels"',
    ]);
  });
});
