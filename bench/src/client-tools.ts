import { agUi, aiSdk, floor, runwire, type Task, tanstack } from "./client/clients.ts";
import { toolArgs, toolCalls } from "./client/script.ts";
import { type Contestant, interleave } from "./measure.ts";
import { costTable, type Section } from "./table.ts";

const everyone = (task: Task): readonly Contestant[] => [
  runwire(task),
  floor(task),
  ...[aiSdk(task), agUi(task), tanstack(task)].map((peer) => ({ ...peer, rounds: 1 })),
];

/** The arguments of one call that come in many deltas: a file that a model writes. */
export async function clientArgs(): Promise<Section> {
  const outcomes = await interleave(everyone({ said: toolArgs(20_000), perChunk: 16 }), 7);
  return {
    title: "Client: the arguments of a tool call",
    note: "20,000 deltas of one call's arguments, 16 per chunk. CPU time of the main thread.",
    tables: [costTable("20,000 deltas", "µs per delta", outcomes)],
  };
}

/** A long run of an agent: a sentence and a call, 200 times. */
export async function clientTools(): Promise<Section> {
  const outcomes = await interleave(everyone({ said: toolCalls(200), perChunk: 16 }), 7);
  return {
    title: "Client: a run with 200 tool calls",
    note: "Each step says a sentence of 8 deltas and calls a tool with arguments of 8 deltas. CPU time of the main thread, per delta of text or arguments.",
    tables: [costTable("200 calls", "µs per delta", outcomes)],
  };
}
