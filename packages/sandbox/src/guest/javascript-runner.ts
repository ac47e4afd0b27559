/**
 * What stands in front of every JavaScript program. It is a function of the guest, called once: what a program sees is
 * defined here, and what the guest calls is returned.
 */
export const javascriptRunner = String.raw`
((guest) => {
  "use strict";
  const { stringify, parse } = JSON;
  const maxText = 20_000;

  class ToolError extends Error {
    name = "ToolError";
  }

  function inspect(value, seen = []) {
    if (typeof value === "string") return stringify(value);
    if (typeof value === "bigint") return value + "n";
    if (typeof value === "function") return "[Function " + (value.name || "anonymous") + "]";
    if (typeof value !== "object" || value === null) return String(value);
    if (seen.includes(value)) return "[Circular]";
    if (value instanceof Error) return value.name + ": " + value.message;
    if (value instanceof Date) return value.toISOString();
    if (seen.length > 4) return Array.isArray(value) ? "[…]" : "{…}";
    const within = [...seen, value];
    const each = (item) => inspect(item, within);
    if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      return "[" + Array.prototype.slice.call(value, 0, 1_000).map(each).join(", ") + "]";
    }
    if (value instanceof Map) {
      return "Map {" + [...value].map(([k, v]) => each(k) + " => " + each(v)).join(", ") + "}";
    }
    if (value instanceof Set) return "Set {" + [...value].map(each).join(", ") + "}";
    const fields = Object.entries(value).slice(0, 1_000);
    return "{ " + fields.map(([key, item]) => key + ": " + each(item)).join(", ") + " }";
  }

  const line = (values) =>
    values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ") + "\n";
  const out = (...values) => guest.write("stdout", line(values));
  const err = (...values) => guest.write("stderr", line(values));
  const toBytes = (buffer) => new Uint8Array(buffer);

  Object.assign(globalThis, {
    ToolError,
    console: { log: out, info: out, debug: out, warn: err, error: err },
    display: (value) => show(value),
    readFile: (path) => guest.readText(String(path)),
    readBytes: (path) => toBytes(guest.readBytes(String(path))),
    writeFile(path, data) {
      if (typeof data === "string") return guest.writeText(String(path), data);
      if (!ArrayBuffer.isView(data)) throw new TypeError("writeFile takes a string or bytes.");
      const { buffer, byteOffset, byteLength } = data;
      return guest.writeBytes(String(path), buffer.slice(byteOffset, byteOffset + byteLength));
    },
    listFiles: () => parse(guest.list()),
  });

  function show(value) {
    if (value === undefined) return;
    const text = inspect(value);
    guest.result("text/plain", text.length > maxText ? text.slice(0, maxText) + " …" : text);
  }

  function define(name, parameters) {
    globalThis[name] = (...args) => {
      const [first] = args;
      const named = args.length === 1 && first !== null && typeof first === "object" && !Array.isArray(first);
      if (!named && args.length > parameters.length) {
        throw new TypeError(name + " takes " + (parameters.join(", ") || "one object") + ".");
      }
      const input = named ? first : Object.fromEntries(args.map((value, n) => [parameters[n], value]));
      const reply = parse(guest.tool(name, stringify(input)));
      if ("error" in reply) throw new ToolError(reply.error);
      return parse(reply.json);
    };
  }

  return { show, define };
})
`;
