import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { refusal } from './status-error.ts';

const status = (fields: object): string => JSON.stringify({ kind: 'Status', ...fields });

const rows = [
  { name: '400', status: 400, body: status({ reason: 'BadRequest' }), code: 'BadRequest' },
  { name: '401', status: 401, body: status({ reason: 'Unauthorized' }), code: 'Unauthorized' },
  { name: '403', status: 403, body: status({ reason: 'Forbidden' }), code: 'Forbidden' },
  { name: '404', status: 404, body: status({ reason: 'NotFound' }), code: 'NotFound' },
  { name: '405, which no code names', status: 405, body: '', code: 'BadRequest' },
  { name: '409 of a create', status: 409, body: status({ reason: 'AlreadyExists' }), code: 'AlreadyExists' },
  { name: '409 of an update', status: 409, body: status({ reason: 'Conflict' }), code: 'Conflict' },
  { name: '410', status: 410, body: status({ reason: 'Expired' }), code: 'Expired' },
  { name: '422', status: 422, body: status({ reason: 'Invalid' }), code: 'Invalid' },
  { name: '429', status: 429, body: '', code: 'TooManyRequests' },
  { name: '500', status: 500, body: status({ reason: 'InternalError' }), code: 'ServerError' },
  {
    name: '504 for a version from the future',
    status: 504,
    body: status({ reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }),
    code: 'Expired',
  },
  { name: '504', status: 504, body: status({ reason: 'Timeout' }), code: 'ServerError' },
  { name: "a proxy's 502 page", status: 502, body: '<html>Bad Gateway</html>', code: 'ServerError' },
];

describe('a refused request', () => {
  for (const row of rows) {
    test(`${row.name} is ${row.code}`, () => {
      const error = refusal({ what: 'list widgets', status: row.status, body: row.body, retryAfter: undefined });
      assert.equal(error.code, row.code);
      assert.equal(error.status, row.status);
    });
  }

  test('says what was to be done, and why not, in the words of the server', () => {
    const body = status({ message: 'widgets is forbidden: no' });
    const error = refusal({ what: 'list widgets', status: 403, body, retryAfter: undefined });
    assert.equal(error.message, 'cannot list widgets: 403 widgets is forbidden: no');
  });

  const waits = [
    { name: 'seconds in the header', retryAfter: '7', body: '', ms: 7_000 },
    {
      name: 'seconds in the Status',
      retryAfter: undefined,
      body: status({ details: { retryAfterSeconds: 3 } }),
      ms: 3_000,
    },
    {
      name: 'the header before the Status',
      retryAfter: '1',
      body: status({ details: { retryAfterSeconds: 3 } }),
      ms: 1_000,
    },
    { name: 'neither', retryAfter: undefined, body: '', ms: undefined },
    { name: 'a header that is no number', retryAfter: 'soon', body: '', ms: undefined },
    { name: 'a day, which is cut to five minutes', retryAfter: '86400', body: '', ms: 300_000 },
  ];
  for (const { name, retryAfter, body, ms } of waits) {
    test(`reads how long to wait: ${name}`, () => {
      assert.equal(refusal({ what: 'list widgets', status: 429, body, retryAfter }).retryAfterMs, ms);
    });
  }
});
