import { installedSuite } from './installed-suite.ts';

await installedSuite(import.meta.filename, { name: 'the sources' });
