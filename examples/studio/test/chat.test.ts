import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { on } from "./on-page.ts";

describe.skipIf(!chromiumPath)("a conversation", { timeout: 60_000 }, () => {
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

  test("stops by its button, also while it waits for a person", async () => {
    const page = await stage.open();
    const { button, say, waiting } = on(page);
    await say("Write a note: buy milk");
    await waiting();
    await button("Stop").click();
    await on(page).text("Stopped.").waitFor();
    expect(await button(/Approve/).count()).toBe(0);
  });

  test("regenerates beside the first answer, and goes back and forth", async () => {
    const page = await stage.open();
    const { answers, questions, button, footer, say, ready } = on(page);
    await say("What is 2 + 3?");
    await ready();
    await button("Regenerate").click();
    await footer.getByText("2 of 2").waitFor();
    await ready();
    expect(await answers.count()).toBe(1);
    expect(await questions.count()).toBe(1);
    await button("Earlier version").click();
    await footer.getByText("1 of 2").waitFor();
    expect(await answers.textContent()).toContain("2 + 3 = 5");
    await button("Later version").click();
    await footer.getByText("2 of 2").waitFor();
  });

  test("edits what was asked, in its place", async () => {
    const page = await stage.open();
    const { answers, questions, button, say, ready } = on(page);
    await say("What is 2 + 3?");
    await ready();
    await questions.hover();
    await button("Edit this message").click();
    const field = page.getByLabel("Edit your message");
    await field.fill("What is 2 + 4?");
    await field.press("Enter");
    await on(page).text("2 + 4 = 6").waitFor();
    expect(await questions.allTextContents()).toEqual(["What is 2 + 4?"]);
    expect(await answers.count()).toBe(1);
  });

  test("takes in what is said while it works", async () => {
    const page = await stage.open();
    const { field, answers, questions, say, ready } = on(page);
    await say("Search the docs for knip");
    await on(page).text("Searching the docs").waitFor();
    await field.fill("Be quick, will you");
    await field.press("Enter");
    await answers.getByText("You added “Be quick, will you”.").waitFor();
    await ready();
    expect(await questions.count()).toBe(2);
    expect(page.url()).toMatch(/\/t\//);
  });

  test("says what went wrong, and tries again", async () => {
    const page = await stage.open();
    const { button, footer, say, ready } = on(page);
    await say("Please fail on purpose");
    await footer.getByText("The model broke off, because you asked it to.").waitFor();
    await ready();
    await button("Try again").click();
    await footer.getByText("2 of 2").waitFor();
  });

  test("Shift+Enter breaks the line", async () => {
    const page = await stage.open();
    const { field, questions, ready } = on(page);
    await field.pressSequentially("What is");
    await field.press("Shift+Enter");
    await field.pressSequentially("8 / 2?");
    await field.press("Enter");
    await ready();
    expect(await questions.textContent()).toBe("What is\n8 / 2?");
    expect(await field.inputValue()).toBe("");
  });
});
