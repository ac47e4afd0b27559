import type { IconName } from "../icon.tsx";
import type { ToolCall } from "../types.ts";

export interface CallTitle {
  readonly icon: IconName;
  /** What happens, in a form that fits how far the call has come. */
  readonly title: string;
  /** What it is about, when that is one short text. */
  readonly subject?: string | undefined;
}

/** While it runs, when it is done, and when it came to nothing. */
type Forms = readonly [doing: string, done: string, not: string];

const forms: { readonly [N in ToolCall["name"]]: Forms } = {
  search_docs: ["Searching the docs", "Searched the docs", "Could not search the docs"],
  write_note: ["Writing a note", "Wrote a note", "Did not write the note"],
  list_notes: ["Listing the notes", "Listed the notes", "Could not list the notes"],
  read_note: ["Reading a note", "Read a note", "Could not read the note"],
  calculate: ["Calculating", "Calculated", "Could not calculate"],
  ask_choice: ["Asking you", "Asked you", "Did not ask"],
  researcher: ["The researcher works", "The researcher answered", "The researcher gave up"],
  writer: ["The writer works", "The writer answered", "The writer gave up"],
};

export function titleOf(call: ToolCall): CallTitle {
  // A page that is older than the server may meet a tool it does not know.
  const known: Forms = forms[call.name] ?? [
    `Calling ${call.name}`,
    `Called ${call.name}`,
    `${call.name} failed`,
  ];
  const failed = call.status === "failed" || call.status === "denied";
  const title = known[call.status === "completed" ? 1 : failed ? 2 : 0];
  const icon = call.agent === undefined ? "tool" : "people";
  return { icon, title, subject: subjectOf(call) };
}

function subjectOf(call: ToolCall): string | undefined {
  switch (call.name) {
    case "search_docs":
      return call.input?.query;
    case "write_note":
    case "read_note":
      return call.input?.name;
    case "calculate":
      return call.input?.expression;
    case "ask_choice":
      // While it is open, the question stands below.
      return call.status === "completed" ? call.input.question : undefined;
    default:
      return undefined;
  }
}
