/**
 * An endpoint: a page over HTTP and an echo over UDP, both of which say on which node they run. Arguments: node, its
 * addresses, and the ports, comma-separated. It is on the node's own network: an address of all zeros would keep
 * kube-proxy from listening on a VIP with the same port.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const [node = '', addresses = '', ports = ''] = process.argv.slice(2);

for (const address of addresses.split(',')) {
  for (const port of ports.split(',').map(Number)) serve(address, port);
}

function serve(address: string, port: number): void {
  createServer((request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.setHeader('connection', 'close');
    response.end(`Hello from ${node}. You asked for ${request.headers.host ?? ''}${request.url ?? ''}\n`);
  }).listen(port, address);
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (data, peer) => udp.send(`${node} ${data.toString()}`, peer.port, peer.address));
  udp.bind(port, address);
}
