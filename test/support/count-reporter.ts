import { resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

/**
 * Ends with one line: how many tests ran. Not counted are those skipped, and files without a test, which the runner
 * reports as one passed test named after the file. `test/run.ts` fails a run that ran none.
 */
async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let ran = 0;
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { details, skip, name, file } = event.data;
    const counts = details.type !== 'suite' && (skip === undefined || skip === false) && resolve(name) !== file;
    if (counts) ran += 1;
  }
  yield `${ran}\n`;
}

// biome-ignore lint/style/noDefaultExport: the test runner takes a reporter by its default export.
export default countReporter;
