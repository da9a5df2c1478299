/**
 * Loads Ink and mounts the program on a screen. Imported only when a terminal is there.
 *
 * @module
 */
import { render } from 'ink';
import { App, type AppProps } from './app.js';
import { InkOutput, type Screen } from './screen.js';

export interface MountOptions extends AppProps {
  readonly screen: Screen;
}

/** @returns the unmounter */
export function mount({ screen, ...props }: MountOptions): () => void {
  const output = new InkOutput(screen, lines => screen.present(lines));
  const { unmount } = render(<App {...props} />, {
    stdout: output as unknown as NodeJS.WriteStream,
    // Whole frames, at once: how often is the store's business, which lines the screen's.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return unmount;
}
