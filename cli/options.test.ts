import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HelpRequested, OptionsError } from '../shared/runtime/command-line.ts';
import type { Command } from './command.ts';
import { readOptions } from './options.ts';

const nothing = { report: {}, lines: [], exitCode: 0 } as const;
const shared = { options: [], operandCount: { min: 0, max: 0 }, operands: '', run: () => Promise.resolve(nothing) };
const commands: readonly Command[] = [
  { ...shared, name: 'explain', summary: 'why', operands: 'SERVICE', operandCount: { min: 1, max: 1 } },
  { ...shared, name: 'status', summary: 'who', options: ['watch'] },
];

function read(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  terminal = false,
): ReturnType<typeof readOptions> {
  return readOptions(commands, { argv, environment, terminal });
}

test('without options all is found by itself, as plain text', () => {
  const options = read(['explain', 'shop/web']);
  assert.deepEqual(options, {
    command: 'explain',
    operands: ['shop/web'],
    kubeconfig: undefined,
    context: undefined,
    namespace: undefined,
    heraldNamespace: undefined,
    output: 'text',
    color: false,
    watch: false,
    files: [],
    deletes: false,
    metallbNamespace: undefined,
    valuesOnly: false,
    overrides: { loadBalancerClass: undefined, configMapName: undefined, ignoreExcludeLabel: undefined },
  });
  assert.ok(Object.isFrozen(options));
});

test('-n is the namespace of the Service in explain', () => {
  const { namespace, heraldNamespace } = read(['explain', 'web', '-n', 'shop']);
  assert.deepEqual([namespace, heraldNamespace], ['shop', undefined]);
});

test('-n is the namespace of the installation in all other commands', () => {
  assert.equal(read(['status', '-n', 'lb']).heraldNamespace, 'lb');
  assert.equal(read(['status', '-n', 'lb', '--herald-namespace=other']).heraldNamespace, 'other');
});

test('options may stand before the command and behind it', () => {
  const options = read(['-o', 'json', 'status', '--context=two', '-w', '--lb-class=example.com/a']);
  assert.equal(options.output, 'json');
  assert.equal(options.context, 'two');
  assert.equal(options.watch, true);
  assert.equal(options.overrides.loadBalancerClass, 'example.com/a');
});

const colours = [
  { what: 'on a terminal', argv: [], environment: {}, terminal: true, color: true },
  { what: 'not in a pipe', argv: [], environment: {}, terminal: false, color: false },
  { what: 'not with NO_COLOR', argv: [], environment: { NO_COLOR: '1' }, terminal: true, color: false },
  { what: 'not on a dumb terminal', argv: [], environment: { TERM: 'dumb' }, terminal: true, color: false },
  { what: 'not with --no-color', argv: ['--no-color'], environment: {}, terminal: true, color: false },
  { what: 'in a pipe with --color', argv: ['--color'], environment: {}, terminal: false, color: true },
] as const;

for (const { what, argv, environment, terminal, color } of colours) {
  test(`there are colours ${what}`, () => {
    assert.equal(read(['status', ...argv], environment, terminal).color, color);
  });
}

const wrong = [
  { argv: ['conjure'], message: /^cannot run conjure: there is no such command; see kubectl herald --help$/ },
  {
    argv: ['status', '--bogus'],
    message: /^cannot read options: Unknown option '--bogus'; see kubectl herald status --help$/,
  },
  {
    argv: ['explain', 'web', '--watch'],
    message: /^cannot read options: explain has no option --watch; see kubectl herald explain --help$/,
  },
  { argv: ['explain'], message: /^cannot run explain: SERVICE is missing; see kubectl herald explain --help$/ },
  {
    argv: ['explain', 'web', 'api'],
    message: /^cannot run explain: "api" is one argument too many; see kubectl herald explain --help$/,
  },
  { argv: ['status', '-o', 'xml'], message: /^cannot read --output=xml: not one of text, json, yaml$/ },
];

for (const { argv, message } of wrong) {
  test(`kubectl herald ${argv.join(' ')} is refused`, () => {
    assert.throws(
      () => read(argv),
      (error) => error instanceof OptionsError && message.test(error.message),
    );
  });
}

for (const argv of [[], ['--help'], ['help'], ['-h']]) {
  test(`kubectl herald ${argv.join(' ')} lists the commands`, () => {
    assert.throws(
      () => read(argv),
      (error) => error instanceof HelpRequested && /^ {2}explain SERVICE {2}why$/m.test(error.message),
    );
  });
}

test('the help of a command lists its own options first', () => {
  assert.throws(
    () => read(['status', '--help']),
    (error) => error instanceof HelpRequested && /^usage: kubectl herald status \[options\]\n/.test(error.message),
  );
});
