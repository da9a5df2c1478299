/**
 * Who may do what: users, their passwords (as digests only) and their roles.
 *
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Each may do what those before it may. CHAOS, RAFT and what concerns other clients is for admins. */
export type Role = 'read-only' | 'read-write' | 'admin';

export interface UserAccount {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the password, hexadecimal. */
  readonly passwordSha256: string;
}

export const DEFAULT_USER = 'default';

/** Whom everybody is where no passwords are configured. */
const OPEN_ACCOUNT: UserAccount = { name: DEFAULT_USER, role: 'admin', passwordSha256: '' };

const RANKS: Readonly<Record<Role, number>> = { 'read-only': 0, 'read-write': 1, admin: 2 };

export const roleSuffices = (role: Role, needed: Role): boolean => RANKS[role] >= RANKS[needed];

/** @param password text as the operator wrote it */
export function accountOf(name: string, role: Role, password: string): UserAccount {
  return { name, role, passwordSha256: createHash('sha256').update(password, 'utf8').digest('hex') };
}

export class Users {
  readonly #accounts: ReadonlyMap<string, UserAccount>;

  /** @param accounts none: no password is asked for */
  constructor(accounts: readonly UserAccount[]) {
    this.#accounts = new Map(accounts.map(account => [account.name, account]));
  }

  /** No password is asked for. */
  get isOpen(): boolean {
    return this.#accounts.size === 0;
  }

  get names(): readonly string[] {
    return this.isOpen ? [DEFAULT_USER] : [...this.#accounts.keys()];
  }

  /** Who a connection is before it says so; null: nobody. */
  get initial(): UserAccount | null {
    return this.isOpen ? OPEN_ACCOUNT : null;
  }

  /**
   * The account when the password is its own. Takes the same time wherever two passwords differ, whatever their
   * lengths, and whether there is such a user.
   *
   * @param password bytes as latin1 text
   */
  logIn(name: string, password: string): UserAccount | null {
    const given = createHash('sha256').update(password, 'latin1').digest();
    const account = this.#accounts.get(name);
    const expected = Buffer.from(account?.passwordSha256 ?? '', 'hex');
    const isRight = timingSafeEqual(given, expected.length === given.length ? expected : NO_DIGEST);
    if (this.isOpen) return name === DEFAULT_USER ? OPEN_ACCOUNT : null;
    return isRight && account !== undefined ? account : null;
  }
}

const NO_DIGEST = Buffer.alloc(32);
