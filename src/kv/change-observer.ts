/**
 * Whoever wants to hear which keys change, as they change. It sees; it cannot influence.
 *
 * @module
 */

export interface ChangeObserver {
  /** `event`: name of the command that changed the key, `del` when the key is gone, `expired` when its time came. */
  keyChanged(key: string, event: string): void;
}
