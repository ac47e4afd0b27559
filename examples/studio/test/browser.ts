import { rm } from "node:fs/promises";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchChromium } from "./chromium.ts";
import { buildPage, type Studio, type StudioOptions, startStudio } from "./studio.ts";

export interface Stage {
  readonly browser: Browser;
  readonly studio: Studio;
  /** The folder of the built page. */
  readonly page: string;
  /** Opens a page in a context of its own. Whatever it complains about fails the test. */
  open(options?: OpenOptions): Promise<Page>;
}

interface OpenOptions extends BrowserContextOptions {
  readonly url?: string;
  /** Complaints that the test brings about. */
  readonly expected?: RegExp;
}

/** One browser and one server for a file of tests. */
export function useStage(options: StudioOptions = {}): Stage {
  const stage = {} as { -readonly [K in keyof Stage]: Stage[K] };
  const complaints: string[] = [];
  beforeAll(async () => {
    stage.page = await buildPage();
    stage.studio = await startStudio(stage.page, options);
    stage.browser = await launchChromium();
    stage.open = async ({ url = stage.studio.url, expected, ...options } = {}) => {
      const context = await stage.browser.newContext({ reducedMotion: "reduce", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const complain = (text: string) => {
        if (!expected?.test(text)) complaints.push(text);
      };
      page.on("pageerror", (error) => complain(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complain(message.text());
      });
      await page.goto(url);
      return page;
    };
  }, 60_000);
  afterEach(async () => {
    for (const context of stage.browser?.contexts() ?? []) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.studio?.stop();
    if (stage.page) await rm(stage.page, { recursive: true });
  });
  return stage;
}
