/**
 * SUBSCRIBE and its like: each channel named is answered by a message of its own.
 *
 * @module
 */
import { type ErrorReply, error } from '../../kv/reply.js';
import { detached } from '../wire-text.js';
import {
  type Client,
  type CommandResultReply,
  type GatewayCommand,
  type GatewayServices,
  NO_REPLY,
} from './gateway-command.js';

/** Of one connection, channels and patterns together. */
const MAX_SUBSCRIPTIONS = 1000;
const TOO_MANY = error(`ERR more than ${MAX_SUBSCRIPTIONS} subscriptions`);

const NOT_TOLD = error('ERR this engine does not tell which keys change');

type Change = (gateway: GatewayServices, client: Client, name: string) => void;

function begin(word: string, change: Change): GatewayCommand['run'] {
  return (client, names, gateway): CommandResultReply | ErrorReply => {
    if (client.state.subscriptionCount + names.length > MAX_SUBSCRIPTIONS) return TOO_MANY;
    if (!names.every(name => gateway.pubsub.carries(name))) return NOT_TOLD;
    for (const name of names) {
      change(gateway, client, detached(name));
      confirm(client, word, name);
    }
    return NO_REPLY;
  };
}

function end(
  word: string,
  present: (client: Client) => ReadonlySet<string>,
  change: Change,
): GatewayCommand['run'] {
  return (client, names, gateway) => {
    const leaving = names.length > 0 ? names : [...present(client)];
    for (const name of leaving) {
      change(gateway, client, name);
      confirm(client, word, name);
    }
    if (leaving.length === 0) confirm(client, word, null);
    return NO_REPLY;
  };
}

function confirm(client: Client, word: string, name: string | null): void {
  if (!client.push([word, name, client.state.subscriptionCount])) client.cutOff();
}

const common = { group: 'pubsub', order: 'exclusive' } as const;

export const SUBSCRIPTION_COMMANDS: readonly GatewayCommand[] = [
  {
    ...common,
    name: 'subscribe',
    arity: -2,
    summary: 'Listens to channels',
    difference:
      'There is no PUBLISH: channels carry what this node applies (`__keyspace@0__:KEY`, `__keyevent@0__:EVENT`, always ' +
      'on) and, for admins, what happens to the cluster (`__cluster__:leader`, `__cluster__:crash` …, as JSON). An event ' +
      'has the name of the command, `del` or `expired`. A subscriber that does not keep up is disconnected; a node ' +
      'that is sent a snapshot tells nothing of what was in it.',
    run: begin('subscribe', ({ pubsub }, client, name) => pubsub.subscribe(client, name)),
  },
  {
    ...common,
    name: 'psubscribe',
    arity: -2,
    summary: 'Listens to channels whose names match patterns',
    difference: 'As SUBSCRIBE.',
    run: begin('psubscribe', ({ pubsub }, client, name) => pubsub.subscribePattern(client, name)),
  },
  {
    ...common,
    name: 'unsubscribe',
    arity: -1,
    summary: 'Stops listening to some or all channels',
    run: end(
      'unsubscribe',
      client => client.state.channels,
      ({ pubsub }, client, name) => pubsub.unsubscribe(client, name),
    ),
  },
  {
    ...common,
    name: 'punsubscribe',
    arity: -1,
    summary: 'Stops listening to some or all patterns',
    run: end(
      'punsubscribe',
      client => client.state.patterns,
      ({ pubsub }, client, name) => pubsub.unsubscribePattern(client, name),
    ),
  },
];
