/**
 * What an entry of the key table says.
 *
 * @module
 */
import type { PanelId } from './state.js';
import type { ReplayMove } from './step.js';

export type ActionName =
  | 'quit'
  | 'interrupt'
  | 'suspend'
  | 'repaint'
  | 'help'
  | 'prompt'
  | 'focus-next'
  | 'focus-previous'
  | 'focus-panel'
  | 'zoom'
  | 'back'
  | 'explain'
  | 'freeze'
  | 'screenshot'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'kill'
  | 'revive'
  | 'pause'
  | 'isolate'
  | 'rejoin'
  | 'transfer'
  | 'snapshot'
  | 'kill-leader'
  | 'heal'
  | 'loss-more'
  | 'loss-less'
  | 'loss-set'
  | 'loss-cut'
  | 'loss-none'
  | 'symmetric'
  | 'metric'
  | 'undo'
  | 'search'
  | 'search-next'
  | 'search-previous'
  | 'filter-kind'
  | 'filter-text'
  | 'filter-node'
  | 'tour-next'
  | 'tour-back'
  | 'tour-auto'
  | 'tour-stop'
  | 'watch'
  | 'messages'
  | 'messages-filter'
  | 'messages-leave'
  | 'mouse'
  | `replay-${ReplayMove}`
  | 'script-pause'
  | 'script-step'
  | 'script-stop'
  | 'close'
  | 'yes'
  | 'no';

/** Where a key holds: in all panels, in some, or in what lies over them. */
export type KeyScope = 'tour' | 'replay' | 'panels' | PanelId | 'overlay' | 'confirm';

export interface KeyBinding {
  /** Names as the input decoder gives them. */
  readonly keys: readonly string[];
  readonly scopes: readonly KeyScope[];
  readonly action: ActionName;
  readonly summary: string;
  /** The word in the footer; keys without one are not shown there. */
  readonly footer?: string;
  /** What a manual shows instead of the list of keys. */
  readonly shown?: string;
}
