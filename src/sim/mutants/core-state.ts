/**
 * The inside of a core, for mutants whose rule is a function and not a method.
 *
 * @module
 */
import type { RaftId } from '../../raft/ids.js';
import type { Raft } from '../../raft/raft.js';
import { RaftState } from '../../raft/state.js';
import type { Patches } from './mutant.js';

/** Knows the state of every core that is made from now on. A core shows its state when it is made; of one id, the last one lives. */
export function watchCores(patches: Patches): (core: Raft) => RaftState {
  const states = new Map<RaftId, RaftState>();
  patches.method(
    RaftState,
    'hardState',
    original =>
      function () {
        states.set(this.id, this);
        return original.call(this);
      },
  );
  return core => {
    const state = states.get(core.id);
    if (state === undefined) throw new Error(`core ${core.id} was made before it was watched`);
    return state;
  };
}
