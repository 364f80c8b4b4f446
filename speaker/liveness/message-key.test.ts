import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromHex, toHex } from '../../test/support/hex.ts';
import { MessageKey } from './message-key.ts';

/** RFC 4231 §4.2, §4.3, §4.4. */
const table = [
  {
    key: '0b'.repeat(20),
    content: '4869205468657265',
    mac: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: '4a656665',
    content: '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    mac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: 'aa'.repeat(20),
    content: 'dd'.repeat(50),
    mac: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
];

test('the authenticator is that of the examples of RFC 4231', () => {
  for (const { key, content, mac } of table) {
    assert.equal(toHex(new MessageKey(fromHex(key), 100).authenticatorOf(fromHex(content), content.length / 2)), mac);
  }
  assert.equal(table.length, 3);
});

test('one key authenticates longer and shorter contents in turns', () => {
  const octets = new Uint8Array(32).fill(7);
  const key = new MessageKey(octets, 1_232);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_232 }), (content) => {
      assert.equal(
        toHex(key.authenticatorOf(content, content.length)),
        createHmac('sha256', octets).update(content).digest('hex'),
      );
    }),
  );
});

test('what follows the content is not authenticated', () => {
  const key = new MessageKey(new Uint8Array(32).fill(7), 100);
  const contents = [new Uint8Array([1, 2]), new Uint8Array([1, 2, 3]), new Uint8Array([1, 3, 3])];
  const [alone, followed, other] = contents.map((content) => toHex(key.authenticatorOf(content, 2)));
  assert.equal(alone, followed);
  assert.notEqual(alone, other);
});
