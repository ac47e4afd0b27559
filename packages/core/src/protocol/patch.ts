import type { PatchOperation } from "./events.ts";
import type { Json } from "./json.ts";
import { ProtocolError } from "./protocol-error.ts";

/** An array or object that is being copied; `undefined` never is a value in it. */
type Container = Json[] | { [key: string]: Json };

/**
 * Applies a JSON Patch (RFC 6902): all operations, or none and a throw. The document is not changed; what the patch does
 * not touch is shared with the result. Pointers are RFC 6901 (`~0` `~1`, `-` for the end of an array); the keys
 * `__proto__`, `constructor` and `prototype` are refused everywhere, since readers in other code may assign them.
 *
 * @throws ProtocolError `patch`, with the pointer in `path`.
 */
export function applyPatch(document: Json, patch: readonly PatchOperation[]): Json {
  let result = document;
  for (const operation of patch) result = applyOperation(result, operation);
  return result;
}

function applyOperation(document: Json, operation: PatchOperation): Json {
  const path = parsePointer(operation.path);
  switch (operation.op) {
    case "add":
      return add(document, path, operation.value, operation.path);
    case "replace":
      read(document, path, operation.path);
      return replace(document, path, operation.value);
    case "remove":
      read(document, path, operation.path);
      if (path.length === 0) return null;
      return remove(document, path);
    case "move": {
      const from = parsePointer(operation.from);
      const value = read(document, from, operation.from);
      if (operation.path === operation.from) return document;
      if (operation.path.startsWith(`${operation.from}/`)) {
        fail(operation.path, `cannot move "${operation.from}" into itself`);
      }
      return add(remove(document, from), path, value, operation.path);
    }
    case "copy": {
      const value = read(document, parsePointer(operation.from), operation.from);
      return add(document, path, value, operation.path);
    }
    case "test":
      if (!equal(read(document, path, operation.path), operation.value)) {
        fail(operation.path, "the value there is not the tested one");
      }
      return document;
    default:
      return unknownOperation(operation);
  }
}

function unknownOperation(operation: never): never {
  const { op, path } = operation as { op: unknown; path: string };
  fail(path, `unknown operation ${JSON.stringify(op)}`);
}

function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) fail(pointer, 'a pointer is "" or begins with "/"');
  return pointer
    .slice(1)
    .split("/")
    .map((token) => {
      if (/~(?![01])/.test(token)) fail(pointer, '"~" must be written "~0"');
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      if (key === "__proto__" || key === "constructor" || key === "prototype") {
        fail(pointer, `the key "${key}" is not allowed`);
      }
      return key;
    });
}

function read(document: Json, path: readonly string[], pointer: string): Json {
  let value = document;
  for (const key of path) {
    const child = Array.isArray(value)
      ? value[index(key, value.length - 1, pointer)]
      : isObject(value) && Object.hasOwn(value, key)
        ? value[key]
        : undefined;
    if (child === undefined) fail(pointer, `there is no "${key}"`);
    value = child;
  }
  return value;
}

function add(document: Json, path: readonly string[], value: Json, pointer: string): Json {
  if (path.length === 0) return value;
  const parent = read(document, path.slice(0, -1), pointer);
  if (typeof parent !== "object" || parent === null) {
    fail(pointer, "its parent is neither an object nor an array");
  }
  if (Array.isArray(parent)) {
    const key = path[path.length - 1] as string;
    const at = key === "-" ? parent.length : index(key, parent.length, pointer);
    return change(document, path, (copy) => (copy as Json[]).splice(at, 0, value));
  }
  return replace(document, path, value);
}

/** The path is known to lead to an existing value or to a key of an object. */
function replace(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value;
  return change(document, path, (copy, key) => {
    if (Array.isArray(copy)) copy[Number(key)] = value;
    else copy[key] = value;
  });
}

/** The path is known to exist. */
function remove(document: Json, path: readonly string[]): Json {
  if (path.length === 0) return null;
  return change(document, path, (copy, key) => {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  });
}

/** Copies the containers along an existing path and lets `write` change the copy of the last one. */
function change(
  document: Json,
  path: readonly string[],
  write: (copy: Container, key: string) => void,
): Json {
  const root = copyOf(document);
  let container = root;
  for (const key of path.slice(0, -1)) {
    const child: Container = copyOf(
      Array.isArray(container) ? (container[Number(key)] as Json) : (container[key] as Json),
    );
    if (Array.isArray(container)) container[Number(key)] = child;
    else container[key] = child;
    container = child;
  }
  write(container, path[path.length - 1] as string);
  return root;
}

function copyOf(value: Json): Container {
  return Array.isArray(value) ? value.slice() : { ...(value as { [key: string]: Json }) };
}

function index(key: string, max: number, pointer: string): number {
  if (!/^(?:0|[1-9]\d{0,9})$/.test(key)) fail(pointer, `"${key}" is not an index of an array`);
  const at = Number(key);
  if (at > max) fail(pointer, `the index ${key} is beyond the end`);
  return at;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function equal(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equal(item, b[i] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key] as Json, b[key] as Json))
  );
}

function fail(pointer: string, why: string): never {
  throw new ProtocolError({
    code: "patch",
    path: pointer,
    message: `The patch does not apply at "${pointer}": ${why}.`,
  });
}
