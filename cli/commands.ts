import type { Command } from './command.ts';
import { completionCommand } from './completion/completion-command.ts';
import { wordsCommand } from './completion/words-command.ts';
import { doctorCommand } from './doctor/doctor-command.ts';
import { explainCommand } from './explain/explain-command.ts';
import { migrateCommand } from './migrate/migrate-command.ts';
import { planCommand } from './plan/plan-command.ts';
import { statusCommand } from './status/status-command.ts';

/** In the order in which the usage lists them. */
const listed: readonly Command[] = [
  explainCommand,
  statusCommand,
  doctorCommand,
  planCommand,
  migrateCommand,
  completionCommand,
];

/** Every command. */
export const commands: readonly Command[] = [...listed, wordsCommand(listed)];
