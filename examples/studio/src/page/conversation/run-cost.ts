import { useThreadState } from "@runwire/react";
import { runIn, useChat } from "../chat.ts";

const numbers = new Intl.NumberFormat("en", { notation: "compact" });
const seconds = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** What a run took: tokens, and time in which nobody was waited for. */
export function useRunCost(run: string): string {
  return useThreadState(useChat(), (state) => {
    const found = runIn(state, run);
    if (found?.endedAt === undefined) return "";
    const { usage, startedAt, endedAt, waitedMs } = found;
    const tokens = numbers.format(usage.inputTokens + usage.outputTokens);
    const time = seconds.format((endedAt - startedAt - waitedMs) / 1000);
    return `${tokens} tokens · ${time} s`;
  });
}
