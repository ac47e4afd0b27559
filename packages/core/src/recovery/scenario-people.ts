import type { Command } from "../protocol/command.ts";
import type { RunEvent } from "../protocol/events.ts";

/** Answers every question about approval. */
export const approve =
  (approved: boolean) =>
  (event: RunEvent): Command | undefined =>
    event.type === "approval.requested"
      ? { type: "approval", id: `answer-${event.id}`, approval: event.id, approved, by: "ann" }
      : undefined;

/** Says something while the run waits for an approval, and then gives it. */
export function saysAndApproves(): (event: RunEvent) => Command | undefined {
  let approval = "";
  return (event) => {
    switch (event.type) {
      case "approval.requested":
        approval = event.id;
        return undefined;
      case "run.waiting": {
        const parts = [{ type: "text" as const, text: "more" }];
        return { type: "message", id: "say", message: { id: "msg_more", role: "user", parts } };
      }
      case "message.received":
        return { type: "approval", id: `answer-${approval}`, approval, approved: true };
      default:
        return undefined;
    }
  };
}
