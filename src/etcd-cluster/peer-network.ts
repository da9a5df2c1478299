/**
 * The traffic between etcd's members, through the router.
 *
 * Each member sends its peer traffic to an HTTP proxy of its own, so that the proxy knows the sender, and the request names the
 * receiver. What that traffic is: https://github.com/etcd-io/etcd/blob/v3.4.23/etcdserver/api/rafthttp/doc.go
 *
 * - A member opens a *stream* to another and reads from it the messages that the other has for it. The messages stand in it
 *   one by one, so each meets its own fate on the link from the member that was asked to the one that asked.
 * - The second kind of stream, `msgapp`, is answered as by a server that does not know it: it leaves out what both sides can
 *   work out, so that nothing in it could be lost without harm. etcd then sends everything over the first kind.
 * - What does not go over a stream is posted, one message a request. It counts as sent once the proxy has it.
 * - A snapshot is posted as a whole and is one message: lost at once, or handed on as long as its link is not cut.
 * - Questions about version and members, and probes of the connection, pass unless the link is cut one way or the other.
 *
 * @module
 */
import {
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Frame } from '../node/frame.js';
import { MESSAGE_KINDS } from '../node/frame.js';
import { nodeIndex } from '../node/peer-id.js';
import { messageAt, messageCount } from '../runtime/frame-pack.js';
import type { Router } from '../runtime/router.js';
import { RecentNumbers, seal, unseal } from './link-envelope.js';
import type { MemberPlan } from './member-plan.js';
import { MAX_MESSAGE_BYTES, MessageReader, withHeader } from './message-stream.js';
import { type PeerMessage, peekMessage } from './peer-message.js';

/** A message was sent, whatever becomes of it. */
export type MessageObserver = (from: number, to: number, message: PeerMessage) => void;

/** What a member has not read yet may be so much; more is lost. */
const MAX_UNREAD_BYTES = 32 * 1024 * 1024;
/** Below the five seconds after which a member gives up waiting for an answer. */
const REFUSAL_DELAY_MS = 4_000;
/** The last version that does not know the `msgapp` stream. */
const VERSION_WITHOUT_MSGAPP = '2.0.0';
const SNAPSHOT_KIND = MESSAGE_KINDS.indexOf('InstallSnapshot');
const PROPOSE_KIND = MESSAGE_KINDS.indexOf('Propose');
/** Copies come within the largest delay of a link; so many proposals do not. */
const REMEMBERED_PROPOSALS = 16_384;
/** A snapshot that its link holds back for longer is given up; etcd sends another. */
const SNAPSHOT_HOLD_LIMIT_MS = 30_000;

interface Exchange {
  readonly from: number;
  readonly to: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export class PeerNetwork {
  readonly #router: Router;
  readonly #members: readonly MemberPlan[];
  readonly #observe: MessageObserver;
  readonly #proxies: Server[] = [];
  readonly #running = new Set<number>();
  /** Where a member reads what another has for it, by `linkKey`. */
  readonly #streams = new Map<string, ServerResponse>();
  /** Headers of the last message that was posted over a link: another one is posted with the same. */
  readonly #headers = new Map<string, IncomingMessage['headers']>();
  readonly #snapshots = new Map<number, Exchange>();
  /** Snapshots on their way. */
  readonly #transfers = new Set<Exchange>();
  readonly #proposals = new RecentNumbers(REMEMBERED_PROPOSALS);
  readonly #timers = new Set<NodeJS.Timeout>();
  #lastNumber = 0;

  constructor(router: Router, members: readonly MemberPlan[], observe: MessageObserver) {
    this.#router = router;
    this.#members = members;
    this.#observe = observe;
  }

  /** Opens the proxies. */
  async open(): Promise<void> {
    for (const { node } of this.#members) {
      const server = createServer((incoming, response) => this.#serve(node, incoming, response));
      // Streams stay open for ever, and a connection that is closed while it is reused looks like a fault.
      Object.assign(server, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, timeout: 0 });
      server.on('clientError', (_, socket) => socket.destroy());
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      this.#proxies[node] = server;
    }
  }

  /** Where the member has to send its peer traffic. */
  proxyOf(node: number): string {
    const address = this.#proxies[node]?.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return `http://127.0.0.1:${port}`;
  }

  /** The member runs: it can be reached. */
  attach(node: number): void {
    this.#running.add(node);
    this.#router.attach(node, frame => this.#deliver(frame));
  }

  detach(node: number): void {
    this.#running.delete(node);
    this.#router.detach(node);
  }

  /** Faults were changed: a snapshot on its way over a link that is now cut ends there. */
  linksChanged(): void {
    for (const exchange of [...this.#transfers]) {
      if (this.#isCut(exchange.from, exchange.to)) abort(exchange);
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      this.#proxies.map(server => {
        const closed = new Promise(resolve => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  #serve(asker: number, incoming: IncomingMessage, response: ServerResponse): void {
    const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : null;
    const asked = this.#members.find(({ peerName }) => peerName === url?.host);
    incoming.on('error', () => response.destroy());
    response.on('error', () => incoming.destroy());
    if (asked === undefined || url === null || !this.#running.has(asked.node)) {
      incoming.destroy();
      return;
    }
    const exchange: Exchange = { from: asker, to: asked.node, request: incoming, response };
    const path = `${url.pathname}${url.search}`;
    if (path.startsWith('/raft/stream/message/')) this.#openStream(exchange, path);
    else if (path.startsWith('/raft/stream/msgapp/')) this.#refuseStream(exchange);
    else if (path === '/raft' && incoming.method === 'POST') this.#takePosted(exchange);
    else if (path === '/raft/snapshot' && incoming.method === 'POST') this.#takeSnapshot(exchange);
    else this.#forward(exchange, path);
  }

  /** Whoever asks for a stream is who its messages are for. */
  #openStream(exchange: Exchange, path: string): void {
    const { response } = exchange;
    const [reader, writer] = [exchange.from, exchange.to];
    if (this.#isCut(writer, reader)) {
      abort(exchange);
      return;
    }
    const upstream = this.#ask(exchange, path, answer => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      if (answer.statusCode !== 200) return void answer.pipe(response);
      response.flushHeaders();
      this.#streams.set(linkKey(writer, reader), response);
      const messages = new MessageReader();
      answer.on('data', (chunk: Uint8Array) => {
        try {
          for (const message of messages.push(chunk)) this.#send(writer, reader, message);
        } catch {
          abort(exchange);
        }
      });
      answer.on('close', () => response.destroy());
    });
    upstream.end();
    response.on('close', () => {
      upstream.destroy();
      const key = linkKey(writer, reader);
      if (this.#streams.get(key) === response) this.#streams.delete(key);
    });
  }

  #refuseStream({ response }: Exchange): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      response.writeHead(200, { 'X-Server-Version': VERSION_WITHOUT_MSGAPP });
      response.end();
    }, REFUSAL_DELAY_MS);
    this.#timers.add(timer);
    response.on('close', () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    });
  }

  #takePosted(exchange: Exchange): void {
    const { from, to, request: incoming, response } = exchange;
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_MESSAGE_BYTES) abort(exchange);
      else chunks.push(chunk);
    });
    incoming.on('end', () => {
      this.#headers.set(linkKey(from, to), incoming.headers);
      response.writeHead(204).end();
      this.#send(from, to, Buffer.concat(chunks));
    });
  }

  /** Its body waits in the connection until the link has let it pass. */
  #takeSnapshot(exchange: Exchange): void {
    const { from, to, response } = exchange;
    const number = this.#nextNumber();
    const before = this.#router.counters(from, to).dropped;
    this.#snapshots.set(number, exchange);
    this.#receive(from, to, SNAPSHOT_KIND, seal(new Uint8Array(), number));
    const isLost = this.#router.counters(from, to).dropped > before;
    if (isLost) {
      abort(exchange);
      return;
    }
    const timer = setTimeout(() => abort(exchange), SNAPSHOT_HOLD_LIMIT_MS);
    this.#timers.add(timer);
    const settle = (): void => {
      clearTimeout(timer);
      this.#timers.delete(timer);
      this.#snapshots.delete(number);
    };
    if (!this.#snapshots.has(number)) settle();
    response.on('close', settle);
  }

  #forward(exchange: Exchange, path: string): void {
    const { from, to, request: incoming, response } = exchange;
    if (this.#isCut(from, to) || this.#isCut(to, from)) {
      abort(exchange);
      return;
    }
    const upstream = this.#ask(exchange, path, answer => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(response);
    });
    incoming.pipe(upstream);
    response.on('close', () => upstream.destroy());
  }

  /** Asks the member itself; when it cannot be asked, the asker's connection ends. */
  #ask(
    exchange: Exchange,
    path: string,
    onAnswer: (answer: IncomingMessage) => void,
  ): ReturnType<typeof request> {
    const options = this.#optionsFor(
      exchange.to,
      path,
      exchange.request.method ?? 'GET',
      exchange.request.headers,
    );
    const upstream = request(options, answer => {
      answer.on('error', () => exchange.response.destroy());
      onAnswer(answer);
    });
    upstream.on('error', () => exchange.response.destroy());
    return upstream;
  }

  #optionsFor(
    node: number,
    path: string,
    method: string,
    headers: IncomingMessage['headers'],
  ): RequestOptions {
    const member = this.#members[node];
    return {
      host: member?.host,
      port: member?.peerPort,
      path,
      method,
      headers: passedOn(headers),
      agent: false,
    };
  }

  #send(from: number, to: number, bytes: Uint8Array): void {
    const message = peekMessage(bytes);
    if (message === null) return;
    if (message.isLinkHeartbeat) {
      // Not Raft's: it lets the reader see that the stream lives, as far as it does.
      if (!this.#isCut(from, to)) this.#streams.get(linkKey(from, to))?.write(withHeader(bytes));
      return;
    }
    this.#observe(from, to, message);
    this.#receive(from, to, message.kind, seal(bytes, this.#nextNumber()));
  }

  #receive(from: number, to: number, kind: number, body: Uint8Array): void {
    const ends = [body.length];
    this.#router.receive({ from: nodeIndex(from), to: nodeIndex(to), kinds: [kind], ends, body });
  }

  /** False: something of it could not be handed over. */
  #deliver(frame: Frame): boolean {
    const { from, to } = frame;
    let isDelivered = true;
    for (let position = 0; position < messageCount(frame); position++) {
      const { kind, bytes } = messageAt(frame, position);
      const { message, number } = unseal(bytes);
      if (kind === SNAPSHOT_KIND && message.length === 0) this.#handOver(number);
      // Raft bears any message twice but this: etcd would execute the command twice, as no network makes it do.
      else if (kind !== PROPOSE_KIND || this.#proposals.add(number)) {
        isDelivered = this.#write(from, to, message) && isDelivered;
      }
    }
    return isDelivered;
  }

  #write(from: number, to: number, message: Uint8Array): boolean {
    const key = linkKey(from, to);
    const stream = this.#streams.get(key);
    if (stream !== undefined) {
      if (stream.writableLength > MAX_UNREAD_BYTES) return false;
      stream.write(withHeader(message));
      return true;
    }
    const headers = this.#headers.get(key);
    if (headers === undefined || !this.#running.has(to)) return false;
    const posted = request(
      this.#optionsFor(to, '/raft', 'POST', { ...headers, 'content-length': String(message.length) }),
    );
    posted.on('error', () => {});
    posted.on('response', answer => answer.resume());
    posted.end(message);
    return true;
  }

  #handOver(number: number): void {
    const exchange = this.#snapshots.get(number);
    if (exchange === undefined) return;
    this.#snapshots.delete(number);
    this.#transfers.add(exchange);
    const { request: incoming, response } = exchange;
    const upstream = this.#ask(exchange, '/raft/snapshot', answer => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(response);
    });
    incoming.pipe(upstream);
    response.on('close', () => {
      upstream.destroy();
      this.#transfers.delete(exchange);
    });
  }

  #nextNumber(): number {
    this.#lastNumber = (this.#lastNumber + 1) >>> 0;
    return this.#lastNumber;
  }

  /** Nothing at all passes. */
  #isCut(from: number, to: number): boolean {
    const { drop, clogged } = this.#router.faults(from, to);
    return drop >= 1 || clogged;
  }
}

const linkKey = (from: number, to: number): string => `${from}>${to}`;

function abort({ request: incoming, response }: Exchange): void {
  incoming.destroy();
  response.destroy();
}

/** About one connection only, or written anew by the next. */
const HOP_HEADERS = new Set(['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding']);

const passedOn = (headers: IncomingMessage['headers']): IncomingMessage['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name)));
