/**
 * Commands to which Redis 7 and this store must give equal replies, by topic. Each topic starts from an empty store.
 *
 * @module
 */
import type { Words } from './replica.js';

const YEAR_2100 = '4102444800';
const LONG_AGO = '1000000000';

function lines(text: string): Words[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => line.split(/\s+/).map(word => (word === '""' ? '' : word)));
}

/** Every command with too few words, and some with too many. */
const ARITY = lines(`
  get
  get a b
  set a
  setnx a
  setex a 1
  psetex a 1
  getset a
  getdel
  getex
  append a
  strlen
  getrange a 1
  substr a 1
  setrange a 1
  setbit a 1
  getbit a
  bitcount
  lcs a
  incr
  decr
  incrby a
  decrby a
  incrbyfloat a
  mget
  mset a
  mset a 1 b
  msetnx a
  msetnx a 1 b
  del
  unlink
  exists
  touch
  type
  rename a
  renamenx a
  copy a
  object
  object encoding
  object encoding a b
  object nosuch a
  memory usage
  expire a
  pexpire a
  expireat a
  pexpireat a
  ttl
  pttl
  expiretime
  pexpiretime
  persist
  keys
  scan
  randomkey a
  dbsize a
  flushall a
  flushall sync async
  flushdb nosuch
  lpush a
  rpush a
  lpop
  lpop a 1 2
  rpop a 1 2
  rpop
  llen
  lrange a 1
  lindex a
  hset a b
  hset a b c d
  hget a
  hdel a
  hgetall
  hincrby a b
  hlen
  hexists a
  hkeys
  hvals
  hmget a
  sadd a
  srem a
  smembers
  sismember a
  scard
  nosuchcommand
  nosuchcommand with some arguments
`);

const STRINGS = lines(`
  get a
  set a 1
  get a
  set a 2 nx
  set a 2 xx
  set b 2 xx
  set b 2 nx
  set b 3 get
  set c 3 get
  set c 4 nx get
  set d 4 nx get
  set e 4 xx get
  set a 1 nx xx
  set a 1 xx nx
  set a 1 nosuch
  set a 1 ex
  set a 1 ex 0
  set a 1 ex -1
  set a 1 ex nan
  set a 1 ex 10 px 10
  set a 1 ex 10 keepttl
  set a 1 keepttl ex 10
  set a 1 ex 9223372036854775807
  set a 1 px 9223372036854775807
  set a 1 ex 9223372036854775808
  set a 1 persist
  set a 1 ex 100
  ttl a
  set a 2 keepttl
  ttl a
  set a 3
  ttl a
  set a 1 exat ${YEAR_2100}
  expiretime a
  pexpiretime a
  set a 1 pxat ${YEAR_2100}123
  pexpiretime a
  expiretime a
  set a 1 exat ${LONG_AGO}
  get a
  exists a
  set a 1 EX 10 NX GET
  setnx a 5
  setnx z 5
  setex a 10 v
  ttl a
  setex a 0 v
  setex a -5 v
  setex a x v
  psetex a 100000 v
  psetex a 0 v
  psetex a 1.5 v
  getset a w
  ttl a
  getset nosuch w
  getdel nosuch2
  getdel a
  exists a
  set g v
  getex g
  getex g ex 100
  ttl g
  getex g persist
  ttl g
  getex g persist ex 10
  getex g ex 10 persist
  getex g ex 0
  getex g nosuch
  getex g keepttl
  getex g nx
  getex g exat ${LONG_AGO}
  get g
  getex nosuch3 ex 10
  append p ab
  append p cd
  append p ""
  get p
  strlen p
  strlen nosuch4
  mget a p nosuch4 a
  mset m1 1 m2 2 m1 3
  mget m1 m2
  msetnx m3 1 m1 2
  msetnx m3 1 m4 2
  mget m3 m4
`);

const RANGES = lines(`
  set s Hello_World
  getrange s 0 4
  getrange s -5 -1
  getrange s -1 -5
  getrange s 3 1
  getrange s 0 -1
  getrange s 100 200
  getrange s -100 2
  getrange s -100 -90
  getrange s 0 9223372036854775807
  getrange s a 1
  getrange nosuch 0 1
  substr s 2 -2
  setrange s 6 Redis
  get s
  setrange s 20 x
  get s
  setrange s -1 x
  setrange s a x
  setrange new 0 ""
  exists new
  setrange s 3 ""
  setrange new 3 xyz
  get new
  setbit bits 7 1
  setbit bits 7 0
  setbit bits 23 1
  setbit bits 0 2
  setbit bits -1 1
  setbit bits x 1
  setbit bits 4294967296 1
  getbit bits 23
  getbit bits 22
  getbit bits 1000
  getbit bits -1
  getbit bits 4294967296
  getbit nosuch 5
  get bits
  set f foobar
  bitcount f
  bitcount f 0 0
  bitcount f 1 1
  bitcount f 0 -1
  bitcount f -2 -1
  bitcount f 5 30 bit
  bitcount f -3 -1 bit
  bitcount f 1 1 byte
  bitcount f 4 2
  bitcount f 0
  bitcount nosuch 0
  bitcount f 0 1 bits
  bitcount f a b
  bitcount nosuch
  bitcount f 0 1 bit extra
  set k1 ohmytext
  set k2 mynewtext
  lcs k1 k2
  lcs k1 k2 len
  lcs k1 k2 idx
  lcs k1 k2 idx minmatchlen 4
  lcs k1 k2 idx minmatchlen 4 withmatchlen
  lcs k1 k2 idx withmatchlen
  lcs k1 k2 idx len
  lcs k1 k2 minmatchlen
  lcs k1 k2 minmatchlen x
  lcs k1 k2 nosuch
  lcs k1 nosuch
  lcs k1 nosuch idx
  lpush l 1
  lcs k1 l
  lcs l k1
`);

const COUNTERS = lines(`
  incr c
  incr c
  decr c
  incrby c 10
  decrby c 3
  get c
  incrby c x
  incrby c 1.5
  incrby c 9223372036854775808
  set c 9223372036854775806
  incr c
  incr c
  get c
  set c -9223372036854775808
  decr c
  decrby c -9223372036854775808
  incrby c 9007199254740993
  get c
  set c 9007199254740992
  incr c
  set c abc
  incr c
  set c 007
  incr c
  set c +5
  incr c
  set c -0
  incr c
  set c ""
  incr c
  set c 1.0
  incr c
  set f 10.50
  incrbyfloat f 0.1
  incrbyfloat f -5
  set f 5.0e3
  incrbyfloat f 2.0e2
  incrbyfloat f abc
  incrbyfloat f inf
  incrbyfloat f -inf
  incrbyfloat f nan
  incrbyfloat f ""
  set f abc
  incrbyfloat f 1
  incrbyfloat g 0.1
  incrbyfloat g 0.2
  incrbyfloat g -0.3
  incrbyfloat h 3.0
  incrbyfloat h 1e10
  incrbyfloat h .5
  incrbyfloat h 5.
  incrbyfloat h +1
  get h
  incrbyfloat i 1e-7
  incrbyfloat i -2e-7
  incrbyfloat j 1024.5
  incrbyfloat j -1024.25
`);

const WRONG_TYPES = lines(`
  lpush l 1
  hset h f 1
  sadd s 1
  set str v
  get l
  set l2 x get
  set l x get
  setnx l x
  getset l x
  getdel l
  getex l
  append l x
  strlen l
  getrange l 0 1
  setrange l 0 x
  setrange l 0 ""
  setbit l 0 1
  getbit l 0
  bitcount l
  bitcount l 0
  incr l
  incrbyfloat l 1
  mget l str h
  lpush str x
  lpush h x
  rpush s x
  lpop str
  rpop h 2
  lpop h 0
  llen str
  lrange str 0 1
  lrange str a 1
  lindex str 0
  lindex str a
  hset str f v
  hset l f v
  hget str f
  hdel l f
  hgetall str
  hincrby str f 1
  hlen s
  hexists l f
  hkeys str
  hvals str
  hmget str f
  sadd str x
  srem l x
  smembers h
  sismember str x
  scard l
  type l
  type h
  type s
  type str
  type nosuch
`);

const KEYS = lines(`
  mset a 1 b 2 c 3
  exists a b nosuch a
  touch a nosuch
  del a nosuch a
  unlink b b
  rename nosuch x
  rename c d
  get d
  rename d d
  set e 1 ex 100
  rename e f
  ttl f
  rename f d
  get d
  ttl d
  renamenx nosuch x
  set g 1
  renamenx g d
  renamenx g g
  renamenx g newname
  renamenx newname newname
  get newname
  copy newname other
  copy newname other
  copy newname other replace
  copy newname newname
  copy nosuch other
  copy newname x db 0
  copy newname x db 99
  copy newname x db abc
  copy newname x nosuch
  copy d d2 REPLACE DB 0
  ttl d2
  object encoding newname
  object encoding nosuch
  object freq newname
  set long aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  object encoding long
  set short abc
  object encoding short
  rpush list 1 2
  object encoding list
  hset hash f v
  object encoding hash
  sadd ints 1 2 3
  object encoding ints
  sadd words a b
  object encoding words
  object idletime newname
  keys *
  keys *o*
  keys [a-e]
  keys [^a-e]*
  keys ?2
  keys \\*
  keys nosuch*
  mset k1 1 k[2 2 k*3 3 kk 4
  keys k?
  keys k\\*3
  keys k[[]2
  keys k[
  keys *k
  keys k[1-]
  scan x
  scan 0 count 0
  scan 0 count x
  scan 0 match
  scan 0 nosuch 1
  scan 0 match nothing* count 1000
  scan 0 type list count 1000
  scan 0 type stream count 1000
  dbsize
  flushall
  dbsize
  scan 0
  randomkey
  set only 1
  randomkey
  flushdb async
  keys *
`);

const EXPIRY = lines(`
  set a 1
  ttl a
  pttl a
  ttl nosuch
  pttl nosuch
  expiretime a
  pexpiretime nosuch
  expire a 100
  ttl a
  expire a 200 nx
  expire a 50 gt
  expire a 200 gt
  ttl a
  expire a 300 lt
  expire a 100 lt
  ttl a
  persist a
  persist a
  persist nosuch
  expire a 10 gt
  expire a 10 xx
  expire a 10 lt
  ttl a
  persist a
  expire a 10 nx
  expire a 10 nx xx
  expire a 10 gt lt
  expire a 10 nx gt
  expire a 10 nosuch
  expire nosuch 10
  expire a x
  expire a 9223372036854775807
  expire a -9223372036854775808
  expire a 9223372036854775
  pexpire a 9223372036854775807
  pexpire a 100000
  ttl a
  expireat a ${YEAR_2100}
  expiretime a
  pexpireat a ${YEAR_2100}500
  pexpiretime a
  expiretime a
  expireat a ${LONG_AGO}
  exists a
  set b 1
  expire b -1
  exists b
  set b 1
  expire b 0
  exists b
  set b 1
  pexpireat b 1
  exists b
`);

const COLLECTIONS = lines(`
  lpush l a b c
  rpush l d e
  lrange l 0 -1
  lrange l 1 2
  lrange l -2 -1
  lrange l -100 100
  lrange l 3 1
  lrange l 10 20
  lrange l a 1
  lrange nosuch 0 -1
  llen l
  llen nosuch
  lindex l 0
  lindex l -1
  lindex l 10
  lindex l -10
  lindex l x
  lindex nosuch 0
  lpop l
  rpop l
  lpop l 2
  lpop l 0
  lpop l -1
  lpop l x
  rpop l 100
  exists l
  lpop nosuch
  lpop nosuch 2
  rpop nosuch 0
  hset h f1 1 f2 2 f1 3
  hset h f1 4
  hget h f1
  hget h nosuch
  hget nosuch f
  hmget h f1 nosuch f2
  hmget nosuch a b
  hgetall h
  hgetall nosuch
  hkeys h
  hvals h
  hkeys nosuch
  hlen h
  hlen nosuch
  hexists h f1
  hexists h nosuch
  hexists nosuch f
  hincrby h f1 5
  hincrby h new 7
  hincrby h f1 x
  hset h text abc
  hincrby h text 1
  hset h big 9223372036854775807
  hincrby h big 1
  hincrby nosuch2 f 1
  hdel h f1 f1 nosuch
  hdel nosuch f
  hdel h f2 new text big
  exists h
  sadd s a b c a
  sadd s a
  sadd s d e
  smembers s
  smembers nosuch
  sismember s a
  sismember s nosuch
  sismember nosuch a
  scard s
  scard nosuch
  srem s a nosuch a
  srem nosuch a
  srem s b c d e
  exists s
`);

const BINARY: Words[] = [
  ['set', 'k\r\n\0\xff', '\x80\r\n$5\r\n'],
  ['get', 'k\r\n\0\xff'],
  ['append', 'k\r\n\0\xff', '\xc3\xa9'],
  ['strlen', 'k\r\n\0\xff'],
  ['getrange', 'k\r\n\0\xff', '0', '2'],
  ['hset', 'h', '\xff', '\0'],
  ['hgetall', 'h'],
  ['set', '', 'empty key'],
  ['get', ''],
  ['set', 'e', ''],
  ['get', 'e'],
  ['exists', 'e', ''],
  ['keys', 'k*'],
];

export const AGREED_COMMANDS: Readonly<Record<string, readonly Words[]>> = {
  'number of arguments': ARITY,
  strings: STRINGS,
  'parts of strings': RANGES,
  counters: COUNTERS,
  'wrong types': WRONG_TYPES,
  keys: KEYS,
  expiry: EXPIRY,
  collections: COLLECTIONS,
  'binary data': BINARY,
};
