/** An endpoint: a page over HTTP and an echo over UDP, both of which say on which node they run. Arguments: node, ports. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [node = '', ...ports] = process.argv.slice(2);

for (const port of ports.map(Number)) {
  createServer((request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.setHeader('connection', 'close');
    response.end(`Hello from ${node}. You asked for ${request.headers.host ?? ''}${request.url ?? ''}\n`);
  }).listen(port, '::');
  const udp = createSocket('udp6');
  udp.on('message', (data, peer) => udp.send(`${node} ${data.toString()}`, peer.port, peer.address));
  udp.bind(port, '::');
}
