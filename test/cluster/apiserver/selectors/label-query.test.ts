import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseLabelQuery } from './label-query.ts';

const object = { metadata: { labels: { app: 'web', size: '7', 'example.com/tier': 'back' } } };

describe('label selectors', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['app=web', true],
    ['app = web', true],
    ['app==db', false],
    ['app!=db', true],
    ['other!=db', true],
    ['app in (db, web)', true],
    ['app notin (db, web)', false],
    ['other notin (db)', true],
    ['other in (db)', false],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['size>6', true],
    ['size<7', false],
    ['example.com/tier in (back),app=web', true],
    ['example.com/tier=back,app=db', false],
    ['app=', false],
  ];
  for (const [selector, expected] of rows) {
    test(`${selector} is ${expected}`, () => assert.equal(parseLabelQuery(selector)?.(object), expected));
  }

  test('an empty selector filters nothing', () => assert.equal(parseLabelQuery(' '), undefined));

  for (const selector of ['app=web=x', 'app in web', 'in (a)', 'a b']) {
    test(`"${selector}" can't be parsed`, () => {
      assert.throws(() => parseLabelQuery(selector), { name: 'StatusError', code: 400 });
    });
  }
});
