import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const extension = extname(import.meta.url);
const folder = new URL("./guest/", import.meta.url);

/** The folder of all that a guest may read of this package, with a slash at its end. */
export const guestFolder = fileURLToPath(folder);

/** The program of a guest: built, or as it is in the sources. This file stands beside the folder in both. */
export function guestFile(name: "python" | "javascript"): string {
  return fileURLToPath(new URL(name + extension, folder));
}

/** Changes with the programs of the guests. */
export function guestHash(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(guestFolder).sort()) {
    if (name.endsWith(extension)) hash.update(readFileSync(guestFolder + name));
  }
  return hash.digest("hex").slice(0, 16);
}
