/**
 * Progress of something long: on a terminal one line that is drawn over, elsewhere a plain line now and then. On stderr, so
 * that results can be piped.
 *
 * @module
 */

export interface ProgressLine {
  /** @param share 0–1, or null where the end is not known */
  update(share: number | null, text: string): void;
  /** Takes the line away. */
  end(): void;
}

const BAR_COLUMNS = 24;
const PLAIN_INTERVAL_MS = 10_000;
const DRAW_INTERVAL_MS = 100;

const bar = (share: number): string => {
  const filled = Math.round(Math.min(1, share) * BAR_COLUMNS);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)} ${String(Math.round(share * 100)).padStart(3)} %`;
};

/** `ETA 12 s`, from the time passed and the share done. */
export const timeLeftText = (share: number, elapsedMs: number): string =>
  share <= 0 ? '' : `ETA ${Math.max(0, Math.round((elapsedMs / share - elapsedMs) / 1000))} s`;

/** Says nothing. */
export const SILENT: ProgressLine = { update: () => undefined, end: () => undefined };

export const progressLine = (stream: NodeJS.WriteStream, now = () => performance.now()): ProgressLine => {
  const startedAt = now();
  const isTerminal = stream.isTTY === true;
  const intervalMs = isTerminal ? DRAW_INTERVAL_MS : PLAIN_INTERVAL_MS;
  let lastAt = isTerminal ? Number.NEGATIVE_INFINITY : startedAt;
  let drawn = false;
  return {
    update: (share, text) => {
      if (now() - lastAt < intervalMs) return;
      lastAt = now();
      if (!isTerminal) {
        stream.write(`${text}${share === null ? '' : `, ${Math.round(share * 100)} % done`}\n`);
        return;
      }
      const left = share === null ? '' : `${bar(share)} ${timeLeftText(share, now() - startedAt)} `;
      stream.write(`\r\x1b[2K${`${left} ${text}`.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
      drawn = true;
    },
    end: () => {
      if (drawn) stream.write('\r\x1b[2K');
    },
  };
};
