import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { configMap, configOf, configOfYaml } from '../../test/support/config-objects.ts';
import { formatRange } from '../../test/support/range-text.ts';

/** What was found in the YAML, without the name of the object. */
function found(yaml: string): readonly string[] {
  const { findings } = configOfYaml(yaml);
  return findings.map(
    ({ severity, message }) => `${severity}: ${message.replace('ConfigMap herald-system/config: ', '')}`,
  );
}

const pool = (more: string): string =>
  `address-pools:\n- name: lan\n  protocol: layer2\n  addresses: [10.0.0.0/24]\n${more}`;

describe('the ConfigMap of v0.12', () => {
  test('makes pools, and an advertisement for each of layer2', () => {
    const { config, findings } = configOfYaml(`
address-pools:
- name: default
  protocol: layer2
  addresses:
  - 192.168.10.90-192.168.10.100
  - 2001:db8::/120
- name: careful
  protocol: layer2
  addresses: [10.0.0.0/24]
  auto-assign: false
  avoid-buggy-ips: true
`);
    assert.deepEqual(findings, []);
    assert.equal(config?.source, 'configMap');
    assert.deepEqual([...(config?.pools.keys() ?? [])], ['careful', 'default']);
    const pools = [...(config?.pools.values() ?? [])];
    assert.deepEqual(
      pools.map(({ ranges, autoAssign, avoidBuggyIPs }) => [ranges.map(formatRange), autoAssign, avoidBuggyIPs]),
      [
        [['10.0.0.0/24'], false, true],
        [['192.168.10.90-192.168.10.100', '2001:db8::/120'], true, false],
      ],
    );
    const everywhere = { nodeSelectors: [], interfaces: [], serviceSelectors: [], preferredNodes: [] };
    assert.deepEqual(config?.advertisements, [
      { name: 'careful', pools: ['careful'], ...everywhere },
      { name: 'default', pools: ['default'], ...everywhere },
    ]);
  });

  for (const [what, yaml] of [
    ['an empty text', ''],
    ['a comment', '# nothing yet\n'],
    ['an empty map', '{}'],
    ['a null', '~'],
    ['keys without values', 'address-pools:\npeers: ~\nbgp-communities: null\nbfd-profiles:\n'],
    ['empty lists', 'address-pools: []\npeers: []\n'],
  ] as const) {
    test(`is an empty configuration: ${what}`, () => {
      const { config, findings } = configOfYaml(yaml);
      assert.deepEqual(findings, []);
      assert.equal(config?.source, 'configMap');
      assert.equal(config?.pools.size, 0);
    });
  }

  test('takes the booleans of YAML 1.1, as v0.12 did', () => {
    for (const word of ['false', 'no', 'off', 'No', 'OFF', 'n']) {
      const { config } = configOfYaml(pool(`  auto-assign: ${word}\n`));
      assert.equal(config?.pools.get('lan')?.autoAssign, false, word);
    }
  });

  test('takes a number where a text belongs, as it is written', () => {
    const { config } = configOfYaml('address-pools: [{name: 0010, protocol: layer2, addresses: [10.0.0.1]}]');
    assert.deepEqual([...(config?.pools.keys() ?? [])], ['0010']);
  });

  test('takes anchors and aliases', () => {
    const { config, findings } = configOfYaml(
      'address-pools:\n- {name: a, protocol: &p layer2, addresses: [10.0.0.1]}\n- {name: b, protocol: *p, addresses: [10.0.0.2]}\n',
    );
    assert.deepEqual(findings, []);
    assert.equal(config?.advertisements.length, 2);
  });

  test('takes merge keys', () => {
    const { config, findings } = configOfYaml(`
address-pools:
- &base
  name: a
  protocol: layer2
  addresses: [10.0.0.1]
  auto-assign: false
- <<: *base
  name: b
  addresses: [10.0.0.2]
`);
    assert.deepEqual(findings, []);
    assert.equal(config?.pools.get('b')?.autoAssign, false);
  });

  test('without its key can’t be used', () => {
    const read = (data: Record<string, string>): string | undefined =>
      configOf({ configMap: configMap(data) }).findings[0]?.message;
    assert.equal(
      read({}),
      'ConfigMap herald-system/config: data.config: the key is missing (the data has no key); put the YAML under "config", even if it is empty',
    );
    assert.equal(
      read({ 'config.yaml': '' }),
      'ConfigMap herald-system/config: data.config: the key is missing (the data has only "config.yaml"); put the YAML under "config", even if it is empty',
    );
    assert.equal(configOf({ configMap: configMap({}) }).config, undefined);
  });
});

describe('one error makes the ConfigMap unusable', () => {
  const rows: readonly [string, string, readonly string[]][] = [
    [
      'a text that is no YAML',
      'address-pools: [',
      [
        'error: config: is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] (line 1, column 17)',
      ],
    ],
    [
      'a tab',
      'address-pools:\n\t- name: a',
      ['error: config: is not YAML: Tabs are not allowed as indentation (line 2, column 1)'],
    ],
    [
      'a key twice',
      'peers: []\npeers: []\n',
      ['error: config: has this key twice in one map; remove one of the two (line 2, column 1)'],
    ],
    [
      'two documents',
      'peers: []\n---\npeers: []\n',
      ['error: config: holds more than one YAML document; remove the line "---" (line 2, column 1)'],
    ],
    [
      'an alias without its anchor',
      'peers: *nowhere\n',
      ['error: config: has an alias "*nowhere" without its anchor (line 1, column 8)'],
    ],
    ['a text', 'layer2', ['error: config: "layer2" is not a map of keys and values (line 1, column 1)']],
    ['a list', '- name: a', ['error: config: a list is not a map of keys and values (line 1, column 1)']],
    ['a list as key', '? [a]\n: b\n', ['error: config: has a key that is not plain text (line 1, column 3)']],
    [
      'an unknown key',
      'adress-pools: []\n',
      [
        'error: config.adress-pools: unknown key "adress-pools"; known here: address-pools, peers, bgp-communities, bfd-profiles (line 1, column 1)',
      ],
    ],
    [
      'an unknown key further in',
      pool('  autoAssign: true\n'),
      [
        'error: config.address-pools[0].autoAssign: unknown key "autoAssign"; known here: name, protocol, addresses, auto-assign, avoid-buggy-ips, bgp-advertisements (line 5, column 3)',
      ],
    ],
    [
      'a key named like a part of every object',
      '__proto__: {}\n',
      [
        'error: config.__proto__: unknown key "__proto__"; known here: address-pools, peers, bgp-communities, bfd-profiles (line 1, column 1)',
      ],
    ],
    [
      'a map in place of a list',
      'address-pools: {name: a}\n',
      ['error: config.address-pools: a map is not a list; begin each entry with "- " (line 1, column 1)'],
    ],
    [
      'a text in place of a map',
      'address-pools:\n- lan\n',
      ['error: config.address-pools[0]: "lan" is not a map of keys and values (line 2, column 3)'],
    ],
    [
      'an empty entry',
      'address-pools:\n-\n',
      ['error: config.address-pools[0]: an empty value is not a map of keys and values (line 2, column 2)'],
    ],
    [
      'missing keys',
      'address-pools:\n- name: lan\n',
      [
        'error: config.address-pools[0].protocol: the key "protocol" is missing (line 2, column 3)',
        'error: config.address-pools[0].addresses: the key "addresses" is missing (line 2, column 3)',
      ],
    ],
    [
      'a key without a value where one is required',
      'address-pools:\n- name:\n  protocol: layer2\n  addresses: [10.0.0.1]\n',
      ['error: config.address-pools[0].name: the key "name" is missing (line 2, column 3)'],
    ],
    [
      'an empty name',
      'address-pools:\n- name: ""\n  protocol: layer2\n  addresses: [10.0.0.1]\n',
      ['error: config.address-pools[0].name: is empty; give it a value (line 2, column 9)'],
    ],
    [
      'an unknown protocol',
      'address-pools:\n- name: lan\n  protocol: arp\n  addresses: [10.0.0.1]\n',
      ['error: config.address-pools[0].protocol: "arp" is none of layer2, bgp (line 3, column 13)'],
    ],
    [
      'no addresses',
      'address-pools:\n- name: lan\n  protocol: layer2\n  addresses: []\n',
      [
        'error: config.address-pools[0].addresses: the list is empty; give at least one CIDR, range or address (line 4, column 3)',
      ],
    ],
    [
      'bad addresses',
      'address-pools:\n- name: lan\n  protocol: layer2\n  addresses:\n  - 10.0.0.9-10.0.0.1\n  - 10.0.0.0/33\n',
      [
        'error: config.address-pools[0].addresses[0]: "10.0.0.9-10.0.0.1" starts after its end; did you mean "10.0.0.1-10.0.0.9"? (line 5, column 5)',
        'error: config.address-pools[0].addresses[1]: "10.0.0.0/33" has a bad prefix length: IPv4 takes a whole number from 0 to 32 (line 6, column 5)',
      ],
    ],
    [
      'a boolean in quotes',
      pool('  auto-assign: "false"\n'),
      ['error: config.address-pools[0].auto-assign: "false" is not true or false (without quotes) (line 5, column 16)'],
    ],
    [
      'a name twice',
      `${pool('')}- name: lan\n  protocol: layer2\n  addresses: [10.0.1.0/24]\n`,
      [
        'error: config.address-pools[1].name: "lan" is already the name of config.address-pools[0]; give each pool its own (line 5, column 9)',
      ],
    ],
    [
      'addresses that overlap',
      `${pool('')}- name: b\n  protocol: layer2\n  addresses: [10.0.1.0/24, 10.0.0.0/25, 10.0.1.7]\n`,
      [
        'error: config.address-pools[1].addresses[1]: "10.0.0.0/25" overlaps "10.0.0.0/24" at config.address-pools[0].addresses[0]; list every address once (line 7, column 28)',
        'error: config.address-pools[1].addresses[2]: "10.0.1.7" overlaps "10.0.1.0/24" at config.address-pools[1].addresses[0]; list every address once (line 7, column 41)',
      ],
    ],
    [
      'BGP advertisements on a layer2 pool',
      pool('  bgp-advertisements:\n  - localpref: 100\n'),
      [
        'error: config.address-pools[0].bgp-advertisements: is for pools of protocol "bgp"; this one is "layer2": remove the key or change the protocol (line 5, column 3)',
      ],
    ],
  ];
  for (const [what, yaml, expected] of rows) {
    test(what, () => {
      assert.deepEqual(found(yaml), expected);
      assert.equal(configOfYaml(yaml).config, undefined);
    });
  }

  test('aliases without end are cut short', () => {
    const bomb = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'a0: &a0 [x, x]'
        : `a${level}: &a${level} [${Array(10)
            .fill(`*a${level - 1}`)
            .join(', ')}]`,
    ).join('\n');
    assert.match(found(bomb)[0] ?? '', /^error: config: holds more than 100000 values \(line \d+, column \d+\)$/);
  });

  test('a long value is cut, so that an Event can carry the message', () => {
    const long = 'x'.repeat(900);
    for (const yaml of [
      `${long}: []`,
      `address-pools: ${long}`,
      pool(`  auto-assign: ${long}\n`),
      `bgp-communities: {${long}: b}`,
    ]) {
      const [message = ''] = found(yaml);
      assert.ok(message.length > 100 && message.length < 600, message);
      assert.match(message, /x…/);
    }
  });

  test('a text nested without end is cut short', () => {
    assert.match(found('['.repeat(5_000))[0] ?? '', /^error: config: /);
    assert.match(
      found(`${'['.repeat(100)}${']'.repeat(100)}`)[0] ?? '',
      /^error: config: is nested more than 32 levels deep/,
    );
  });
});

test('whatever stands in the ConfigMap, it is read or said to be unusable', () => {
  const word = fc.constantFrom(
    'name',
    'protocol',
    'layer2',
    'addresses',
    '10.0.0.0/24',
    'peers',
    ':',
    '-',
    '{',
    '[',
    ']',
    '}',
    '\n',
    '  ',
    ' ',
    '&a',
    '*a',
    '"',
    '~',
    '#',
    '|',
    '!!set',
    'address-pools:',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, (yaml) => {
      const { config, findings } = configOfYaml(yaml);
      assert.equal(
        config === undefined,
        findings.some(({ severity }) => severity === 'error'),
      );
      for (const { message } of findings) {
        assert.match(message, /\(line \d+, column \d+\)$/);
        assert.ok(message.length <= 1000, message);
      }
    }),
    { numRuns: 500 },
  );
});
