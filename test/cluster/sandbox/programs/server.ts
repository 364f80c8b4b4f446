/** For the sandbox's tests: an HTTP server on the sandbox's own loopback. Argument: its port. */
import { createServer } from 'node:http';

createServer((_request, response) => response.end('from inside')).listen(Number(process.argv[2]), '127.0.0.1');
