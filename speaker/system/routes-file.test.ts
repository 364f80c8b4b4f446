import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RouteFiles } from './routes-file.ts';

const ipv4 =
  'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n';

/** A file that can't be read for that reason. */
function failing(code: string): () => string {
  return () => {
    throw Object.assign(new Error(`${code}: open`), { code });
  };
}

function filesOf(read: (file: string) => string) {
  const told: string[] = [];
  return { told, files: new RouteFiles({ read, onFailure: (why) => void told.push(why) }) };
}

describe('the files of routes', () => {
  test('tell the default gateways as they are each time', () => {
    let text = '';
    const { files } = filesOf((file) => (file === '/proc/net/route' ? text : ''));
    assert.deepEqual(files.defaultGateways(), []);
    text = ipv4;
    assert.deepEqual(
      files.defaultGateways().map(({ link, address }) => [link, address.getUint32(0)]),
      [['eth0', 0xc0000201]],
    );
  });

  test('are missing where the kernel does not have the family: nothing to tell of', () => {
    const { files, told } = filesOf(failing('ENOENT'));
    assert.deepEqual(files.defaultGateways(), []);
    assert.deepEqual(told, []);
  });

  test('that can not be read name no gateway, and it is told once for each reason', () => {
    let read = failing('EMFILE');
    const { files, told } = filesOf(() => read());
    for (let time = 0; time < 3; time += 1) assert.deepEqual(files.defaultGateways(), []);
    assert.deepEqual(told, ['cannot read the routes: EMFILE: open']);
    read = failing('EACCES');
    assert.deepEqual(files.defaultGateways(), []);
    assert.deepEqual(told.slice(1), ['cannot read the routes: EACCES: open']);
  });

  test('one that can be read is read, whatever befalls the other', () => {
    const { files, told } = filesOf((file) => (file === '/proc/net/route' ? ipv4 : failing('EIO')()));
    assert.equal(files.defaultGateways().length, 1);
    assert.equal(told.length, 1);
  });
});

test('the kernel lets them be read here', () => {
  const told: string[] = [];
  new RouteFiles({ onFailure: (why) => void told.push(why) }).defaultGateways();
  assert.deepEqual(told, []);
});
