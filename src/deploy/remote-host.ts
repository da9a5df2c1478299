/**
 * One host, reached with the system's `ssh` and `scp`.
 *
 * Host keys are always checked, whatever the user's configuration says; nobody is asked for a password, so that hosts can
 * be worked on side by side.
 *
 * @module
 */
import { DeployError } from './deploy-error.js';
import { shellWord, sshPath } from './quote.js';
import { runProgram } from './run-program.js';

export interface SshAccess {
  readonly user: string | null;
  readonly identity: string | null;
  readonly port: number | null;
  /** File of host keys to trust, instead of the user's own. */
  readonly knownHosts: string | null;
  /** Trust the key of a host that was never seen; one that has changed is refused all the same. */
  readonly acceptNewHostKeys: boolean;
  /** Configuration file, instead of the user's own. */
  readonly sshConfig: string | null;
  /** Further options as `ssh -o` takes them. */
  readonly options: readonly string[];
}

/** What a script answered, by name. Names that may come several times keep their order. */
export type Answers = ReadonlyMap<string, readonly string[]>;

/** Exit code of ssh itself. */
const SSH_FAILED = 255;
const ANSWER_LINE = /^raftkv:([a-z-]+)=(.*)$/;

export class RemoteHost {
  readonly name: string;
  readonly #access: SshAccess;

  constructor(name: string, access: SshAccess) {
    this.name = name;
    this.#access = access;
  }

  /**
   * Runs a POSIX shell script with variables. The script and its words travel on the standard input: no shell between
   * here and there gets to read them.
   *
   * @throws DeployError `unreachable`, or `refused` with what the script said
   */
  async run(script: string, variables: Readonly<Record<string, string>>): Promise<Answers> {
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}\n`);
    // All is read before any of it runs, and nothing of it can be taken for input.
    const input = `${assignments.join('')}${script}\nmain </dev/null\n`;
    const args = [...this.#options('-p'), ...this.#login(), '--', this.name, 'sh'];
    const { exitCode, stdout, stderr } = await runProgram('ssh', args, input);
    const answers = parseAnswers(stdout);
    const [error] = answers.get('error') ?? [];
    if (error !== undefined) throw new DeployError('refused', error);
    if (exitCode === SSH_FAILED) throw new DeployError('unreachable', this.#advice(stderr));
    if (exitCode !== 0) {
      throw new DeployError('refused', `the script ended with ${exitCode}: ${lastLine(stderr)}`);
    }
    return answers;
  }

  /** Copies files of this machine into a folder there whose name needs no quotes. @throws DeployError `unreachable` */
  async copy(paths: readonly string[], folder: string): Promise<void> {
    const address = this.name.includes(':') ? `[${this.name}]` : this.name;
    const user = this.#access.user === null ? '' : `${this.#access.user}@`;
    const args = [...this.#options('-P'), '-q', '--', ...paths, `${user}${address}:${folder}/`];
    const { exitCode, stderr } = await runProgram('scp', args);
    if (exitCode !== 0) throw new DeployError('unreachable', this.#advice(stderr));
  }

  #login(): readonly string[] {
    return this.#access.user === null ? [] : ['-l', this.#access.user];
  }

  /** The first of two values for an option counts, and the command line before any file. */
  #options(portFlag: '-p' | '-P'): readonly string[] {
    const { identity, port, knownHosts, acceptNewHostKeys, sshConfig, options } = this.#access;
    return [
      ...(sshConfig === null ? [] : ['-F', sshConfig]),
      ...option('BatchMode', 'yes'),
      ...option('StrictHostKeyChecking', acceptNewHostKeys ? 'accept-new' : 'yes'),
      ...(knownHosts === null ? [] : option('UserKnownHostsFile', sshPath(knownHosts))),
      ...(identity === null ? [] : option('IdentityFile', sshPath(identity))),
      ...(identity === null ? [] : option('IdentitiesOnly', 'yes')),
      ...options.flatMap(each => ['-o', each]),
      ...option('ConnectTimeout', '10'),
      ...option('ServerAliveInterval', '10'),
      ...(port === null ? [] : [portFlag, String(port)]),
    ];
  }

  #advice(stderr: string): string {
    const said = lastLine(stderr) || 'the connection ended';
    const port = this.#access.port === null ? '' : `-p ${this.#access.port} `;
    if (/IDENTIFICATION HAS CHANGED/.test(stderr)) {
      return `its host key has changed: find out why before you remove the old one from the known hosts`;
    }
    if (/Host key verification failed|No .* host key is known/.test(stderr)) {
      const scan = `ssh-keyscan ${port}${this.name}`;
      return `its host key is not known: check what ${scan} prints and add it to the known hosts, or give --accept-new-host-keys`;
    }
    if (/Permission denied/.test(stderr)) {
      return `it lets nobody in with these keys (${said}): give --user and --identity, or load the key into an agent`;
    }
    return `not reachable: ${said}`;
  }
}

const option = (name: string, value: string): readonly string[] => ['-o', `${name}=${value}`];

const lastLine = (text: string): string => text.trim().split(/\r?\n/).at(-1)?.trim() ?? '';

/** Whatever else a login shell prints is passed over. */
function parseAnswers(stdout: string): Answers {
  const answers = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const [, name, value] = ANSWER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const values = answers.get(name) ?? [];
    values.push(value);
    answers.set(name, values);
  }
  return answers;
}
