import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fieldLines, requestText } from './request-text.ts';

const fields = 'host: api.test\r\n';
const get = { method: 'GET', target: '/version', fields, body: undefined, contentType: undefined };

describe('requests of HTTP/1.1', () => {
  test('have a line, the fields and an empty line', () => {
    assert.equal(requestText(get), 'GET /version HTTP/1.1\r\nhost: api.test\r\n\r\n');
  });

  test('have the length of their body in bytes', () => {
    assert.equal(
      requestText({ ...get, method: 'POST', body: '"é"' }),
      'POST /version HTTP/1.1\r\nhost: api.test\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n"é"',
    );
    assert.match(
      requestText({ ...get, body: '', contentType: 'a/b' }),
      /\r\ncontent-type: a\/b\r\ncontent-length: 0\r\n\r\n$/,
    );
  });

  test('have a line for each field', () => {
    assert.equal(
      fieldLines({ host: 'api.test', Authorization: 'Bearer a.b' }),
      'host: api.test\r\nAuthorization: Bearer a.b\r\n',
    );
  });

  for (const value of ['secret\n', 'a\r\nb: c', 'a\0', 'é']) {
    test(`never have the value ${JSON.stringify(value)} in a field`, () => {
      assert.throws(() => fieldLines({ Authorization: value }), {
        message: 'the value of header Authorization has characters that none may have',
      });
    });
  }

  for (const target of ['', 'version', '/a b', '/a\r\nb', '/é']) {
    test(`never ask for ${JSON.stringify(target)}`, () => {
      assert.throws(() => requestText({ ...get, target }), {
        message: `the path ${JSON.stringify(target)} has characters that none may have`,
      });
    });
  }
});
