import { type RuntimeCore, segmentEvents, type TailItem } from "@runwire/core";
import { lastText, type RunState } from "@runwire/core/protocol";
import type { Context } from "../context.ts";
import type { FrameFormat } from "../frame-format.ts";
import type { Reply } from "../reply.ts";
import { tellIterable } from "../tell-iterable.ts";

/** One JSON text, with white space before it while the run takes its time: proxies and hosts cut what is silent. */
const jsonFormat: FrameFormat = {
  contentType: "application/json",
  keepAlive: " ",
  preamble: () => "",
  frame: (json) => json,
  // An answer without its text would be a 200 that says nothing.
  onAbort: "break",
};

/**
 * Waits until the run has ended, or until it waits for somebody: for an approval, say, which this request cannot give
 * and which may come in days.
 */
export function replyWithResult({ runtime, stream }: Context, run: string): Reply {
  return stream<string>({
    format: jsonFormat,
    tell(viewer) {
      const left = new AbortController();
      const result = resultOf(runtime, run, left.signal);
      const { resume, leave } = tellIterable(
        result,
        (text) => text,
        viewer,
        () => {},
      );
      return {
        resume,
        leave() {
          left.abort();
          leave();
        },
      };
    },
    encode: (text) => text,
  });
}

async function* resultOf(
  runtime: RuntimeCore,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  for await (const item of runtime.tail(run, { snapshot: true, signal })) {
    const state = await stateAfter(runtime, run, item);
    if (state === undefined || state.status === "running") continue;
    yield JSON.stringify(describe(state));
    return;
  }
  // Cut off by the viewer or by the handler's end, deleted: without a result, an end would look like one.
  if (!signal.aborted) throw new Error(`Run ${run} went away before it ended.`);
}

/** The state, where the portion may have brought the run to rest. Somebody may have answered it in the meantime. */
async function stateAfter(runtime: RuntimeCore, run: string, item: TailItem) {
  switch (item.type) {
    case "snapshot":
      return item.state;
    case "events":
      return segmentEvents(item.segment).some(({ type }) => resting.has(type))
        ? runtime.state(run)
        : undefined;
    case "gone":
      return undefined;
  }
}

const resting: ReadonlySet<string> = new Set([
  "run.waiting",
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

function describe(state: RunState) {
  const { run, thread, status, usage, failure, waiting } = state;
  return {
    run,
    thread,
    status,
    ...(status === "completed" && { output: state.output ?? lastText(state.messages) }),
    usage,
    ...(failure !== undefined && { error: failure }),
    ...(status === "waiting" && { waiting }),
  };
}
