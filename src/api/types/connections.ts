import { connectionType } from "../relay.ts";
import { JobView } from "./job.ts";
import { MigrationView } from "./migration.ts";
import { RunView } from "./run.ts";
import { GpuView, ServerView } from "./server.ts";

export const JobConnection = connectionType("Job", () => JobView);
export const RunConnection = connectionType("Run", () => RunView);
export const ServerConnection = connectionType("Server", () => ServerView);
export const GpuConnection = connectionType("Gpu", () => GpuView);
export const MigrationConnection = connectionType("Migration", () => MigrationView);
