import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../shared/kube/api-error.ts';
import { withUnreachableExplained } from './unreachable.ts';

test('an API server that does not answer is named as such, with how to name another', () => {
  const error = new ApiError('Unreachable', 'cannot list events: connect ECONNREFUSED 127.0.0.1:8080', {});
  const explained = withUnreachableExplained(error);
  assert.ok(explained instanceof Error);
  assert.match(explained.message, /^cannot reach the API server: .*ECONNREFUSED 127\.0\.0\.1:8080; .*--context/);
});

test('what it refuses is told as it is', () => {
  const error = new ApiError('Forbidden', 'cannot list events: forbidden', { status: 403 });
  assert.equal(withUnreachableExplained(error), error);
});
