import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HelpRequested, OptionsError, parseOptions, readCount, readListen, reportEnd } from './command-line.ts';

function ended(error: unknown) {
  const written = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[stream] += text;
    },
  });
  const process: Parameters<typeof reportEnd>[1] = { stdout: into('stdout'), stderr: into('stderr') };
  reportEnd(error, process);
  return { ...written, exitCode: process.exitCode };
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

const usage = 'usage: program [options]\n  --size N   a number';
const options = { size: { type: 'string' } } as const;

describe('the end of a program', () => {
  test('that was asked for help prints the usage and is a success', () => {
    assert.deepEqual(ended(thrownBy(() => parseOptions(['--size=1', '--help'], options, usage))), {
      stdout: `${usage}\n`,
      stderr: '',
      exitCode: 0,
    });
  });

  test('that got a wrong option names it, with the usage in lines of its own', () => {
    assert.deepEqual(ended(thrownBy(() => parseOptions(['--sise=1'], options, usage))), {
      stdout: '',
      stderr: `cannot read options: Unknown option '--sise'\n${usage}\n`,
      exitCode: 2,
    });
  });

  test('that failed otherwise is one line, with the causes', () => {
    const error = new Error('cannot run health-server', { cause: new Error('address\nin use') });
    assert.deepEqual(ended(error), {
      stdout: '',
      stderr: 'cannot run health-server: address in use\n',
      exitCode: 1,
    });
  });

  test('for help is told apart from that for a mistake', () => {
    assert.equal(ended(new HelpRequested('x')).exitCode, 0);
    assert.equal(ended(new OptionsError('x')).exitCode, 2);
  });
});

describe('--listen', () => {
  const readable = [
    { text: ':7472', host: '::', port: 7472 },
    { text: '127.0.0.1:80', host: '127.0.0.1', port: 80 },
    { text: '[fd00::1]:65535', host: 'fd00::1', port: 65_535 },
    { text: 'localhost:0', host: 'localhost', port: 0 },
  ];
  for (const { text, host, port } of readable) {
    test(`${text} is host ${host}, port ${port}`, () => assert.deepEqual(readListen(text), { host, port }));
  }

  for (const text of ['', '7472', ':65536', 'fd00::1:80', ':http', ':80x']) {
    test(`"${text}" is refused`, () => {
      assert.throws(() => readListen(text), {
        code: 'OptionsInvalid',
        message: `cannot read --listen=${text}: not [HOST]:PORT`,
      });
    });
  }
});

describe('a whole number', () => {
  test('is read within its bounds', () => {
    assert.equal(readCount('size', '1', { min: 1, max: 3 }), 1);
    assert.equal(readCount('size', '3', { min: 1, max: 3 }), 3);
  });

  for (const text of ['0', '4', '', '1.5', '-1', '1e0', ' 2']) {
    test(`"${text}" is not one from 1 to 3`, () => {
      assert.throws(() => readCount('size', text, { min: 1, max: 3 }), {
        message: `cannot read --size=${text}: not a whole number from 1 to 3`,
      });
    });
  }
});
