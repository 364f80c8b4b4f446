import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exclusionPattern } from '../../speaker/interfaces.ts';
import { interfaceExclusions } from './interface-exclusions.ts';

// metallb-native.yaml of MetalLB 0.15.
const metallbsOwn = [
  ...['^docker.*', '^cbr.*', '^dummy.*', '^virbr.*', '^lxcbr.*', '^veth.*', '^lo$', '^cali.*', '^tunl.*'],
  ...['^flannel.*', '^kube-ipvs.*', '^cni.*', '^nodelocaldns.*', '^lxc.*'],
];

test("MetalLB's own list needs no value: it is Herald's", () => {
  assert.deepEqual(interfaceExclusions(metallbsOwn), { entries: undefined, leftOut: [] });
});

test('what differs is carried over as a whole, and matches the same names', () => {
  const patterns = ['^docker.*', '^lo$', 'wg[0-9]+$', '^tap|^tun$', '^eth1$', '^br\\.*'];
  const { entries, leftOut } = interfaceExclusions(patterns);
  assert.deepEqual(leftOut, []);
  assert.deepEqual(entries, ['docker', '.*(?:wg[0-9]+$)', '.*(?:^tap|^tun$)', 'eth1$', 'br\\.*']);
  const [before, after] = [
    (name: string) => patterns.some((one) => new RegExp(one).test(name)),
    exclusionPattern(entries),
  ];
  const names = [
    'docker0',
    'adocker',
    'wg0',
    'xwg12',
    'wg0a',
    'tap3',
    'atap',
    'tun',
    'tun0',
    'eth1',
    'eth10',
    'br',
    'br.1',
    'bra',
  ];
  for (const name of names) assert.equal(after.test(name), before(name), name);
});

test('what cannot be carried over is told, and the rest is', () => {
  assert.deepEqual(interfaceExclusions(['^a{1,2}', '(?i)eth', '^b']), {
    entries: ['b'],
    leftOut: [
      { entry: '^a{1,2}', why: 'a comma ends an entry of excludeInterfaces' },
      { entry: '(?i)eth', why: 'not a regular expression of JavaScript' },
    ],
  });
});
