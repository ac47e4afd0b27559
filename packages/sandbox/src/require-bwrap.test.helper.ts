import { bwrapWorks } from "./embedded/bwrap.ts";

/** Whether bubblewrap works here. REQUIRE_BWRAP=1, as in CI, makes a missing one an error. */
export function requireBwrap(): boolean {
  if (bwrapWorks() !== undefined) return true;
  const why =
    "bubblewrap does not work here, so nothing is tested of isolation by the operating system: apt-get install bubblewrap";
  if (process.env.REQUIRE_BWRAP) throw new Error(why);
  console.warn(why);
  return false;
}
