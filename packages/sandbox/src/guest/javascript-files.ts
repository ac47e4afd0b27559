import type { GuestFile } from "./wire.ts";

/** The files of a JavaScript program: names and bytes, and no more of both than a limit. */
export interface Files {
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array): void;
  list(): string[];
  /** What the globs match. */
  collect(globs: readonly string[]): GuestFile[];
}

const maxFiles = 10_000;

export function files(maxBytes: number): Files {
  const known = new Map<string, Uint8Array>();
  let size = 0;
  return {
    read(path) {
      const bytes = known.get(path);
      if (bytes === undefined) throw new Error(`There is no file ${path}.`);
      return bytes;
    },
    write(path, bytes) {
      const more = bytes.length - (known.get(path)?.length ?? 0);
      if (size + more > maxBytes || (known.size >= maxFiles && !known.has(path))) {
        throw new Error("No space is left for files.");
      }
      known.set(path, bytes);
      size += more;
    },
    list: () => [...known.keys()].sort(),
    collect(globs) {
      const patterns = globs.map(toPattern);
      return [...known]
        .filter(([path]) => patterns.some((pattern) => pattern.test(path)))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, bytes]) => ({ path, data: Buffer.from(bytes).toString("base64") }));
    },
  };
}

/** `*` and `?` stay within a folder; `**` does not. */
export function toPattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  return new RegExp(`^${source}$`, "su");
}
