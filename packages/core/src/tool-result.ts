import type { Content, ToolPart } from "./protocol/message.ts";

/** As much of broken arguments as is worth showing the model again, in UTF-16 units. */
const maxQuote = 2_000;

/** What the model sees of a settled call: its content or output, or why there is none and what to do about it. */
export function resultContent(part: ToolPart): readonly Content[] {
  if (part.status === "denied") return [text(denial(part))];
  const edit = edited(part);
  if (part.status === "failed") return [text(edit + failure(part))];
  const content = part.content ?? [text(outputText(part))];
  return edit === "" ? content : [text(edit.trimEnd()), ...content];
}

function text(value: string): Content {
  return { type: "text", text: value };
}

/** A text is what it says; anything else is its JSON. */
function outputText({ output = null }: ToolPart): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

function failure({ error, input, args }: ToolPart): string {
  const lines = [
    error === undefined ? "The call failed." : `The call failed (${error.code}): ${error.message}`,
  ];
  if (error?.details !== undefined) lines.push(`Details: ${JSON.stringify(error.details)}`);
  // The provider gets `{}` where the arguments are not JSON, so this is the only place to see what went wrong.
  if (input === undefined && args !== undefined && args !== "") {
    lines.push(`The arguments were: ${quote(args)}`);
  }
  return lines.join("\n");
}

function quote(args: string): string {
  return args.length <= maxQuote ? args : `${args.slice(0, maxQuote).toWellFormed()} […]`;
}

function denial({ approval }: ToolPart): string {
  const who = approval?.by ?? "A person";
  const why = approval?.reason === undefined ? "" : ` The reason: ${approval.reason}`;
  const what = approval?.expired
    ? "Nobody approved this call in time."
    : `${who} denied this call.`;
  return `${what}${why}\nIt did not run. Do not repeat it unless you are asked to.`;
}

function edited({ proposed, input, approval }: ToolPart): string {
  if (proposed === undefined) return "";
  const who = approval?.by ?? "A person";
  return `${who} changed the input before the call ran. It ran with: ${JSON.stringify(input)}\n`;
}
