import { get } from 'node:http';

/** kube-proxy's `--metrics-bind-address`, as its own default has it. */
const proxyModeUrl = 'http://127.0.0.1:10249/proxyMode';
const timeoutMs = 900;
/** The longest is `iptables`; whoever else listens there may send anything. */
const longestMode = 32;

/** The mode of this node's kube-proxy: iptables, ipvs, nftables; '' where it does not say. */
export function askProxyMode(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const request = get(proxyModeUrl, { agent: false, signal, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > longestMode) request.destroy(new Error('no mode'));
      });
      response.on('end', () => resolve(response.statusCode === 200 && /^[a-z]+$/.test(text) ? text : ''));
    });
    request.on('timeout', () => request.destroy(new Error('no answer in time')));
    // k3s and others do not listen there: then the node's devices alone tell.
    request.on('error', () => resolve(''));
    request.on('close', () => resolve(''));
  });
}
