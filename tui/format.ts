/**
 * Numbers and times as short text.
 *
 * @module
 */

/** `950`, `12.3k`, `4.5M`: at most five cells. */
export function compact(value: number): string {
  if (value < 10_000) return String(Math.round(value));
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k`;
  if (value < 1_000_000_000) return `${(value / 1_000_000).toFixed(value < 100_000_000 ? 1 : 0)}M`;
  return `${(value / 1_000_000_000).toFixed(1)}G`;
}

/** `1 234 567`: digits in groups of three. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `0.4`, `9`, `1.2s`: a latency without unit below a second. */
export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(1)}s`;
  return value > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

/** `0.4 ms`, `9 ms`, `1.2s`: the same with its unit. */
export function latency(value: number): string {
  return value < 1000 ? `${milliseconds(value)} ms` : milliseconds(value);
}

/** `3s`, `4m05`, `2h10`, `3d`: at most five cells. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')}`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h${String(minutes % 60).padStart(2, '0')}` : `${Math.floor(hours / 24)}d`;
}

/** `18.4M`, `512k`: bytes with binary steps. */
export function bytes(value: number): string {
  if (value < 1024) return `${value}`;
  const units = ['k', 'M', 'G', 'T'];
  let scaled = value / 1024;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)}${units[unit]}`;
}

/** A probability in as few cells as it needs: `0`, `.6`, `.05`, `1`. */
export function probability(value: number): string {
  if (value === 0 || value === 1) return String(value);
  return value.toFixed(value * 10 === Math.round(value * 10) ? 1 : 2).replace(/^0/, '');
}

/** `12:04:31.120`, local time. */
export function clockTime(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
