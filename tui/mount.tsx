/**
 * Loads Ink and mounts the layout of the screen. Imported only when a terminal is there.
 *
 * @module
 */
import { render } from 'ink';
import { App } from './app.js';
import { InkOutput, type Screen } from './screen.js';
import type { Surface } from './surface.js';

export interface MountOptions {
  readonly surface: Surface;
  readonly screen: Screen;
}

/** @returns the unmounter */
export function mount({ surface, screen }: MountOptions): () => void {
  const { unmount } = render(<App surface={surface} />, {
    stdout: new InkOutput(screen) as unknown as NodeJS.WriteStream,
    // At once, without a throttle: how often is the store's business.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return unmount;
}
