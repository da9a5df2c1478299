/**
 * Joins what the panels draw with where the layout puts it. The tree of the layout is built again only when the shape of the
 * screen changes; everything else that changes is painted into the places known from before.
 *
 * Ink would take every character of the screen apart and put it together again for each frame: 25 ms at 140×45, most of what
 * the terminal's thread did. It is asked for places only.
 *
 * @module
 */
import type { CommandLanguage } from './command-language.js';
import { layRows, type Places, stackedPlaces } from './compose.js';
import { drawFrame, type Frame } from './frame.js';
import { paintRows } from './paint.js';
import type { Screen } from './screen.js';
import type { Store } from './store.js';
import type { Theme } from './theme.js';

interface BlockShape {
  readonly key: string;
  readonly width: number;
  readonly height: number;
}

/** What the places depend on. */
export interface Shape {
  readonly columns: number;
  readonly rows: number;
  readonly slices: readonly (readonly BlockShape[])[];
}

export interface SurfaceOptions {
  readonly store: Store;
  readonly theme: Theme;
  readonly language: CommandLanguage;
  readonly screen: Screen;
}

function shapeOf(frame: Frame, columns: number, rows: number): Shape {
  const slices = frame.slices.map(slice =>
    slice.map(block => ({ key: block.key, width: block.width, height: block.rows.length })),
  );
  return { columns, rows, slices };
}

function isSame(a: Shape, b: Shape): boolean {
  if (a.columns !== b.columns || a.rows !== b.rows || a.slices.length !== b.slices.length) return false;
  return a.slices.every((slice, line) => {
    const other = b.slices[line];
    if (other?.length !== slice.length) return false;
    return slice.every((block, at) => {
      const { key, width, height } = other[at] ?? {};
      return block.key === key && block.width === width && block.height === height;
    });
  });
}

export class Surface {
  readonly #options: SurfaceOptions;
  #frame: Frame;
  #shape: Shape;
  /** Null while the layout works out those of a new shape. */
  #places: Places | null;
  #onShape: (() => void) | null = null;

  constructor(options: SurfaceOptions) {
    this.#options = options;
    const { columns, rows } = options.store.shown();
    this.#frame = this.#draw();
    this.#shape = shapeOf(this.#frame, columns, rows);
    this.#places = stackedPlaces(this.#frame);
  }

  readonly shape = (): Shape => this.#shape;

  /** The layout is told of each new shape, and answers with `place`. Without a layout slices are stacked. */
  readonly layOut = (onShape: () => void): (() => void) => {
    this.#onShape = onShape;
    return () => {
      this.#onShape = null;
    };
  };

  place(shape: Shape, places: Places): void {
    if (shape !== this.#shape) return;
    this.#places = places;
    this.#present();
  }

  /** Draws the state that is to be shown now. */
  update(): void {
    const { columns, rows } = this.#options.store.shown();
    this.#frame = this.#draw();
    const shape = shapeOf(this.#frame, columns, rows);
    if (isSame(shape, this.#shape)) {
      this.#present();
      return;
    }
    this.#shape = shape;
    this.#places = this.#onShape === null ? stackedPlaces(this.#frame) : null;
    this.#onShape?.();
    this.#present();
  }

  #draw(): Frame {
    const { store, theme, language } = this.#options;
    return drawFrame(store.shown(), theme, language);
  }

  #present(): void {
    if (this.#places === null) return;
    const { screen, theme } = this.#options;
    screen.present(paintRows(layRows(this.#frame, this.#places, this.#shape), theme));
  }
}
