import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { on } from "./on-page.ts";

describe.skipIf(!chromiumPath)("an agent at work", { timeout: 60_000 }, () => {
  const stage = useStage({ env: { STUDIO_DELAY_MS: "2" } });

  test("writes the file that a person approved, and shows what it writes before it does", async () => {
    const page = await stage.open();
    const { button, say, ready } = on(page);
    await say("Write a note called shopping: milk and bread");
    const card = page.getByRole("group", { name: "Create the note “shopping” (1 line)?" });
    await card.waitFor();
    expect(await page.locator(".diff .line.added").allTextContents()).toEqual([
      "+milk and bread\n",
    ]);
    expect(await readdir(stage.studio.notes)).not.toContain("shopping.md");
    await button(/Approve/).click();
    await on(page).text("Saved the note shopping").waitFor();
    expect(await readFile(join(stage.studio.notes, "shopping.md"), "utf8")).toBe(
      "milk and bread\n",
    );

    await ready();
    await say("Write a note called shopping: milk and butter");
    await page.getByRole("group", { name: /^Replace the note “shopping”/ }).waitFor();
    expect(await page.locator(".diff").last().locator(".line.removed").allTextContents()).toEqual([
      "-milk and bread\n",
    ]);
    await page.keyboard.press("Alt+y");
    await on(page).text("Replaced the note shopping").waitFor();
    expect(await readFile(join(stage.studio.notes, "shopping.md"), "utf8")).toBe(
      "milk and butter\n",
    );
  });

  test("writes nothing that a person denied, and reads the reason", async () => {
    const page = await stage.open();
    const { say, waiting } = on(page);
    await say("Write a note called secret: nothing to see");
    await waiting();
    await page.keyboard.press("Alt+n");
    await page.getByLabel("Reason (optional)").fill("not in writing");
    await page.keyboard.press("Enter");
    await on(page).text("You said: “not in writing”.").waitFor();
    expect(await on(page).text("Did not write the note").count()).toBe(1);
    expect(await readdir(stage.studio.notes)).not.toContain("secret.md");
  });

  test("an approval given in one tab is gone from the other", async () => {
    const page = await stage.open();
    await on(page).say("Write a note called twice: once");
    await on(page).waiting();
    const other = await stage.open({ url: page.url() });
    await on(other).waiting();
    await on(other)
      .button(/Approve/)
      .click();
    await on(page).text("Saved the note twice").waitFor();
    expect(
      await on(page)
        .button(/Approve/)
        .count(),
    ).toBe(0);
  });

  test("asks with buttons, and goes on with what was chosen", async () => {
    const page = await stage.open();
    const { button, say, ready } = on(page);
    await say("Help me choose a topic");
    await page.getByRole("group", { name: "What would you like to read about?" }).waitFor();
    await button("Approvals").click();
    await on(page).text("Searched the docs").waitFor();
    await ready();
    expect(await page.locator(".call .summary").first().textContent()).toContain("Approvals");
  });

  test("a question survives a reload", async () => {
    const page = await stage.open();
    const { button, say, waiting } = on(page);
    await say("Help me choose a topic");
    await waiting();
    await page.waitForURL(/\/t\//);
    await page.reload();
    await button("Sub-agents").click();
    await on(page).text("Searched the docs").waitFor();
  });

  test("shows which page is searched, then what was found, for who opens it", async () => {
    const page = await stage.open();
    const { say, ready } = on(page);
    await say("Search the docs for knip");
    await page.getByRole("progressbar", { name: "Pages read" }).waitFor();
    await ready();
    expect(await page.getByRole("progressbar").count()).toBe(0);
    await on(page).text("Searched the docs").click();
    const details = page.locator(".call .details");
    await details.getByText('"query": "knip"').waitFor();
    expect(await details.getByLabel("Log").textContent()).toContain("CONTRIBUTING.md: ");
    expect(await details.locator(".hits li").count()).toBeGreaterThan(0);
  });

  // That they work at the same time is tested without a page: a page may be slower than both.
  test("shows sub-agents inside the call that they answer", async () => {
    const page = await stage.open();
    const { answers, say, ready } = on(page);
    await page.getByLabel("Agent").selectOption("planner");
    const nested = page.locator(".sub-agent");
    await say("Plan a talk about knip");
    await ready();
    // What has answered is folded away.
    await on(page).text("The researcher answered").click();
    await nested.getByText("Find what the documentation says about knip").waitFor();
    await on(page).text("The writer answered").click();
    await nested.getByText("Draft an outline on knip").waitFor();
    expect(await nested.count()).toBe(2);
    expect(await on(page).text("The researcher answered").count()).toBe(1);
    expect(await on(page).text("The writer answered").count()).toBe(1);
    expect(await answers.getByRole("heading", { name: "Knip" }).count()).toBe(1);
    // A reload finds the agent that the conversation was with.
    await page.reload();
    await ready();
    expect(await page.getByLabel("Agent").inputValue()).toBe("planner");
  });
});
