/**
 * What one key or message leads to: the next state, and what is to be done outside.
 *
 * @module
 */
import type { CommandLanguage } from './command-language.js';
import type { EntryAt } from './explain-entry.js';
import type { LocalCommand } from './local-commands.js';
import type { State } from './state.js';

export type Effect =
  /** Send a line of the command language; its answer comes back with `id`. */
  | { readonly kind: 'execute'; readonly id: number; readonly line: string }
  | { readonly kind: 'remember'; readonly line: string }
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'screenshot' }
  | { readonly kind: 'mouse'; readonly on: boolean }
  /** Ask what an entry holds, of one of these nodes; the first that answers. */
  | { readonly kind: 'read-entry'; readonly at: EntryAt; readonly nodes: readonly number[] }
  /** A line this program carries out itself. */
  | { readonly kind: 'local'; readonly command: LocalCommand }
  | { readonly kind: 'tour'; readonly move: TourMove }
  | { readonly kind: 'script'; readonly move: ScriptMove }
  | { readonly kind: 'replay'; readonly move: ReplayMove };

export type ReplayMove =
  | 'play'
  | 'event-on'
  | 'event-back'
  | 'told-on'
  | 'told-back'
  | 'second-on'
  | 'second-back'
  | 'far-on'
  | 'far-back'
  | 'begin'
  | 'end'
  | 'faster'
  | 'slower';

export type ScriptMove = 'pause' | 'step' | 'stop';

export type TourMove = 'next' | 'back' | 'auto' | 'stop';

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What the keys need besides the state. */
export interface Surroundings {
  readonly language: CommandLanguage;
  readonly nowMs: number;
}

/** What a key does. */
export type ActionHandler = (state: State, key: string, around: Surroundings) => Step;

export function only(state: State): Step {
  return { state, effects: [] };
}
