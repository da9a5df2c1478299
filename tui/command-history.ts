/**
 * The lines typed before, walked with the arrow keys and searched backwards.
 *
 * @module
 */

export interface CommandHistory {
  /** Oldest first. */
  readonly lines: readonly string[];
  /** Where the walk stands in `lines`; `lines.length`: at the line being typed. */
  readonly position: number;
  /** What was being typed when the walk began. */
  readonly draft: string;
}

/** The oldest lines are forgotten beyond this. */
export const MAX_HISTORY = 1000;

export function historyOf(lines: readonly string[]): CommandHistory {
  const kept = lines.slice(-MAX_HISTORY);
  return { lines: kept, position: kept.length, draft: '' };
}

/** Adds a line and ends the walk; a repetition of the newest line and an empty line are not added. */
export function remember(history: CommandHistory, line: string): CommandHistory {
  const isNew = line.trim() !== '' && history.lines.at(-1) !== line;
  return historyOf(isNew ? [...history.lines, line] : history.lines);
}

/**
 * One step back (-1) or forth (+1) among the lines that begin like the line being typed.
 * @returns the new walk and the line to show; the same walk and `null` at either end
 */
export function walk(
  history: CommandHistory,
  step: -1 | 1,
  typed: string,
): { readonly history: CommandHistory; readonly line: string | null } {
  const { lines, position } = history;
  const draft = position === lines.length ? typed : history.draft;
  for (let at = position + step; at >= 0 && at < lines.length; at += step) {
    const line = lines[at];
    if (line?.startsWith(draft) && line !== typed) return { history: { lines, position: at, draft }, line };
  }
  const isBackAtDraft = step === 1 && position < lines.length;
  if (!isBackAtDraft) return { history, line: null };
  return { history: { lines, position: lines.length, draft }, line: draft };
}

/** The newest line before `position` that contains the text; null: none. */
export function searchBack(
  history: CommandHistory,
  text: string,
  position: number,
): { readonly position: number; readonly line: string } | null {
  for (let at = Math.min(position, history.lines.length) - 1; at >= 0; at--) {
    const line = history.lines[at];
    if (line?.includes(text)) return { position: at, line };
  }
  return null;
}
