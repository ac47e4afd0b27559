import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is. Tests that need Redis fail without it: a skipped test proves nothing. */
export function command(name: "redis-server" | "redis-cli"): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  throw new Error(
    `${name} is not installed. The tests of @runwire/redis start servers of their own: apt-get install redis-server, brew install redis, or put it on the PATH.`,
  );
}
