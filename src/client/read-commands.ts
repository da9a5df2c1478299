/**
 * Commands that need no exactly-once session: they change nothing, or do not concern the store.
 *
 * @module
 */

const WITHOUT_SESSION: ReadonlySet<string> = new Set(
  `get mget strlen getrange substr getbit bitcount lcs exists type ttl pttl expiretime pexpiretime
   object touch keys scan randomkey dbsize llen lrange lindex hget hgetall hlen hexists hkeys hvals hmget hstrlen
   smembers sismember smismember scard srandmember hscan sscan
   ping echo hello auth select reset quit client command info config time memory debug acl slowlog monitor
   readonly readwrite cluster raft chaos raft.session raft.once raft.version
   multi exec discard watch unwatch subscribe unsubscribe psubscribe punsubscribe`.split(/\s+/),
);

export function needsSession(name: string): boolean {
  return !WITHOUT_SESSION.has(name.toLowerCase());
}
