/**
 * The Ink tree: it lays out the blocks a frame consists of, and tells where each has come to stand. What they show is drawn by
 * the panels.
 *
 * @module
 */
import { Box, type DOMElement } from 'ink';
import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { Place } from './compose.js';
import type { Surface } from './surface.js';

/** Places are counted from the parent's: summed up to the root. */
function placeOf(element: DOMElement): Place {
  let left = 0;
  let top = 0;
  for (let at: DOMElement | undefined = element; at !== undefined; at = at.parentNode) {
    left += at.yogaNode?.getComputedLeft() ?? 0;
    top += at.yogaNode?.getComputedTop() ?? 0;
  }
  return { left, top };
}

export interface AppProps {
  readonly surface: Surface;
}

export function App({ surface }: AppProps) {
  const shape = useSyncExternalStore(surface.layOut, surface.shape);
  const elements = useRef(new Map<string, DOMElement>());
  useLayoutEffect(() => {
    const places = [...elements.current].map(([key, element]) => [key, placeOf(element)] as const);
    surface.place(shape, new Map(places));
  }, [surface, shape]);
  const keep =
    (key: string) =>
    (element: DOMElement | null): void => {
      if (element === null) elements.current.delete(key);
      else elements.current.set(key, element);
    };
  return (
    <Box flexDirection="column" width={shape.columns} height={shape.rows}>
      {shape.slices.map(slice => (
        <Box key={slice[0]?.key ?? ''} flexDirection="row" flexShrink={0}>
          {slice.map(({ key, width, height }) => (
            <Box key={key} ref={keep(key)} width={width} height={height} flexShrink={0} />
          ))}
        </Box>
      ))}
    </Box>
  );
}
