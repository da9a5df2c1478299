/**
 * A plan as a file: what a run did, saved, reduced and replayed.
 *
 * @module
 */
import { FAULT_NAMES, type Fault, type NetworkPlan, type Plan, type WorkloadPlan } from './plan.js';

export interface PlanFile {
  readonly plan: Plan;
  /** The deliberate fault it was played with; null: the code as it is. */
  readonly mutant: string | null;
}

/** Thrown when a file is no plan; says which field, and what was expected. */
export class PlanFileError extends Error {
  override readonly name = 'PlanFileError';
  readonly code = 'bad-plan';
}

const VERSION = 1;

export function formatPlan({ plan, mutant }: PlanFile): string {
  const { faults, ...rest } = plan;
  const head = JSON.stringify({ version: VERSION, mutant, ...rest }, null, 2);
  // One fault a line: that is what people read and edit.
  const lines = faults.map(fault => `    ${JSON.stringify(fault)}`).join(',\n');
  return `${head.slice(0, -2)},\n  "faults": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`;
}

/** @throws PlanFileError */
export function parsePlan(text: string): PlanFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PlanFileError('not a plan: the file is not JSON');
  }
  const root = new Fields(value, 'plan');
  if (root.number('version') !== VERSION) throw new PlanFileError(`version: expected ${VERSION}`);
  const nodes = root.count('nodes', 1);
  const spares = root.count('spares', 0);
  const plan: Plan = {
    seed: root.count('seed', 0),
    nodes,
    spares,
    tickMs: root.number('tickMs'),
    electionTicks: root.count('electionTicks', 2),
    safetyMs: root.number('safetyMs'),
    network: networkOf(root.fields('network')),
    syncMs: root.number('syncMs'),
    turnDelayMs: root.number('turnDelayMs'),
    snapshotEntries: root.count('snapshotEntries', 1),
    tailEntries: root.count('tailEntries', 0),
    messageBytes: root.count('messageBytes', 1),
    workload: workloadOf(root.fields('workload')),
    faults: root.list('faults').map(fault => faultOf(fault, nodes + spares)),
    healOnlyQuorum: root.flag('healOnlyQuorum'),
  };
  return { plan, mutant: root.textOrNull('mutant') };
}

function networkOf(fields: Fields): NetworkPlan {
  return {
    encoded: fields.flag('encoded'),
    minMs: fields.number('minMs'),
    meanMs: fields.number('meanMs'),
    drop: fields.number('drop'),
    duplicate: fields.number('duplicate'),
    reorder: fields.number('reorder'),
    reorderMs: fields.number('reorderMs'),
  };
}

function workloadOf(fields: Fields): WorkloadPlan {
  return {
    clients: fields.count('clients', 1),
    operationsPerSecond: fields.number('operationsPerSecond'),
    registers: fields.count('registers', 1),
    timeoutMs: fields.number('timeoutMs'),
  };
}

function faultOf(fields: Fields, size: number): Fault {
  const kind = FAULT_NAMES.find(name => name === fields.text('kind'));
  if (kind === undefined) throw fields.wrong('kind', `one of ${FAULT_NAMES.join(' ')}`);
  const when = { atMs: fields.number('atMs'), forMs: fields.number('forMs') };
  const node = (): number => fields.node('node', size);
  switch (kind) {
    case 'crash':
    case 'pause':
      return { ...when, kind, nodes: fields.nodes('nodes', size) };
    case 'partition':
      return { ...when, kind, groups: fields.groups('groups', size) };
    case 'one-way':
    case 'clog':
      return { ...when, kind, from: fields.nodes('from', size), to: fields.nodes('to', size) };
    case 'drop':
      return { ...when, kind, probability: fields.number('probability') };
    case 'slow-disk':
      return { ...when, kind, node: node(), syncMs: fields.number('syncMs') };
    case 'clock':
      return {
        ...when,
        kind,
        node: node(),
        offsetMs: fields.signed('offsetMs'),
        rate: fields.number('rate'),
      };
    case 'disk-full':
    case 'disk-error':
    case 'bit-flip':
    case 'transfer':
    case 'snapshot':
    case 'add':
    case 'remove':
      return { ...when, kind, node: node() };
  }
}

/** Reads fields of one object and says what is wrong with them. */
class Fields {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new PlanFileError(`${path}: expected an object`);
    }
    this.#value = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  wrong(name: string, expected: string): PlanFileError {
    return new PlanFileError(`${this.#path}.${name}: expected ${expected}`);
  }

  signed(name: string): number {
    const value = this.#value[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.wrong(name, 'a number');
    return value;
  }

  number(name: string): number {
    const value = this.signed(name);
    if (value < 0) throw this.wrong(name, 'a number of at least 0');
    return value;
  }

  count(name: string, least: number): number {
    const value = this.number(name);
    if (!Number.isInteger(value) || value < least)
      throw this.wrong(name, `a whole number of at least ${least}`);
    return value;
  }

  text(name: string): string {
    const value = this.#value[name];
    if (typeof value !== 'string') throw this.wrong(name, 'a text');
    return value;
  }

  textOrNull(name: string): string | null {
    return this.#value[name] === null ? null : this.text(name);
  }

  flag(name: string): boolean {
    const value = this.#value[name];
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  fields(name: string): Fields {
    return new Fields(this.#value[name], `${this.#path}.${name}`);
  }

  list(name: string): Fields[] {
    return this.#array(name).map((item, at) => new Fields(item, `${this.#path}.${name}[${at}]`));
  }

  node(name: string, size: number): number {
    return this.#checkNode(this.#value[name], name, size);
  }

  nodes(name: string, size: number): number[] {
    return this.#array(name).map(node => this.#checkNode(node, name, size));
  }

  groups(name: string, size: number): number[][] {
    return this.#array(name).map(group => {
      if (!Array.isArray(group)) throw this.wrong(name, 'lists of nodes');
      return group.map(node => this.#checkNode(node, name, size));
    });
  }

  #array(name: string): readonly unknown[] {
    const value = this.#value[name];
    if (!Array.isArray(value)) throw this.wrong(name, 'a list');
    return value;
  }

  #checkNode(value: unknown, name: string, size: number): number {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= size) {
      throw this.wrong(name, `nodes 0–${size - 1}`);
    }
    return value;
  }
}
