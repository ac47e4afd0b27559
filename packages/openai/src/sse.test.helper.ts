/** The bytes of Server-Sent Events as text; `eol` ends each line. */
export function sse(
  events: readonly (object | string)[],
  { named = false, eol = "\n" }: { readonly named?: boolean; readonly eol?: string } = {},
): string {
  return events
    .map((event) => {
      const data = typeof event === "string" ? event : JSON.stringify(event);
      const name =
        named && typeof event === "object"
          ? `event: ${(event as { type: string }).type}${eol}`
          : "";
      return `${name}data: ${data}${eol}${eol}`;
    })
    .join("");
}

/** A text in pieces of at most `size` UTF-16 units. */
export function pieces(text: string, size = 5): string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}
