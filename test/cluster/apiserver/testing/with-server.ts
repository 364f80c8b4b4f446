import { type ApiServerOptions, type RunningApiServer, startApiServer } from '../server.ts';
import { HttpClient } from './http-client.ts';

/** Runs a test against a server of its own, which ends with it. */
export function withServer(
  body: (client: HttpClient, server: RunningApiServer) => Promise<void>,
  options: ApiServerOptions = {},
): () => Promise<void> {
  return async () => {
    const server = await startApiServer(options);
    try {
      await body(new HttpClient(server.url), server);
    } finally {
      await server.close();
    }
  };
}
