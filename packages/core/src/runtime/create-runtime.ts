import { memoryLog } from "../log/memory-log.ts";
import { foldChain, foldRun } from "../log/read-run.ts";
import { persist } from "../loop/persist.ts";
import type { RuntimeCore, StartRequest, StartResult } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import { createFeeds } from "./feeds.ts";
import { checkMcpServers } from "./mcp-servers.ts";
import { namedModels } from "./named-models.ts";
import { createRun, newRunId, threadIdFor } from "./start-run.ts";
import { tailRun, tailThread } from "./tail.ts";
import type { RuntimeOptions } from "./work-options.ts";
import { createWorkshop } from "./workshop.ts";

/** How often a command is repeated when the log does not answer. */
const maxRepeats = 5;

/** Agents, a log, and the loop that runs them: what {@link RuntimeCore} promises, in this process. */
export function createRuntimeCore(options: RuntimeOptions): RuntimeCore {
  const { log = memoryLog(), recover: works = true } = options;
  const agents = new Map(options.agents.map((agent) => [agent.name, agent]));
  const shop = createWorkshop(log, options);
  const { registry, models } = shop;
  const feeds = createFeeds(log);
  if (works) shop.recover();

  const start = async (request: StartRequest): Promise<StartResult> => {
    const agent = registry.agent(request.agent);
    if (shop.closed) throw new RunwireError("shut-down", { message: "The runtime is closed." });
    if (agent === undefined) {
      const known = [...agents.keys()].join(", ");
      throw new RunwireError("unknown-agent", {
        message: `There is no agent named "${request.agent}". Known agents: ${known}.`,
      });
    }
    models.check(request.model);
    // A name is in the log, for whoever works on the run.
    const model = typeof request.model === "string" ? undefined : request.model;
    if (model !== undefined && !works) {
      throw new RunwireError("invalid-start", {
        message:
          "A run's own model works where the run is started, and this runtime works on none (`recover: false`). Name the model, and give the processes that work the same `models`.",
      });
    }
    checkMcpServers(request.mcpServers, agent, registry.agent);
    const run = request.run ?? newRunId();
    const thread = request.thread ?? threadIdFor(run);
    const withdraw = models.set(run, model);
    const owner = works ? shop.owner() : undefined;
    const askedAt = performance.now();
    const asked = { ...request, run, thread };
    const result = await createRun(log, agent, asked, shop.now(), owner).catch(async (error) => {
      // It may be in the log all the same, and then it comes back to this process.
      const known = model !== undefined && (await log.find(run).catch(() => undefined));
      if (!known) withdraw();
      throw error;
    });
    switch (result.status) {
      case "ok":
      case "exists":
        if (result.lease !== undefined) shop.take(result.lease, askedAt);
        else void models.forget(run);
        return { status: "ok", run, thread, existing: result.status === "exists" };
      case "moved":
        withdraw();
        return { status: "busy", run: result.head ?? run };
      default:
        withdraw();
        return result;
    }
  };

  return {
    agents,
    models: namedModels(options, registry.agent),
    log,
    start: (request) => shop.tracked(start(request)),
    watch: feeds.watch,
    watchThread: feeds.watchThread,
    tail: (run, tailOptions) => tailRun(feeds, run, tailOptions),
    tailThread: (thread, tailOptions) => tailThread(feeds, thread, tailOptions),
    async send(run, command) {
      const result = await persist(
        () => log.send(run, command),
        (_, attempt) => attempt < maxRepeats,
      );
      if (command.type === "cancel" && result.status === "ok") shop.enforceCancel(run);
      return result;
    },
    state: async (run) => (await foldRun(log, run))?.state,
    chain: (run) => foldChain(log, run),
    async close({ deadlineMs = 5_000 } = {}) {
      await shop.close(deadlineMs);
      feeds.close();
    },
  };
}
