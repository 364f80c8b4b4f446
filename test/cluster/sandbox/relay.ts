import { connect, type Server } from 'node:net';

/** Hands every connection on to `target`, both ways, half-closed ends included. */
export function relayConnections(server: Server, target: { readonly host: string; readonly port: number }): void {
  server.on('connection', (outside) => {
    const inside = connect({ ...target, allowHalfOpen: true });
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.on('close', () => outside.destroy());
    outside.pipe(inside);
    inside.pipe(outside);
  });
}
