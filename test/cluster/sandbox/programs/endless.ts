/** For the sandbox's tests: a program with a child in a network namespace, neither of which ends by itself. */
import { spawn } from 'node:child_process';
import { buildLan, machine } from '../../network/topology.ts';

await buildLan([machine('node-a', 11)]);
spawn('nsenter', ['--net=/run/netns/node-a', '--', 'sleep', '1000'], { stdio: 'ignore' });
setInterval(() => undefined, 1000);
console.log('running');
