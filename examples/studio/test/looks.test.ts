import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { on } from "./on-page.ts";

const phone = { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true };

describe.skipIf(!chromiumPath)("how it looks", { timeout: 60_000 }, () => {
  const stage = useStage({ env: { STUDIO_DELAY_MS: "2" } });

  test("fits a phone, with the conversations in a drawer", async () => {
    const page = await stage.open(phone);
    const { button, say, ready, waiting } = on(page);
    expect(await isTooWide(page)).toBe(false);
    await say("Search the docs for knip");
    await ready();
    await on(page).text("Searched the docs").click();
    expect(await isTooWide(page)).toBe(false);
    await say("Write a note about the protocol");
    await waiting();
    expect(await isTooWide(page)).toBe(false);
    await button("Stop").click();
    await ready();
    const list = page.getByRole("navigation", { name: "Conversations" });
    expect(await list.isVisible()).toBe(false);
    await button("Conversations").click();
    await list.getByRole("link", { name: "Search the docs for knip" }).waitFor();
    expect(await isTooWide(page)).toBe(false);
    await page.keyboard.press("Escape");
    expect(await list.isVisible()).toBe(false);
    await button("Conversations").click();
    await button("New conversation").click();
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    expect(await list.isVisible()).toBe(false);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`has no accessibility faults that axe finds, ${colorScheme}`, async () => {
      const page = await stage.open({ colorScheme });
      const { button, say, ready, waiting } = on(page);
      expect(await faults(page)).toEqual([]);
      await say("Write a note about knip");
      await waiting();
      expect(await faults(page)).toEqual([]);
      await button(/Deny/).click();
      expect(await faults(page)).toEqual([]);
      await button("Deny").click();
      await ready();
      await say("Search the docs for pnpm");
      await ready();
      await on(page).text("Searched the docs").last().click();
      await on(page).text("Thought").last().click();
      expect(await faults(page)).toEqual([]);
      await say("Please fail on purpose");
      await ready();
      expect(await faults(page)).toEqual([]);
    });

    test(`has none either on a phone, and with sub-agents, ${colorScheme}`, async () => {
      const page = await stage.open({ ...phone, colorScheme });
      const { button, say, ready } = on(page);
      await page.getByLabel("Agent").selectOption("planner");
      await say("Plan a talk about knip");
      await ready();
      await on(page).text("The researcher answered").click();
      expect(await faults(page)).toEqual([]);
      await button("Conversations").click();
      expect(await faults(page)).toEqual([]);
    });
  }
});

function isTooWide(page: Page): Promise<boolean> {
  // A phone widens `innerWidth` for a page that does not fit.
  return page.evaluate(() => document.documentElement.scrollWidth > screen.width);
}

/** By the debugger's hand, since the page's own policy lets no foreign script in. */
async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
    }),
  );
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html}\n${failureSummary}`),
  );
}
