/**
 * What this store has promised of its speed, and whether it was reached.
 *
 * @module
 */

interface Target {
  readonly measure: string;
  /** The figure that is judged: a median or a worst case. */
  readonly value: number;
  /** The figure as people read it. */
  readonly shown: string;
  /** Where better is. */
  readonly better: 'higher' | 'lower';
  /** Null: shown beside others, nothing is promised. */
  readonly floor: number | null;
  /** Null: the floor is all there is. */
  readonly goal: number | null;
}

/** Rows are added by the modes that measure them. */
export class Targets {
  readonly #rows: Target[] = [];

  add(target: Target): void {
    this.#rows.push(target);
  }

  get rows(): readonly Target[] {
    return this.#rows;
  }

  get allFloorsReached(): boolean {
    return this.#rows.every(({ value, better, floor }) => floor === null || reaches(value, better, floor));
  }

  table(): string {
    const head = ['| measure | value | floor | goal |', '|---|---|---|---|'];
    return [...head, ...this.#rows.map(show)].join('\n');
  }
}

function reaches(value: number, better: Target['better'], bound: number): boolean {
  return better === 'higher' ? value >= bound : value <= bound;
}

function show({ measure, value, shown, better, floor, goal }: Target): string {
  const bound = (least: number | null): string => {
    if (least === null) return '';
    const text = Number.isInteger(least) ? String(least) : least.toFixed(2);
    return `${better === 'higher' ? '≥' : '≤'} ${text} ${reaches(value, better, least) ? '✓' : '✗'}`;
  };
  return `| ${measure} | ${shown} | ${bound(floor)} | ${bound(goal)} |`;
}
