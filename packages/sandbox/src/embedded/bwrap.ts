import { spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where programs find their libraries. What is not there is passed over. */
const libraries = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"];

/**
 * Namespaces of its own for whatever comes after these arguments: no network, no processes but its own, no files but
 * these, nobody's user id, no further namespaces. It dies with its parent.
 */
export function bwrapArguments(reads: readonly string[]): string[] {
  return [
    ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--disable-userns"],
    ["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"],
    ...libraries.map((path) => ["--ro-bind-try", path, path]),
    ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"],
    ...reads.map((path) => ["--ro-bind", path, path]),
    ["--remount-ro", "/", "--chdir", "/", "--"],
  ].flat();
}

let known: { readonly path: string | undefined } | undefined;

/** The path of a bubblewrap that works here, found out once: many containers forbid what it needs. */
export function bwrapWorks(): string | undefined {
  known ??= { path: probe() };
  return known.path;
}

function probe(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const path = find("bwrap");
  if (path === undefined) return undefined;
  const node = realpathSync(process.execPath);
  const { status } = spawnSync(path, [...bwrapArguments([node]), node, "--version"], {
    stdio: "ignore",
    timeout: 10_000,
  });
  return status === 0 ? path : undefined;
}

/** A program on the PATH, or in other folders. */
export function find(name: string, path = process.env.PATH ?? ""): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not there.
    }
  }
  return undefined;
}
