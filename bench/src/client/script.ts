/** What a server says in one answer, before any wire. */
export type Said =
  | { readonly type: "text"; readonly deltas: readonly string[] }
  | {
      readonly type: "tool";
      readonly name: string;
      readonly args: readonly string[];
      readonly output: { readonly [key: string]: string };
    };

const vocabulary =
  "the log of a run is what every viewer reads and no one ever writes twice, so ".split(" ");

/** Text in pieces like those of a model: a word or a part of one, now and then a line break or something not ASCII. */
export function words(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    if (index % 40 === 39) return ".\n";
    if (index % 100 === 50) return " déjà";
    return ` ${vocabulary[index % vocabulary.length]}`;
  });
}

/** One JSON object, in pieces of a few characters. */
function argsOf(count: number): readonly string[] {
  const pieces = words(Math.max(0, count - 2)).map((word) => JSON.stringify(word).slice(1, -1));
  return ['{"content":"', ...pieces, '"}'];
}

export const text = (count: number): readonly Said[] => [{ type: "text", deltas: words(count) }];

/** One tool call whose arguments come in so many pieces. */
export const toolArgs = (count: number): readonly Said[] => [
  { type: "tool", name: "write", args: argsOf(count), output: { status: "written" } },
];

/** A sentence and a call, so many times. */
export const toolCalls = (count: number): readonly Said[] =>
  Array.from({ length: count }, (): readonly Said[] => [
    { type: "text", deltas: words(8) },
    { type: "tool", name: "search", args: argsOf(8), output: { found: words(30).join("") } },
  ]).flat();

export function textOf(said: readonly Said[]): string {
  return said.map((one) => (one.type === "text" ? one.deltas.join("") : "")).join("");
}

/** How many deltas there are: what costs are divided by. */
export function deltasOf(said: readonly Said[]): number {
  return said.reduce(
    (sum, one) => sum + (one.type === "text" ? one.deltas.length : one.args.length),
    0,
  );
}
