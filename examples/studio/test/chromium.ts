import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

/**
 * The installed Chromium, or undefined: `describe.skipIf(!chromiumPath)` skips its tests then, and
 * this module says so. REQUIRE_BROWSER=1 makes a missing browser an error.
 */
export const chromiumPath = find();

if (chromiumPath === undefined) {
  const why = "No Chromium: apt-get install chromium, or set CHROMIUM_PATH.";
  if (process.env.REQUIRE_BROWSER) throw new Error(why);
  console.warn(`\n*** BROWSER TESTS SKIPPED. ${why} ***\n`);
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

function find(): string | undefined {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}
