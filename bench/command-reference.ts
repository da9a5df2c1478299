/**
 * Writes `docs/commands.md` from the command table.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { commandReference } from '../src/gateway/documentation.js';

writeFileSync(new URL('../../docs/commands.md', import.meta.url), commandReference());
