/** For the sandbox's tests: ends with 0 where the sandbox knows that many users. Argument: how many. */
import { ownIdMap } from '../user-ids.ts';

const known = ownIdMap('uid').reduce((sum, { count }) => sum + count, 0);
process.exitCode = known === Number(process.argv[2]) ? 0 : 1;
