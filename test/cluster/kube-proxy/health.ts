import { createServer } from 'node:http';

/** kube-proxy's own ports, where node agents ask for them: health on 10256, metrics and mode on 10249. */
export function serveHealth(mode: string): { setHealthy(healthy: boolean): void } {
  let healthy = true;
  createServer((request, response) => {
    response.statusCode = request.url === '/healthz' || request.url === '/livez' ? (healthy ? 200 : 503) : 404;
    response.setHeader('content-type', 'application/json');
    response.end(`${JSON.stringify({ lastUpdated: new Date().toISOString(), nodeEligible: healthy })}\n`);
  }).listen(10256, '127.0.0.1');
  createServer((request, response) => {
    response.statusCode = request.url === '/proxyMode' ? 200 : 404;
    response.end(mode);
  }).listen(10249, '127.0.0.1');
  return {
    setHealthy: (value) => {
      healthy = value;
    },
  };
}
