import { constants } from "node:fs";
import { mkdir, open, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** No dot and no slash, so that a name can never lead out of the folder. */
export const noteName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$/u, "Use letters, digits, spaces, - and _ only")
  .describe("The note's name, without an ending");

/** Notes are Markdown files in one folder. */
export interface Notes {
  list(): Promise<readonly NoteInfo[]>;
  /** `undefined`: there is no such note. */
  read(name: string): Promise<string | undefined>;
  /** Replaces the note, or makes it. */
  write(name: string, text: string): Promise<void>;
}

interface NoteInfo {
  readonly name: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly changed: string;
}

const ending = ".md";

export function notesIn(folder: string): Notes {
  const pathOf = (name: string) => join(folder, noteName.parse(name) + ending);
  return {
    async list() {
      const files = await readdir(folder, { withFileTypes: true }).catch(orElse([]));
      const notes = files
        .filter((file) => file.isFile() && file.name.endsWith(ending))
        .map(async ({ name }) => {
          const { size, mtime } = await stat(join(folder, name));
          const changed = mtime.toISOString();
          return { name: name.slice(0, -ending.length), bytes: size, changed };
        });
      return (await Promise.all(notes)).sort((a, b) => a.name.localeCompare(b.name));
    },

    async read(name) {
      // A link that somebody put there could lead anywhere: it is refused, not followed.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
      const file = await open(pathOf(name), flags).catch(orElse(undefined));
      if (file === undefined) return undefined;
      try {
        return await file.readFile("utf8");
      } finally {
        await file.close();
      }
    },

    async write(name, text) {
      const path = pathOf(name);
      await mkdir(folder, { recursive: true });
      // A rename leaves no half-written note behind, and replaces a link instead of writing through it.
      const draft = join(folder, `.${crypto.randomUUID()}.tmp`);
      await writeFile(draft, text, { flag: "wx" });
      await rename(draft, path);
    },
  };
}

/** For what does not exist (yet); any other failure stays one. */
function orElse<T>(value: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}
