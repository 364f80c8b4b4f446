import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogLevel } from './log.ts';
import { createLog } from './pino-log.ts';

function memory(level: LogLevel) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, log: createLog({ level, name: 'speaker', destination }) };
}

describe('log', () => {
  test('is one JSON object per line with level, time, program, event and fields', () => {
    const { lines, log } = memory('info');
    log.info('took-over', { ip: '10.0.0.1' });
    const [{ time, ...rest } = {}] = lines;
    assert.deepEqual(rest, { level: 'info', name: 'speaker', event: 'took-over', ip: '10.0.0.1' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('leaves out what is below its level', () => {
    const { lines, log } = memory('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.deepEqual(
      lines.map((line) => line['event']),
      ['c', 'd'],
    );
  });

  test('writes errors with their code and what caused them, once each', () => {
    const { lines, log } = memory('info');
    const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6443'), { code: 'ECONNREFUSED' });
    log.warn('lost', { error: Object.assign(new Error('cannot list services', { cause }), { code: 'Unreachable' }) });
    log.warn('lost', { error: new Error(`cannot list services: ${cause.message}`, { cause }) });
    assert.deepEqual(
      lines.map(({ code, error }) => [code, error]),
      [
        ['Unreachable', 'cannot list services: connect ECONNREFUSED 10.0.0.1:6443'],
        [undefined, 'cannot list services: connect ECONNREFUSED 10.0.0.1:6443'],
      ],
    );
  });
});
