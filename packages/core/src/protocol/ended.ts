import type { RunState, RunStatus } from "./state.ts";

/** How a run can end. */
export type EndStatus = Extract<RunStatus, "completed" | "failed" | "cancelled">;

/** Whether the run has its terminal event. */
export function isEnded(state: RunState): state is RunState & { readonly status: EndStatus } {
  return state.status === "completed" || state.status === "failed" || state.status === "cancelled";
}
