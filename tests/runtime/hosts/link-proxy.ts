/**
 * A network between two hosts that can stop carrying anything, without telling either side.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class FaultyProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isFrozen = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static open(address: string, target: string, port: number): Promise<FaultyProxy> {
    const server = createServer();
    const proxy = new FaultyProxy(server);
    server.on('connection', socket => proxy.#carry(socket, connect(port, target)));
    return new Promise(resolve => server.listen(port, address, () => resolve(proxy)));
  }

  /** From now on nothing arrives, of old connections and of new ones. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections work again; the old ones stay dead. */
  thaw(): void {
    this.#isFrozen = false;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.#server.close(() => resolve()));
  }

  #carry(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', chunk => to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#isFrozen) from.pause();
    }
  }
}
