import { givenImage } from '../cluster/herald-process.ts';
import { installedSuite } from './installed-suite.ts';

const name = givenImage() === undefined ? 'the sources' : 'the image that HERALD_IMAGE names';
await installedSuite(import.meta.filename, { name });
