/**
 * Connections that only weigh on a server: idle ones, or bad ones. A process of its own, held until it is ended.
 *
 * Usage: `node crowd-clients.js '{"ports":[5001],"idle":5000,"bad":10}'`; prints `ready` when all are there.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { BAD_KINDS, BadClient } from '../tests/helpers/bad-clients.js';

export interface CrowdOptions {
  readonly ports: readonly number[];
  readonly idle: number;
  /** Of each kind. */
  readonly bad: number;
}

/** Connecting all at once would only fill the backlog. */
const AT_ONCE = 100;

const { ports, idle, bad } = JSON.parse(process.argv[2] ?? '{}') as CrowdOptions;
const portOf = (turn: number): number => ports[turn % ports.length] ?? 0;

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.on('close', () => {
        process.stderr.write('an idle connection was closed\n');
        process.exit(1);
      });
      resolve(socket);
    });
  });
}

for (let opened = 0; opened < idle; opened += AT_ONCE) {
  const count = Math.min(AT_ONCE, idle - opened);
  await Promise.all(Array.from({ length: count }, (_, turn) => open(portOf(opened + turn))));
}
for (const kind of BAD_KINDS) {
  for (let turn = 0; turn < bad; turn++) new BadClient(kind, portOf(turn));
}
process.stdout.write('ready\n');
setInterval(() => undefined, 60_000);
