/**
 * What a member says of itself, asked over HTTP at its client port. Answers come without the others: a member that is cut off
 * tells how it is.
 *
 * @module
 */
import { Agent, request } from 'node:http';
import type { MemberPlan } from './member-plan.js';

export interface MemberStatus {
  /** Ids are of 64 bits, in decimal. */
  readonly id: string;
  /** `0`: it knows of none. */
  readonly leaderId: string;
  readonly term: number;
  readonly committed: number;
  readonly applied: number;
  readonly dataBytes: number;
}

/** From its `/metrics`, totals since it started. */
export interface MemberMetrics {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly keys: number;
  /** Syncs of its log by their duration: upper bound in seconds, and how many took at most so long. */
  readonly syncs: readonly (readonly [seconds: number, count: number])[];
}

const LIMIT_MS = 1_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

export class MemberClient {
  readonly #member: MemberPlan;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  constructor(member: MemberPlan) {
    this.#member = member;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** @throws when there is no answer in time */
  async status(): Promise<MemberStatus> {
    const text = await this.#call('POST', '/v3/maintenance/status', '{}');
    // Fields that are 0 are left out.
    const {
      header,
      leader = '0',
      ...numbers
    } = JSON.parse(text) as {
      readonly header?: { readonly member_id?: string };
      readonly leader?: string;
      readonly raftTerm?: string;
      readonly raftIndex?: string;
      readonly raftAppliedIndex?: string;
      readonly dbSizeInUse?: string;
    };
    return {
      id: header?.member_id ?? '0',
      leaderId: leader,
      term: Number(numbers.raftTerm ?? 0),
      committed: Number(numbers.raftIndex ?? 0),
      applied: Number(numbers.raftAppliedIndex ?? 0),
      dataBytes: Number(numbers.dbSizeInUse ?? 0),
    };
  }

  /** @throws when there is no answer in time */
  async metrics(): Promise<MemberMetrics> {
    return parseMetrics(await this.#call('GET', '/metrics', ''));
  }

  /** Only the leader takes it. @throws when it is refused or not answered in time */
  async moveLeader(targetId: string, limitMs: number): Promise<void> {
    const body = JSON.stringify({ targetID: targetId });
    await this.#call('POST', '/v3/maintenance/transfer-leadership', body, limitMs);
  }

  #call(method: string, path: string, body: string, limitMs = LIMIT_MS): Promise<string> {
    const { host, clientPort: port } = this.#member;
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, method, agent: this.#agent, timeout: limitMs }, answer => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) asked.destroy(new Error(`${path} answered too much`));
          else chunks.push(chunk);
        });
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (answer.statusCode === 200) resolve(text);
          else reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`));
        });
        answer.on('error', reject);
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer from ${path} within ${limitMs} ms`)));
      asked.on('error', reject);
      asked.end(body);
    });
  }
}

const SYNC_BUCKET = /^etcd_disk_wal_fsync_duration_seconds_bucket\{le="([^"]+)"\} (\S+)$/gm;

function parseMetrics(text: string): MemberMetrics {
  const total = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    residentBytes: total('process_resident_memory_bytes'),
    cpuSeconds: total('process_cpu_seconds_total'),
    keys: total('etcd_debugging_mvcc_keys_total'),
    syncs: [...text.matchAll(SYNC_BUCKET)].map(([, bound, count]) => [
      bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound),
      Number(count),
    ]),
  };
}
