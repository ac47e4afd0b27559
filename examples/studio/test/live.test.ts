import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { startCuttable } from "./cuttable.ts";
import { on } from "./on-page.ts";
import { startStudio } from "./studio.ts";

describe.skipIf(!chromiumPath)("while an answer is written", { timeout: 60_000 }, () => {
  const stage = useStage();

  test("streams: the answer is seen while it is written, and the address names the conversation", async () => {
    const page = await stage.open();
    const { answers, say, ready } = on(page);
    await page.evaluate(() => {
      const seen = new Set<number>();
      new MutationObserver(() => {
        seen.add(document.querySelector(".parts .text")?.textContent.length ?? 0);
        document.body.dataset.seen = `${seen.size}`;
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await say("Good morning!");
    await ready();
    const text = await answers.textContent();
    expect(text).toContain("I am a script, not a model");
    expect(text).toContain("with the same tools.");
    expect(Number(await page.locator("body").getAttribute("data-seen"))).toBeGreaterThan(10);
    expect(page.url()).toMatch(/\/t\/thr_\w+$/);
  });

  test("a reload in mid-run goes on to the same end, nothing lost and nothing twice", async () => {
    const page = await stage.open();
    const { answers, questions, say, working, ready } = on(page);
    await say("Good morning!");
    await answers.getByText("I go by words").waitFor();
    await page.reload();
    await working();
    await ready();
    expect(await questions.count()).toBe(1);
    expect(await answers.count()).toBe(1);
    const shown = (await page.locator(".parts .text").textContent()) ?? "";
    await page.reload();
    await ready();
    expect(await page.locator(".parts .text").textContent()).toBe(shown);
    expect(shown.match(/Try one of these/g)).toHaveLength(1);
    expect(shown).toMatch(/with the same tools\.$/);
  });

  test("a second tab sees the same, while it happens", async () => {
    const page = await stage.open();
    await on(page).say("Good morning!");
    await on(page).working();
    await page.waitForURL(/\/t\//);
    const other = await stage.open({ url: page.url() });
    await on(other).working();
    await on(other).ready();
    await on(page).ready();
    const text = (tab: typeof page) => tab.locator(".transcript").textContent();
    expect(await text(other)).toBe(await text(page));
    // And the other way round, with a run that neither of them has seen begin.
    await on(other).say("What is 6 * 7?");
    await on(page).text("6 * 7 = 42").waitFor();
  });

  test("stops on Escape, and goes on from there", async () => {
    const page = await stage.open();
    const { answers, button, say, working, ready } = on(page);
    await say("Good morning!");
    await answers.getByText("I go by words").waitFor();
    await working();
    await page.keyboard.press("Escape");
    await on(page).text("Stopped.").waitFor();
    await ready();
    expect(await answers.textContent()).not.toContain("with the same tools.");
    await button("Try again").click();
    await on(page).text("with the same tools.").waitFor();
  });

  test("goes on where it was when the connection was cut, and says so meanwhile", async () => {
    const line = await startCuttable(stage.studio.port);
    try {
      const page = await stage.open({ url: line.url, expected: /ERR_|Failed to load resource/ });
      const { answers, say, ready } = on(page);
      await say("Good morning!");
      await answers.getByText("I go by words").waitFor();
      line.cut();
      await page.getByRole("status").getByText("Reconnecting…").waitFor();
      line.mend();
      await page.getByRole("status").getByText("Reconnecting…").waitFor({ state: "detached" });
      await ready();
      const text = (await page.locator(".parts .text").textContent()) ?? "";
      expect(text.match(/I go by words/g)).toHaveLength(1);
      expect(text).toMatch(/with the same tools\.$/);
    } finally {
      await line.close();
    }
  });

  test("says that the server is gone, and goes on to the end once it is back", async () => {
    const data = await mkdtemp(join(tmpdir(), "studio-data-"));
    const studio = await startStudio(stage.page, { data });
    let again = studio;
    try {
      const page = await stage.open({ url: studio.url, expected: /ERR_|Failed to load resource/ });
      const { field, answers, questions, say, ready } = on(page);
      await say("Good morning!");
      await answers.getByText("I go by words").waitFor();
      await studio.stop("SIGKILL");
      await page.getByRole("status").getByText("Reconnecting…").waitFor();
      // What cannot be sent is not lost.
      await say("Are you there?");
      await page.getByRole("alert").getByText("The server cannot be reached.").waitFor();
      expect(await field.inputValue()).toBe("Are you there?");
      again = await startStudio(stage.page, { data, port: studio.port });
      await page.getByRole("status").getByText("Reconnecting…").waitFor({ state: "detached" });
      await ready();
      expect(await questions.count()).toBe(1);
      const text = (await page.locator(".parts .text").textContent()) ?? "";
      expect(text.match(/I go by words/g)).toHaveLength(1);
      expect(text).toMatch(/with the same tools\.$/);
    } finally {
      await again.stop();
      await rm(data, { recursive: true });
    }
  });

  test("keeps the end in view, but not against the reader", async () => {
    const page = await stage.open({ viewport: { width: 900, height: 420 } });
    const { answers, button, messages, say, ready } = on(page);
    const left = () =>
      messages.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop);
    await say("Good morning!");
    await answers.getByText("I go by words").waitFor();
    await ready();
    expect(await left()).toBeLessThan(2);
    await say("Good evening!");
    await on(page).text("Good evening!”, but").waitFor();
    await messages.hover();
    await page.mouse.wheel(0, -2000);
    await button("To the end").waitFor();
    await ready();
    expect(await messages.evaluate((box) => box.scrollTop)).toBe(0);
    await button("To the end").click();
    expect(await left()).toBeLessThan(2);
    await button("To the end").waitFor({ state: "detached" });
    // What is opened at the end stays under the hand, and what is below it can be reached.
    await say("What is 3 * 3?");
    await ready();
    const call = messages.getByText("Calculated").last();
    const before = await call.boundingBox();
    await call.click();
    await button("To the end").waitFor();
    expect(await call.boundingBox()).toEqual(before);
  });
});
