import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HelpRequested, OptionsError } from '../shared/runtime/command-line.ts';
import { readOptions } from './options.ts';

test('a Pod of the chart needs no arguments', () => {
  const options = readOptions([], {
    NODE_NAME: 'node-a',
    POD_NAMESPACE: 'lb',
    POD_NAME: 'speaker-0',
    HOST_IP: '10.0.0.1',
  });
  const { exclusions, ...others } = options;
  assert.deepEqual(others, {
    nodeName: 'node-a',
    hostAddress: '10.0.0.1',
    namespace: 'lb',
    instance: 'speaker-0',
    kubeconfig: undefined,
    configMapName: 'config',
    loadBalancerClass: undefined,
    ignoreExcludeLabel: false,
    announceRefreshSeconds: 60,
    pulsePort: 7946,
    pulseIntervalMs: 100,
    pulseMultiplier: 3,
    failback: 'never',
    strictArp: 'warn',
    listen: { host: '::', port: 7473 },
    logLevel: 'info',
  });
  assert.ok(exclusions.test('veth0') && !exclusions.test('eth0'));
  assert.ok(Object.isFrozen(options));
});

const given = [
  { argument: '--node-name=other', option: 'nodeName', value: 'other' },
  { argument: '--host-ip=10.0.0.9', option: 'hostAddress', value: '10.0.0.9' },
  { argument: '--host-ip=2001:DB8::0:9', option: 'hostAddress', value: '2001:db8::9' },
  { argument: '--namespace=other', option: 'namespace', value: 'other' },
  { argument: '--config=lb-config', option: 'configMapName', value: 'lb-config' },
  { argument: '--lb-class=example.com/herald', option: 'loadBalancerClass', value: 'example.com/herald' },
  { argument: '--ignore-exclude-lb', option: 'ignoreExcludeLabel', value: true },
  { argument: '--announce-refresh-seconds=0', option: 'announceRefreshSeconds', value: 0 },
  { argument: '--pulse-port=0', option: 'pulsePort', value: 0 },
  { argument: '--pulse-interval-ms=20', option: 'pulseIntervalMs', value: 20 },
  { argument: '--pulse-multiplier=5', option: 'pulseMultiplier', value: 5 },
  { argument: '--failback=always', option: 'failback', value: 'always' },
  { argument: '--failback=1m30s', option: 'failback', value: { delayMs: 90_000 } },
  { argument: '--strict-arp=enforce', option: 'strictArp', value: 'enforce' },
  { argument: '--listen=127.0.0.1:0', option: 'listen', value: { host: '127.0.0.1', port: 0 } },
  { argument: '--log-level=debug', option: 'logLevel', value: 'debug' },
  { argument: '--kubeconfig=/etc/kc', option: 'kubeconfig', value: '/etc/kc' },
] as const;

for (const { argument, option, value } of given) {
  test(`${argument} sets ${option}`, () => {
    assert.deepEqual(readOptions([argument], { NODE_NAME: 'node-a' })[option], value);
  });
}

test('--exclude-interfaces takes the place of the built-in list', () => {
  const { exclusions } = readOptions(['--exclude-interfaces=eth[0-3],wg'], { NODE_NAME: 'node-a' });
  assert.deepEqual(
    ['eth3', 'eth4', 'wg0', 'veth0'].map((name) => exclusions.test(name)),
    [true, false, true, false],
  );
});

const refused = [
  { arguments: ['--bogus'], why: /^cannot read options: Unknown option '--bogus'[\s\S]*usage: speaker/ },
  {
    arguments: ['--announce-refresh-seconds=-1'],
    why: /^cannot read --announce-refresh-seconds=-1: not a whole number from 0 to 86400$/,
  },
  {
    arguments: ['--pulse-interval-ms=5'],
    why: /^cannot read --pulse-interval-ms=5: not a whole number from 10 to 10000$/,
  },
  {
    arguments: ['--host-ip=node-a.example.com'],
    why: /^cannot read --host-ip=node-a\.example\.com: not an IP address \(\$HOST_IP, where the option is not given\)$/,
  },
  { arguments: ['--pulse-multiplier=1'], why: /^cannot read --pulse-multiplier=1: not a whole number from 2 to 20$/ },
  { arguments: ['--pulse-port=65536'], why: /^cannot read --pulse-port=65536: not a whole number from 0 to 65535$/ },
  { arguments: ['--strict-arp=off'], why: /^cannot read --strict-arp=off: not one of warn, refuse, enforce$/ },
  { arguments: ['--failback=soon'], why: /^cannot read --failback=soon: not never, always or a time such as 30s$/ },
  { arguments: ['--exclude-interfaces=('], why: /^cannot read --exclude-interfaces=\(: not a regular expression$/ },
  { arguments: ['--listen=7472'], why: /^cannot read --listen=7472: not \[HOST\]:PORT$/ },
  { arguments: ['--log-level=loud'], why: /^cannot read --log-level=loud: not one of debug, info, warn, error$/ },
];

for (const { arguments: argv, why } of refused) {
  test(`${argv.join(' ')} is refused`, () => {
    assert.throws(
      () => readOptions(argv, { NODE_NAME: 'node-a' }),
      (error) => error instanceof OptionsError && error.code === 'OptionsInvalid' && why.test(error.message),
    );
  });
}

test('a speaker that does not know its node says how to tell it', () => {
  assert.throws(() => readOptions([], {}), {
    message: 'cannot read options: --node-name or $NODE_NAME must name this node',
  });
});

test('--help asks for the usage, also where the node is not named', () => {
  assert.throws(
    () => readOptions(['--help'], {}),
    (error) => error instanceof HelpRequested && error.message.startsWith('usage: speaker [options]'),
  );
});
