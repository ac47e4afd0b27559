import type { ToolCall } from "../types.ts";

/** How the call stands, or what came out of it, in a few words. */
export function summaryOf(call: ToolCall): string | undefined {
  switch (call.status) {
    case "streaming":
      return "Preparing";
    case "called":
      return call.executor === "client" ? "Waits for you" : undefined;
    case "approval":
      return "Waits for you";
    case "interrupted":
      return "Interrupted";
    case "running":
      return undefined;
    case "failed":
      return "Failed";
    case "denied":
      return call.approval?.expired ? "Nobody answered" : "Denied";
    case "completed":
      return outcomeOf(call);
  }
}

function outcomeOf(call: Extract<ToolCall, { status: "completed" }>): string | undefined {
  switch (call.name) {
    case "search_docs":
      return `${call.output.found} ${plural("section", call.output.found)}`;
    case "write_note":
      return `${call.output.bytes} bytes`;
    case "list_notes":
      return `${call.output.notes.length} ${plural("note", call.output.notes.length)}`;
    case "calculate":
      return String(call.output.value);
    case "ask_choice":
      return call.output.choice;
    default:
      return undefined;
  }
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}
