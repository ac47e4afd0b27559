/** A JSON Pointer (RFC 6901) to the place that the keys lead to; "" is the whole document. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
