/**
 * `confchange/`: arithmetic of membership.
 *
 * @module
 */
import { changeSimply, enterJoint, leaveJoint, type Membership } from '../../../src/raft/changer.js';
import { NONE, RaftError } from '../../../src/raft/index.js';
import { progressStatusOf } from '../../../src/raft/status.js';
import { Tracker } from '../../../src/raft/tracker.js';
import { booleanOf, type Case } from '../datadriven.js';
import { formatConfiguration, formatProgress } from './format.js';
import { parseOperations } from './operations.js';

export class ConfChangeFile {
  readonly #tracker = new Tracker(NONE);
  #count = 0;

  run(test: Case): string {
    const lastIndex = this.#count;
    this.#count += 1;
    try {
      this.#tracker.adopt(this.#change(test, lastIndex));
    } catch (error) {
      if (error instanceof RaftError && error.code === 'invalid-conf-change') {
        return `${error.message}\n`;
      }
      throw error;
    }
    const progress = this.#tracker.members.map(progressStatusOf).map(formatProgress);
    return `${formatConfiguration(this.#tracker.configuration)}\n${progress.join('')}`;
  }

  #change(test: Case, lastIndex: number): Membership {
    const infinity = Number.POSITIVE_INFINITY;
    const context = { lastIndex, maxInflightMessages: infinity, maxInflightBytes: infinity };
    const { membership } = this.#tracker;
    const operations = parseOperations(test.input);
    switch (test.command) {
      case 'simple':
        return changeSimply(membership, operations, context);
      case 'enter-joint':
        return enterJoint(membership, operations, booleanOf(test.args, 'autoleave', false), context);
      case 'leave-joint':
        if (operations.length > 0) throw new Error('leave-joint takes no operations');
        return leaveJoint(membership, context);
      default:
        throw new Error(`unknown directive: ${test.command}`);
    }
  }
}
