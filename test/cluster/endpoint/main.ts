/** An endpoint: a page over HTTP and an echo over UDP, both of which say on which node they run. Arguments: node, port. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [node = '', port = '8080'] = process.argv.slice(2);

createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.setHeader('connection', 'close');
  response.end(`Hello from ${node}. You asked for ${request.headers.host ?? ''}${request.url ?? ''}\n`);
}).listen(Number(port), '::', () => console.log(`serving on ${node}`));

const udp = createSocket('udp6');
udp.on('message', (data, peer) => udp.send(`${node} ${data.toString()}`, peer.port, peer.address));
udp.bind(Number(port), '::');
