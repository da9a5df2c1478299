/**
 * What can be done to the links of a cluster, whatever its nodes are.
 *
 * @module
 */
import { MESSAGE_KINDS, type MessageKind } from '../node/frame.js';
import { ControlError, type NodeSelector } from './control.js';
import { type LinkFaults, PERFECT_LINK } from './link.js';
import { isProbability, type Matrix, validateMatrix } from './matrix.js';
import type { Router } from './router.js';

const MAX_DELAY_MS = 3_600_000;

export class LinkControl {
  readonly #router: Router;
  readonly #checkNode: (node: number) => void;

  /** @param checkNode throws a ControlError `bad-node` for a number no node has */
  constructor(router: Router, checkNode: (node: number) => void) {
    this.#router = router;
    this.#checkNode = checkNode;
  }

  setMatrix(rows: Matrix): void {
    for (const [from, row] of validateMatrix(rows, this.#router.size).entries()) {
      for (const [to, drop] of row.entries()) {
        if (from !== to) this.#router.setFaults(from, to, { drop });
      }
    }
  }

  matrix(): Matrix {
    const nodes = range(this.#router.size);
    return nodes.map(from => nodes.map(to => this.#router.faults(from, to).drop));
  }

  setLink(from: NodeSelector, to: NodeSelector, faults: Partial<LinkFaults>): void {
    validateFaults(faults);
    for (const [sender, receiver] of this.#links(from, to)) this.#router.setFaults(sender, receiver, faults);
  }

  filter(from: NodeSelector, to: NodeSelector, kind: MessageKind, on: boolean): void {
    if (!MESSAGE_KINDS.includes(kind)) {
      throw new ControlError('bad-value', `there is no kind of message ${kind}`);
    }
    for (const [sender, receiver] of this.#links(from, to)) {
      const { filtered } = this.#router.faults(sender, receiver);
      const others = filtered.filter(one => one !== kind);
      this.#router.setFaults(sender, receiver, { filtered: on ? [...others, kind] : others });
    }
  }

  /** All links perfect again, what they held released. */
  heal(): void {
    for (const [from, to] of this.#links(null, null)) this.#router.setFaults(from, to, PERFECT_LINK);
    this.#router.releaseHeld();
  }

  #links(from: NodeSelector, to: NodeSelector): readonly (readonly [number, number])[] {
    const senders = this.#selected(from);
    const receivers = this.#selected(to);
    return senders.flatMap(sender =>
      receivers.filter(receiver => receiver !== sender).map(receiver => [sender, receiver] as const),
    );
  }

  #selected(selector: NodeSelector): readonly number[] {
    if (selector === null) return range(this.#router.size);
    this.#checkNode(selector);
    return [selector];
  }
}

const range = (size: number): readonly number[] => Array.from({ length: size }, (_, i) => i);

function validateFaults(faults: Partial<LinkFaults>): void {
  for (const name of ['drop', 'duplicate', 'reorder'] as const) {
    const value = faults[name];
    if (value !== undefined && !isProbability(value)) {
      throw new ControlError('bad-value', `${name}: expected a number from 0 to 1, found ${value}`);
    }
  }
  for (const name of ['delayMs', 'jitterMs'] as const) {
    const value = faults[name];
    if (value !== undefined && !(value >= 0 && value <= MAX_DELAY_MS)) {
      throw new ControlError('bad-value', `${name}: expected 0 to ${MAX_DELAY_MS}, found ${value}`);
    }
  }
}
