import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OptionsError, readOptions } from './options.ts';

describe('options', () => {
  test('the node’s name is all that is needed', () => {
    const { instance, exclusions, ...rest } = readOptions([], { NODE_NAME: 'node-a' });
    assert.notEqual(instance, '');
    assert.ok(exclusions.test('docker0'));
    assert.deepEqual(rest, {
      nodeName: 'node-a',
      hostAddress: '',
      namespace: 'herald-system',
      kubeconfig: undefined,
      configMapName: 'config',
      loadBalancerClass: undefined,
      ignoreExcludeLabel: false,
      announceRefreshSeconds: 60,
      listen: { host: '::', port: 7473 },
      logLevel: 'info',
    });
  });

  test('the command line wins over the environment', () => {
    const { nodeName, namespace } = readOptions(['--node-name=b', '--namespace=x'], {
      NODE_NAME: 'a',
      POD_NAMESPACE: 'y',
    });
    assert.deepEqual({ nodeName, namespace }, { nodeName: 'b', namespace: 'x' });
  });

  const rows = [
    { argv: ['--listen=127.0.0.1:0'], listen: { host: '127.0.0.1', port: 0 } },
    { argv: ['--listen=[::1]:9000'], listen: { host: '::1', port: 9000 } },
    { argv: ['--listen=:9000'], listen: { host: '::', port: 9000 } },
  ];
  for (const { argv, listen } of rows) {
    test(`${argv[0]} is read`, () => assert.deepEqual(readOptions(argv, { NODE_NAME: 'a' }).listen, listen));
  }

  test('a list of exclusions takes the place of the default one', () => {
    const { exclusions } = readOptions(['--exclude-interfaces=wlan,eth[12]$'], { NODE_NAME: 'a' });
    assert.deepEqual(
      ['wlan0', 'eth1', 'eth10', 'docker0'].filter((name) => exclusions.test(name)),
      ['wlan0', 'eth1'],
    );
  });

  const wrong = [
    { argv: [], environment: {}, says: /--node-name or \$NODE_NAME must name this node/ },
    { argv: ['--bogus'], environment: { NODE_NAME: 'a' }, says: /--bogus/ },
    { argv: ['--listen=nowhere'], environment: { NODE_NAME: 'a' }, says: /--listen=nowhere: not \[HOST\]:PORT/ },
    { argv: ['--log-level=loud'], environment: { NODE_NAME: 'a' }, says: /--log-level=loud: not one of debug/ },
    { argv: ['--announce-refresh-seconds=-1'], environment: { NODE_NAME: 'a' }, says: /--announce-refresh-seconds/ },
    { argv: ['--exclude-interfaces=('], environment: { NODE_NAME: 'a' }, says: /not a regular expression/ },
  ];
  for (const { argv, environment, says } of wrong) {
    test(`${argv.join(' ') || 'no node name'} is refused`, () => {
      assert.throws(
        () => readOptions(argv, environment),
        (error) => error instanceof OptionsError && says.test(error.message),
      );
    });
  }
});
