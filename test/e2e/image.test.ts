import { runBuildStage } from '../cluster/image/build-stage.ts';
import { installedSuite } from './installed-suite.ts';

await installedSuite(import.meta.filename, { name: 'the image', layOut: runBuildStage });
