import type { Route } from "../route.ts";
import { listAgents } from "./agents.ts";
import { cancelRun, completeCall, resolveApproval, sendMessage } from "./commands.ts";
import { followRun } from "./events.ts";
import { health } from "./health.ts";
import { listMcpServers } from "./mcp-servers.ts";
import { listModels } from "./models.ts";
import { getRun } from "./run.ts";
import { startRun } from "./start.ts";
import { followThread } from "./thread-events.ts";
import { deleteThread, getThread, listThreads } from "./threads.ts";

/** Every operation of the server. */
export const routes: readonly Route[] = [
  health,
  listAgents,
  listMcpServers,
  listModels,
  startRun,
  getRun,
  followRun,
  cancelRun,
  sendMessage,
  resolveApproval,
  completeCall,
  listThreads,
  getThread,
  followThread,
  deleteThread,
];
