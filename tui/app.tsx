/**
 * The Ink tree: it places the blocks a frame consists of. What they show is drawn by the panels.
 *
 * @module
 */
import { Box, Text, Transform } from 'ink';
import { useSyncExternalStore } from 'react';
import type { CommandLanguage } from './command-language.js';
import { type Block, drawFrame, type Slice } from './frame.js';
import { paintRows } from './paint.js';
import type { Row } from './rows.js';
import type { Store } from './store.js';
import type { Theme } from './theme.js';

interface CanvasProps {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly theme: Theme;
}

/**
 * A block of painted lines. Ink measures blank text of the same size and puts the painted lines in its place when it
 * writes: it remembers every text it ever measured, so the changing lines must not be what it measures.
 */
function Canvas({ rows, width, theme }: CanvasProps) {
  const lines = paintRows(rows, theme);
  const blank = ' '.repeat(width);
  return (
    <Transform transform={(_, index) => lines[index] ?? blank}>
      <Text>{new Array<string>(rows.length).fill(blank).join('\n')}</Text>
    </Transform>
  );
}

function Blocks({ slice, theme }: { readonly slice: Slice; readonly theme: Theme }) {
  return (
    <Box flexDirection="row">
      {slice.map((block: Block) => (
        <Box key={block.key} width={block.width} height={block.rows.length} flexShrink={0}>
          <Canvas rows={block.rows} width={block.width} theme={theme} />
        </Box>
      ))}
    </Box>
  );
}

export interface AppProps {
  readonly store: Store;
  readonly theme: Theme;
  readonly language: CommandLanguage;
}

export function App({ store, theme, language }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.shown);
  const { slices, overlay } = drawFrame(state, theme, language);
  return (
    <Box flexDirection="column" width={state.columns} height={state.rows}>
      {slices.map(slice => (
        <Blocks key={slice[0]?.key ?? ''} slice={slice} theme={theme} />
      ))}
      {overlay === null ? null : (
        <Box position="absolute" marginTop={overlay.top} marginLeft={overlay.left}>
          <Canvas rows={overlay.rows} width={overlay.width} theme={theme} />
        </Box>
      )}
    </Box>
  );
}
