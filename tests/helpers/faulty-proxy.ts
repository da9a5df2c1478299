/**
 * A proxy in front of a node's port that treats clients badly: it cuts connections, and it loses replies.
 *
 * @module
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export interface ProxyFaults {
  /** Probability, for each piece of a reply, that it and all that follows is lost and the connection is cut. */
  readonly loseReply: number;
  /** Probability, for each piece of a request, that the connection is cut right after it was passed on. */
  readonly cutAfterRequest: number;
}

export class FaultyProxy {
  faults: ProxyFaults = { loseReply: 0, cutAfterRequest: 0 };
  /** How often each happened. */
  readonly counts = { lostReplies: 0, cuts: 0 };
  readonly #server: Server;
  readonly #random: () => number;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, random: () => number) {
    this.#server = server;
    this.#random = random;
  }

  /** @param random drawn from for every piece, in [0, 1) */
  static async open(target: { host: string; port: number }, random: () => number): Promise<FaultyProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new FaultyProxy(server, random);
    server.on('connection', client => proxy.#join(client, connect({ ...target, noDelay: true })));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Cuts every connection there is. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    this.cutAll();
    return closed;
  }

  #join(client: Socket, node: Socket): void {
    const cut = (): void => {
      client.destroy();
      node.destroy();
    };
    for (const socket of [client, node]) {
      this.#sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    client.on('data', piece => {
      // Whole, and only then the cut: the node has it and executes it.
      const isLast = this.#random() < this.faults.cutAfterRequest;
      node.write(piece, () => {
        if (!isLast) return;
        this.counts.cuts++;
        node.end();
        client.destroy();
      });
    });
    node.on('data', piece => {
      if (this.#random() < this.faults.loseReply) {
        this.counts.lostReplies++;
        cut();
      } else {
        client.write(piece);
      }
    });
  }
}
