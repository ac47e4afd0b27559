/** What a JSON value must be, as plain data. */
export type Shape =
  | "string"
  | "number"
  | "boolean"
  /** Anything at all, but not absent. */
  | "value"
  /** The version of the protocol. */
  | 1
  /** A list of any length. */
  | readonly [Shape]
  /** An object. A name that ends with `?` is of a field that may be absent; others than these are let be. */
  | { readonly [field: string]: Shape };

/** What is wrong with a value, and where: a JSON Pointer (RFC 6901) into it. */
export interface Fault {
  readonly path: string;
  readonly must: string;
}

/** The first place at which the value is not of the shape. */
export function faultIn(value: unknown, shape: Shape): Fault | undefined {
  if (shape === "value") return value === undefined ? fault("be there") : undefined;
  if (shape === 1) return value === 1 ? undefined : fault("be 1");
  if (typeof shape === "string") return typeof value === shape ? undefined : fault(`be a ${shape}`);
  const list = isList(shape);
  if (typeof value !== "object" || value === null || Array.isArray(value) !== list) {
    return fault(`be an ${list ? "array" : "object"}`);
  }
  for (const key of Object.keys(list ? value : shape)) {
    const name = key.endsWith("?") ? key.slice(0, -1) : key;
    const field = (value as { readonly [field: string]: unknown })[name];
    if (field === undefined && name !== key) continue;
    const found = faultIn(field, list ? shape[0] : (shape[key] as Shape));
    if (found !== undefined) return fault(found.must, `/${name}${found.path}`);
  }
  return undefined;
}

/** `Array.isArray` does not know lists that are read-only. */
function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function fault(must: string, path = ""): Fault {
  return { path, must };
}
