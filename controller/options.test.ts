import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HelpRequested, OptionsError } from '../shared/runtime/command-line.ts';
import { readOptions } from './options.ts';

test('without arguments the defaults of the chart hold', () => {
  const options = readOptions([], { POD_NAMESPACE: 'lb', POD_NAME: 'controller-0' });
  assert.deepEqual(options, {
    kubeconfig: undefined,
    namespace: 'lb',
    configMapName: 'config',
    loadBalancerClass: undefined,
    writeConcurrency: 32,
    listen: { host: '::', port: 7472 },
    leaderElect: true,
    identity: 'controller-0',
    logLevel: 'info',
  });
  assert.ok(Object.isFrozen(options));
});

const given = [
  { argument: '--namespace=other', option: 'namespace', value: 'other' },
  { argument: '--config=lb-config', option: 'configMapName', value: 'lb-config' },
  { argument: '--lb-class=example.com/herald', option: 'loadBalancerClass', value: 'example.com/herald' },
  { argument: '--write-concurrency=8', option: 'writeConcurrency', value: 8 },
  { argument: '--listen=127.0.0.1:0', option: 'listen', value: { host: '127.0.0.1', port: 0 } },
  { argument: '--listen=[::1]:9000', option: 'listen', value: { host: '::1', port: 9000 } },
  { argument: '--no-leader-elect', option: 'leaderElect', value: false },
  { argument: '--leader-elect=false', option: 'leaderElect', value: false },
  { argument: '--identity=me', option: 'identity', value: 'me' },
  { argument: '--log-level=debug', option: 'logLevel', value: 'debug' },
  { argument: '--kubeconfig=/etc/kc', option: 'kubeconfig', value: '/etc/kc' },
] as const;

for (const { argument, option, value } of given) {
  test(`${argument} sets ${option}`, () => {
    assert.deepEqual(readOptions([argument], { POD_NAMESPACE: 'lb' })[option], value);
  });
}

const refused = [
  { argument: '--bogus', why: /^cannot read options: Unknown option '--bogus'[\s\S]*usage: controller/ },
  { argument: 'positional', why: /^cannot read options: Unexpected argument 'positional'/ },
  { argument: '--write-concurrency=0', why: /^cannot read --write-concurrency=0: not a whole number from 1 to 1000$/ },
  { argument: '--listen=7472', why: /^cannot read --listen=7472: not \[HOST\]:PORT$/ },
  { argument: '--listen=:70000', why: /^cannot read --listen=:70000: not \[HOST\]:PORT$/ },
  { argument: '--log-level=loud', why: /^cannot read --log-level=loud: not one of debug, info, warn, error$/ },
];

for (const { argument, why } of refused) {
  test(`${argument} is refused`, () => {
    assert.throws(
      () => readOptions([argument], {}),
      (error) => error instanceof OptionsError && error.code === 'OptionsInvalid' && why.test(error.message),
    );
  });
}

test('--help asks for the usage, whatever else there is', () => {
  assert.throws(
    () => readOptions(['--bogus', '--help'], {}),
    (error) => error instanceof HelpRequested && error.message.startsWith('usage: controller [options]'),
  );
});
