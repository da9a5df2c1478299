/**
 * Words as the programs that read them take them, whatever characters they hold.
 *
 * @module
 */

/** One word of a POSIX shell. A NUL cannot be part of one. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A path as an option of ssh: it expands `%` and `~`, and cuts at spaces. @throws RangeError for a double quote */
export const sshPath = (path: string): string => {
  if (path.includes('"')) throw new RangeError(`a path for ssh must not hold a double quote: ${path}`);
  return `"${path.replaceAll('%', '%%')}"`;
};

/** One word of a command line in a systemd unit. */
export const systemdWord = (text: string): string => {
  const escaped = text.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@+=:,./%$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
};

/** A path where systemd takes one alone, without quotes: only `%` has a meaning there. */
export const systemdPath = (text: string): string => text.replaceAll('%', '%%');
