/**
 * Finds an entry of the log by what it holds, as a person would: from the end of the log to the left.
 *
 * @module
 */
import type { TmuxTerminal } from './tmux-terminal.js';

/** Elections of a busy machine put entries of their own behind the one looked for. */
const MOST_STEPS = 15;

/** The screen on which the entry is explained. The log panel must be focused. @throws when none holds the text */
export async function explainedEntry(terminal: TmuxTerminal, text: string): Promise<string> {
  for (let step = 0; step < MOST_STEPS; step++) {
    terminal.press('Enter');
    const screen = await terminal.waitFor(
      'what the entry holds',
      shown => /It (holds|asks for nothing|only moves|changes|completes)/.test(shown),
      40_000,
    );
    if (screen.includes(text)) return screen;
    terminal.press('Escape');
    await terminal.waitFor('the panels', shown => shown.includes('? help'));
    terminal.press('Left');
  }
  throw new Error(`no entry holds ${text}; the screen is\n${terminal.screen()}`);
}
