import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import { tool } from "../tool.ts";

/** Progress, and an input that the schema transforms. */
export const search = tool({
  description: "Search the docs",
  input: z.object({ query: z.string(), since: z.string().transform((text) => new Date(text)) }),
  async *execute({ query, since }, { signal }) {
    signal.throwIfAborted();
    yield { page: 1, of: 3 };
    return { hits: [{ title: query, at: since }] };
  },
});

/** Approval by input, and custom data. */
export const editFile = tool({
  description: "Write a file",
  input: z.object({ path: z.string(), content: z.string() }),
  needsApproval: ({ path }) =>
    !path.startsWith("scratch/") && { reason: `writes ${path}`, expiresInMs: 3_600_000 },
  data: { "diff.ready": z.object({ path: z.string(), patch: z.string() }) },
  execute: async ({ path, content }, { emit }) => {
    emit("diff.ready", { path, patch: `+${content}` });
    return { bytes: content.length };
  },
});

export const pickColor = clientTool({
  description: "Let the user pick a color",
  input: z.object({ hint: z.string() }),
  output: z.object({ hex: z.string() }),
});

export const assistant = agent({ name: "assistant", tools: { search, editFile, pickColor } });

/** Structured output, and a tool that has the name of another agent's. */
export const coder = agent({
  name: "coder",
  tools: { search: tool({ description: "Search the code", execute: () => ["a.ts"] }) },
  output: z.object({ files: z.array(z.string()), tests: z.enum(["pass", "fail"]) }),
});

export const billing = agent({ name: "billing", handoffs: ["triage"] });

/** Sub-agents, and a hand-off. */
export const planner = agent({
  name: "planner",
  tools: { assistant, coder },
  handoffs: [billing],
});

/** No tools at all. */
export const hello = agent({ name: "hello" });
