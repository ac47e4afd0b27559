import type { PatchOperation } from "./events.ts";
import type { Json } from "./json.ts";
import { ProtocolError } from "./protocol-error.ts";

/** An object or an array, by keys or indexes as pointers have them: "0" is as good as 0. */
type Container = { [key: string]: Json };

/**
 * Applies a JSON Patch (RFC 6902): all operations, or none and a throw. The document is not changed; what the patch does
 * not touch is shared with the result. Pointers are RFC 6901 (`~0` `~1`, `-` for the end of an array); the keys
 * `__proto__`, `constructor` and `prototype` are refused everywhere, since readers in other code may assign them.
 *
 * @throws ProtocolError `patch`, with the pointer in `path`.
 */
export function applyPatch(document: Json, patch: readonly PatchOperation[]): Json {
  // The document as a member of one more object: then the pointer "" is a path like any other.
  const root: Container = { "": document };
  for (const operation of patch) apply(root, operation);
  return root[""] as Json;
}

function apply(root: Container, operation: PatchOperation): void {
  const { op, path } = operation;
  switch (op) {
    case "add":
      add(root, path, operation.value);
      break;
    case "replace": {
      get(root, path);
      const [parent, key] = locate(root, path, true);
      parent[key] = operation.value;
      break;
    }
    case "remove":
      remove(root, path);
      break;
    case "move": {
      const { from } = operation;
      const value = get(root, from);
      if (path === from) break;
      if (path.startsWith(`${from}/`)) fail(path, `"${from}" cannot be moved into itself`);
      remove(root, from);
      add(root, path, value);
      break;
    }
    case "copy":
      add(root, path, get(root, operation.from));
      break;
    case "test":
      if (!equal(get(root, path), operation.value)) fail(path, "the value there is another");
      break;
    default:
      op satisfies never;
      fail(path, `there is no operation ${JSON.stringify(op)}`);
  }
}

function get(root: Container, pointer: string): Json {
  const [parent, key] = locate(root, pointer, false);
  if (!has(parent, key)) fail(pointer, "nothing is there");
  return parent[key] as Json;
}

function add(root: Container, pointer: string, value: Json): void {
  const [parent, key] = locate(root, pointer, true);
  if (!Array.isArray(parent)) parent[key] = value;
  else if (key === "-" || key === `${parent.length}`) parent.push(value);
  else if (has(parent, key)) parent.splice(Number(key), 0, value);
  else fail(pointer, `"${key}" is no index of the array`);
}

function remove(root: Container, pointer: string): void {
  get(root, pointer);
  const [parent, key] = locate(root, pointer, true);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  // There always is a document.
  else if (parent === root) root[key] = null;
  else delete parent[key];
}

/**
 * What holds the place that the pointer names, and the place's key in it. With `copy` all on the way there is copied,
 * to be changed; the root is anyway one's own.
 */
function locate(root: Container, pointer: string, copy: boolean): readonly [Container, string] {
  const keys = pointer.split("/").map((token) => {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (/~(?![01])/.test(token) || /^(__proto__|constructor|prototype)$/.test(key)) {
      fail(pointer, `"${token}" is not allowed in a pointer`);
    }
    return key;
  });
  const last = keys.pop() as string;
  let parent = root;
  for (const key of keys) {
    const child = has(parent, key) ? parent[key] : undefined;
    if (!isContainer(child)) fail(pointer, `"${key}" is neither an object nor an array`);
    if (copy) parent[key] = copyOf(child);
    parent = parent[key] as Container;
  }
  // The first key is the document's own, before the first slash.
  if (parent === root && last !== "") fail(pointer, 'a pointer is "" or begins with "/"');
  return [parent, last];
}

/** The only key that an array has beside its indexes is `length`. */
function has(container: Container, key: string): boolean {
  return Object.hasOwn(container, key) && !(Array.isArray(container) && key === "length");
}

function isContainer(value: Json | undefined): value is Container {
  return typeof value === "object" && value !== null;
}

function copyOf(container: Container): Container {
  return Array.isArray(container) ? (container.slice() as never) : { ...container };
}

function equal(a: Json, b: Json): boolean {
  if (!isContainer(a) || !isContainer(b)) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => has(b, key) && equal(a[key] as Json, b[key] as Json))
  );
}

function fail(pointer: string, why: string): never {
  throw new ProtocolError({
    code: "patch",
    path: pointer,
    message: `The patch does not apply at "${pointer}": ${why}.`,
  });
}
