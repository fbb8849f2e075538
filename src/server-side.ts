/** What the executable lends the command line of the server's own code; each part is loaded when it is asked for. */
export const serverSide = {
  laboratory: async () => (await import("./laboratory.ts")).laboratory,
  checkMachine: async (...asked: Parameters<typeof import("./doctor.ts").checkMachine>) =>
    (await import("./doctor.ts")).checkMachine(...asked),
  helpOf: async (command: string): Promise<string> => (await HELPS[command]?.()) ?? "",
};

const HELPS: Readonly<Record<string, () => Promise<string>>> = {
  start: async () => (await import("./main.ts")).START_HELP,
  token: async () => (await import("./token.ts")).TOKEN_HELP,
  "verify-log": async () => (await import("./verify-log.ts")).VERIFY_LOG_HELP,
  backup: async () => (await import("./backup.ts")).BACKUP_HELP,
  demo: async () => (await import("./demo.ts")).DEMO_HELP,
  simulate: async () => (await import("./simulate/help.ts")).HELP,
};
