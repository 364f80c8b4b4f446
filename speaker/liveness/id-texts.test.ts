import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdTexts } from './id-texts.ts';

function viewOf(id: bigint): DataView {
  const view = new DataView(new ArrayBuffer(10));
  view.setBigUint64(2, id);
  return view;
}

test('an id is read as its 16 digits, whatever was read before', () => {
  const ids = new IdTexts();
  const read = [0n, 1n, 0xffffffffffffffffn, 1n, 0x0123456789abcdefn, 0x0123456700000000n, 0x0123456789abcdefn];
  assert.deepEqual(
    read.map((id) => ids.read(viewOf(id), 2)),
    [
      '0000000000000000',
      '0000000000000001',
      'ffffffffffffffff',
      '0000000000000001',
      '0123456789abcdef',
      '0123456700000000',
      '0123456789abcdef',
    ],
  );
});

test('more ids than are remembered are read as well', () => {
  const ids = new IdTexts();
  for (let id = 0n; id < 20_000n; id += 1n) {
    assert.equal(ids.read(viewOf(id << 32n), 2), `${id.toString(16).padStart(8, '0')}00000000`);
  }
});
