import type { Command } from './command.ts';
import { migrateCommand } from './migrate/migrate-command.ts';

/** Every command, in the order in which the usage lists them. */
export const commands: readonly Command[] = [migrateCommand];
