import { test } from 'node:test';
import { givenImage } from '../herald-process.ts';

/** For tests of what is no program of the image: where HERALD_IMAGE names one, it says aloud that they do not run from it. */
export function runsFromSources(why: string): void {
  if (givenImage() !== undefined) test('these run from the image', { skip: why }, () => undefined);
}
