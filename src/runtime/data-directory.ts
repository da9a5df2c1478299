/**
 * The data directory of a cluster: `cluster.json`, which says whose it is, and one `node-<i>/` for each node.
 *
 * A node that is recorded here but whose directory is gone has lost its vote and its log: it comes back under the next
 * incarnation, as another member.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { isResidence, type Residence } from './hosts/residence.js';

export const CLUSTER_FILE = 'cluster.json';
const FORMAT = 1;

type DataDirectoryErrorCode =
  | 'cluster-file-damaged'
  /** There is no cluster file. */
  | 'no-cluster'
  | 'wrong-size'
  | 'wrong-host'
  /** So many nodes' directories are gone that what the cluster acknowledged may be gone with them. */
  | 'majority-lost';

/** Thrown when the directory holds something else than this cluster's data. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  readonly code: DataDirectoryErrorCode;
  constructor(code: DataDirectoryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** One node of the cluster as the directory knows it. */
export interface NodeRecord {
  readonly node: number;
  /** 0 at first; grows each time the node's own directory was lost. */
  readonly incarnation: number;
  /** Its own directory was in use before the first message reached it: if it is empty now, it was lost. */
  readonly hasStarted: boolean;
  readonly isRemoved: boolean;
}

/** What the cluster file says. */
export interface ClusterRecord {
  readonly clusterId: string;
  readonly founders: number;
  /** Those that live in this directory. */
  readonly nodes: readonly NodeRecord[];
  /** Of a cluster of several hosts: whose directory this is. */
  readonly host?: string;
  /** Nodes that live on other hosts. */
  readonly elsewhere?: readonly Residence[];
}

interface ClusterFile extends ClusterRecord {
  readonly format: number;
}

export class DataDirectory {
  readonly path: string;
  #content: ClusterFile;

  private constructor(path: string, content: ClusterFile) {
    this.path = path;
    this.#content = content;
  }

  /** Opens an existing directory as it is, whatever was lost. @throws DataDirectoryError */
  static existing(path: string): DataDirectory {
    const directory = resolve(path);
    const file = join(directory, CLUSTER_FILE);
    if (!existsSync(file)) {
      throw new DataDirectoryError('no-cluster', `${directory} holds no cluster: ${CLUSTER_FILE} is missing`);
    }
    return new DataDirectory(directory, parseClusterFile(readFileSync(file, 'utf8'), file));
  }

  /**
   * Opens the directory, or makes it for a new cluster of `founders` nodes. Nodes whose directory is gone get their next
   * incarnation here, durably, before they can start.
   * @param host whose directory it must be; empty: that of a cluster of one host
   * @throws DataDirectoryError
   */
  static open(path: string, founders: number, host = ''): DataDirectory {
    const directory = resolve(path);
    mkdirSync(directory, { recursive: true });
    const file = join(directory, CLUSTER_FILE);
    if (!existsSync(file)) {
      const nodes = Array.from({ length: founders }, (_, node) => founder(node));
      const content = { format: FORMAT, clusterId: randomUUID(), founders, nodes };
      const created = new DataDirectory(directory, content);
      for (const { node } of nodes) created.#makeNodeDirectory(node);
      created.#store();
      return created;
    }
    const content = parseClusterFile(readFileSync(file, 'utf8'), file);
    if (content.founders !== founders) {
      throw new DataDirectoryError(
        'wrong-size',
        `${directory} holds a cluster that began with ${content.founders} nodes, not ${founders}`,
      );
    }
    const opened = new DataDirectory(directory, content);
    if (opened.host !== host) {
      const of = opened.host === '' ? 'a cluster of one host' : `host ${opened.host}`;
      const wanted = host === '' ? 'a cluster of one host' : `host ${host}`;
      throw new DataDirectoryError('wrong-host', `${directory} holds the data of ${of}, not of ${wanted}`);
    }
    opened.#replaceLost();
    return opened;
  }

  static exists(path: string): boolean {
    return existsSync(join(resolve(path), CLUSTER_FILE));
  }

  /** Makes the directory of one host of a cluster, for the nodes that live there. */
  static found(
    path: string,
    cluster: Required<Pick<ClusterRecord, 'clusterId' | 'founders' | 'host'>>,
    residences: readonly Residence[],
  ): DataDirectory {
    const directory = resolve(path);
    mkdirSync(directory, { recursive: true });
    const nodes = residences
      .filter(({ host }) => host === cluster.host)
      .map(({ host: _here, ...record }) => record);
    const elsewhere = residences.filter(({ host }) => host !== cluster.host);
    const created = new DataDirectory(directory, { ...cluster, format: FORMAT, nodes, elsewhere });
    for (const { node } of nodes) created.#makeNodeDirectory(node);
    created.#store();
    return created;
  }

  get clusterId(): string {
    return this.#content.clusterId;
  }

  /** Empty: all nodes of the cluster live here. */
  get host(): string {
    return this.#content.host ?? '';
  }

  get elsewhere(): readonly Residence[] {
    return this.#content.elsewhere ?? [];
  }

  get founders(): number {
    return this.#content.founders;
  }

  get nodes(): readonly NodeRecord[] {
    return this.#content.nodes;
  }

  nodeDirectory(node: number): string {
    return join(this.path, `node-${node}`);
  }

  /** Remembers a node that joins at run time: a new one, or one that was removed and comes back as another member. */
  addNode(node: number): NodeRecord {
    const known = [...this.#content.nodes, ...this.elsewhere].find(record => record.node === node);
    const record: NodeRecord = {
      node,
      incarnation: known === undefined ? 0 : known.incarnation + 1,
      hasStarted: false,
      isRemoved: false,
    };
    this.#setAside(node, 'removed');
    this.#makeNodeDirectory(node);
    this.#replace(record);
    return record;
  }

  /** To be called when the node has stamped its directory, before any message reaches it. */
  markStarted(node: number): void {
    const known = this.#content.nodes.find(record => record.node === node);
    if (known !== undefined && !known.hasStarted) this.#replace({ ...known, hasStarted: true });
  }

  /**
   * Gives up what the node has: its files are set aside, and it joins under its next incarnation at the next start.
   * Safe to repeat after a crash in between. @returns where the files went, null when there were none
   */
  replaceNode(node: number): string | null {
    const known = this.#content.nodes.find(record => record.node === node);
    if (known === undefined) return null;
    // Until the new incarnation is stored, the missing files say by themselves that they were lost.
    this.markStarted(node);
    const aside = this.#setAside(node, 'damaged');
    this.#makeNodeDirectory(node);
    this.#replace({ ...known, incarnation: known.incarnation + 1, hasStarted: false });
    return aside;
  }

  /** Remembers where a node lives; one that lived here and lives elsewhere now leaves its files behind, out of the way. */
  settle({ host, ...record }: Residence): void {
    const isHere = host === this.host;
    const known = this.#content.nodes.find(({ node }) => node === record.node);
    if (isHere && known === undefined) this.#makeNodeDirectory(record.node);
    if (!isHere && known !== undefined) this.#setAside(record.node, 'moved');
    const others = this.elsewhere.filter(({ node }) => node !== record.node);
    const elsewhere = isHere ? others : [...others, { ...record, host }];
    const nodes = this.#content.nodes.filter(({ node }) => node !== record.node);
    this.#content = { ...this.#content, elsewhere, nodes: isHere ? byNumber([...nodes, record]) : nodes };
    this.#store();
  }

  removeNode(node: number): void {
    const known = this.#content.nodes.find(record => record.node === node);
    if (known !== undefined) this.#replace({ ...known, isRemoved: true });
  }

  #replaceLost(): void {
    const members = this.#content.nodes.filter(record => !record.isRemoved);
    const lost = members.filter(({ node, hasStarted }) => hasStarted && !isUsed(this.nodeDirectory(node)));
    const total = members.length + this.elsewhere.filter(({ isRemoved }) => !isRemoved).length;
    if (lost.length * 2 >= total && lost.length > 0) {
      const names = lost.map(({ node }) => `node-${node}`).join(', ');
      throw new DataDirectoryError(
        'majority-lost',
        `${this.path}: the data of ${names} is gone, the rest is no majority; ` +
          'restore it, or remove the directory to begin a new cluster',
      );
    }
    for (const record of lost) {
      this.#makeNodeDirectory(record.node);
      const incarnation = record.incarnation + 1;
      this.#replace({ ...record, incarnation, hasStarted: false });
    }
  }

  #replace(record: NodeRecord): void {
    const others = this.#content.nodes.filter(other => other.node !== record.node);
    const elsewhere = this.elsewhere.filter(other => other.node !== record.node);
    const places = this.#content.elsewhere === undefined ? {} : { elsewhere };
    this.#content = { ...this.#content, ...places, nodes: byNumber([...others, record]) };
    this.#store();
  }

  /** What a former member left is kept, out of the way: its log must not be taken for the new member's. */
  #setAside(node: number, why: 'removed' | 'damaged' | 'moved'): string | null {
    const directory = this.nodeDirectory(node);
    if (!existsSync(directory)) return null;
    const aside = `${directory}.${why}-${Date.now()}`;
    renameSync(directory, aside);
    return aside;
  }

  #makeNodeDirectory(node: number): void {
    mkdirSync(this.nodeDirectory(node), { recursive: true });
    syncPath(this.path);
  }

  #store(): void {
    const file = join(this.path, CLUSTER_FILE);
    writeFileSync(`${file}.tmp`, `${JSON.stringify(this.#content, null, 2)}\n`);
    syncPath(`${file}.tmp`);
    renameSync(`${file}.tmp`, file);
    syncPath(this.path);
  }
}

const byNumber = (records: readonly NodeRecord[]): readonly NodeRecord[] =>
  records.toSorted((one, other) => one.node - other.node);

const founder = (node: number): NodeRecord => ({
  node,
  incarnation: 0,
  hasStarted: false,
  isRemoved: false,
});

const isUsed = (directory: string): boolean => existsSync(directory) && readdirSync(directory).length > 0;

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parseClusterFile(text: string, file: string): ClusterFile {
  try {
    const content = JSON.parse(text) as ClusterFile;
    const isWhole =
      content.format === FORMAT &&
      typeof content.clusterId === 'string' &&
      Number.isInteger(content.founders) &&
      Array.isArray(content.nodes) &&
      (content.elsewhere === undefined || content.elsewhere.every(isResidence));
    if (isWhole) return content;
  } catch {
    // Reported below, like every other damage.
  }
  throw new DataDirectoryError('cluster-file-damaged', `${file} is not a cluster file of format ${FORMAT}`);
}
