import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMac, parseMac } from './mac.ts';

const readable: readonly [string, string][] = [
  ['00:1a:2b:3c:4d:5e', '00:1a:2b:3c:4d:5e'],
  ['00-1A-2B-3C-4D-5E', '00:1a:2b:3c:4d:5e'],
  ['ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff'],
];
for (const [text, formatted] of readable) {
  test(`${text} is ${formatted}`, () => {
    const mac = parseMac(text);
    assert.ok(mac);
    assert.equal(formatMac(mac), formatted);
  });
}

for (const text of [
  '',
  '00:1a:2b:3c:4d',
  '00:1a:2b:3c:4d:5e:6f',
  '0:1:2:3:4:5',
  '00:1a-2b:3c-4d:5e',
  '00:1a:2b:3c:4d:5g',
]) {
  test(`"${text}" is no MAC`, () => assert.equal(parseMac(text), undefined));
}

test('parseMac reads back what formatMac wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (mac) =>
      assert.deepEqual(parseMac(formatMac(mac)), mac),
    ),
  );
});
