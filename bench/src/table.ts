import type { Outcome } from "./measure.ts";

/** A section of the results: a heading, tables and what is to be known about them. */
export interface Section {
  readonly title: string;
  readonly tables: readonly Table[];
  readonly note: string;
}

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Costs beside each other, the ratio to the first one in front. */
export function costTable(caption: string, unit: string, outcomes: readonly Outcome[]): Table {
  const reference = outcomes[0]?.name ?? "";
  return {
    caption,
    head: ["", `× ${reference}`, unit, "quartiles"],
    rows: outcomes.map(({ name, ratio, median, low, high }) => [
      name,
      format(ratio),
      format(median),
      `${format(low)} – ${format(high)}`,
    ]),
  };
}

/** Costs beside each other, the speed as a part of the first one's in front. */
export function speedTable(caption: string, unit: string, outcomes: readonly Outcome[]): Table {
  const { head, rows } = costTable(caption, unit, outcomes);
  const speeds = outcomes.map(({ ratio }) => format(1 / ratio));
  const [name = "", , ...rest] = head;
  return {
    caption,
    head: [name, `of ${outcomes[0]?.name ?? ""}`, ...rest],
    rows: rows.map(([first = "", , ...cells], row) => [first, speeds[row] ?? "", ...cells]),
  };
}

/** Three digits that say something. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}

export function toMarkdown({ title, tables, note }: Section): string {
  return [`## ${title}`, note, ...tables.map(tableToMarkdown)].join("\n\n");
}

function tableToMarkdown({ caption, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, column) => (column === 0 ? "---" : "---:")));
  return [`**${caption}**`, "", line(head), rule, ...rows.map(line)].join("\n");
}
