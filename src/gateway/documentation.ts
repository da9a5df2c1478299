/**
 * The command reference, made from the command table so that it cannot drift from it.
 *
 * @module
 */
import type { CommandEntry } from './commands/gateway-command.js';
import { COMMAND_TABLE } from './commands/lookup.js';

const HEAD = `# Commands

Made from the command table (\`npm run build && node dist/bench/command-reference.js\`); do not edit.

Every node answers every command on its own port, in RESP2 or RESP3 (\`HELLO 3\`). Names, arguments, replies and error
texts are those of Redis 7 unless the last column says otherwise. Keys are at most 64 KiB and values at most 8 MiB long.

**Consistency.** *write*: one entry of the replicated log; acknowledged when a majority has it on disk and this node has
applied it. *read*: linearizable by ReadIndex, without a log entry; after \`READONLY\` on the connection answered from this
node as it is, possibly stale. A pipeline that arrives together and contains a write goes through the log as a whole.
*gateway*: answered by the node the client is connected to.

**Errors.** \`-TIMEOUT …\` and a closed connection mean that the outcome is unknown: the command may take effect, or may
have. Every other error means that it certainly was not executed: \`-CLUSTERDOWN\` (no leader, no quorum), \`-MOVED\`
(only with redirection), \`-READONLY\` (the disk is full), \`-LOADING\`, \`-OOM\` (too much in flight), \`-NOAUTH\`,
\`-NOPERM\`, \`-ERR …\`.
\`-NOSESSION\` answers a command of a session that is not known any more: not executed now; if it was a retry, the outcome
of the first attempt is unknown.

**Users.** Where passwords are configured, a user is *read-only* (may run what is not a *write*), *read-write*, or an
*admin*, who alone may run what is marked so: CHAOS, RAFT, CONFIG SET, and what concerns other clients. Where none are,
every client is an admin, and only loopback addresses are listened on.

\`-n\` in the column *words* means at least n words, the name included.
`;

interface Section {
  readonly title: string;
  readonly groups: readonly string[];
}

const SECTIONS: readonly Section[] = [
  { title: 'Strings', groups: ['string'] },
  { title: 'Keys', groups: ['generic'] },
  { title: 'Lists', groups: ['list'] },
  { title: 'Hashes', groups: ['hash'] },
  { title: 'Sets', groups: ['set'] },
  { title: 'Transactions', groups: ['transactions'] },
  { title: 'Connection', groups: ['connection'] },
  { title: 'Server', groups: ['server'] },
  { title: 'Cluster', groups: ['cluster'] },
  { title: 'Channels', groups: ['pubsub'] },
  { title: 'Raft', groups: ['raft'] },
];

const groupOf = ({ kind, command }: CommandEntry): string =>
  kind === 'store' || kind === 'once' ? command.family : command.group;

function consistencyOf({ kind, command }: CommandEntry): string {
  if (kind === 'gateway') return command.role === 'admin' ? 'gateway, admins' : 'gateway';
  return kind === 'exec' ? 'write' : command.access;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function row(entry: CommandEntry): string {
  const { name, arity, summary, difference } = entry.command;
  const cells = [`\`${name.toUpperCase()}\``, String(arity), consistencyOf(entry), summary, difference ?? ''];
  return `| ${cells.map(cell).join(' | ')} |`;
}

function section({ title, groups }: Section, entries: readonly CommandEntry[]): string {
  const rows = entries.filter(entry => groups.includes(groupOf(entry))).map(row);
  const head =
    '| command | words | consistency | what it does | difference from Redis 7 |\n|---|---|---|---|---|';
  return `## ${title}\n\n${head}\n${rows.join('\n')}\n`;
}

/** The whole of `docs/commands.md`. */
export function commandReference(): string {
  const sections = SECTIONS.map(each => section(each, COMMAND_TABLE.all));
  return `${HEAD}\n${sections.join('\n')}`;
}
