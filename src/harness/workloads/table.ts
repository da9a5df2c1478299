/**
 * All workloads by name.
 *
 * @module
 */
import { BankWorkload } from './bank.js';
import { CounterWorkload, ListAppendWorkload, SetAddWorkload } from './collections.js';
import { GetWorkload, PutThenGetWorkload, PutWorkload, RegisterWorkload } from './register.js';
import type { Workload } from './workload.js';

/** Keys in use at a time, and writes before one is retired: lists and sets are compared whole, so they stay short. */
interface WorkloadEntry {
  readonly create: () => Workload;
  /** Workloads of one family share their keys. */
  readonly family: string;
  readonly keys: number;
  readonly writesPerKey: number;
}

const register = { family: 'register', keys: 20, writesPerKey: 2_000 } as const;

export const WORKLOADS = {
  register: { create: () => new RegisterWorkload(), ...register },
  put: { create: () => new PutWorkload(), ...register },
  get: { create: () => new GetWorkload(), ...register },
  'put-then-get': { create: () => new PutThenGetWorkload(), ...register },
  counter: { create: () => new CounterWorkload(), family: 'counter', keys: 5, writesPerKey: 1_000 },
  'list-append': { create: () => new ListAppendWorkload(), family: 'list', keys: 10, writesPerKey: 60 },
  'set-add': { create: () => new SetAddWorkload(), family: 'set', keys: 10, writesPerKey: 60 },
  bank: { create: () => new BankWorkload(), family: 'bank', keys: 3, writesPerKey: 300 },
} satisfies Readonly<Record<string, WorkloadEntry>>;

export type WorkloadName = keyof typeof WORKLOADS;

export const WORKLOAD_NAMES = Object.keys(WORKLOADS) as readonly WorkloadName[];

/** Those a user chooses from; the others are phases of the tests. */
export const MIXABLE: readonly WorkloadName[] = ['register', 'counter', 'list-append', 'set-add', 'bank'];
