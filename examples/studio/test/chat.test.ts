import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { on } from "./on-page.ts";

describe.skipIf(!chromiumPath)("a conversation", { timeout: 60_000 }, () => {
  const stage = useStage({ env: { STUDIO_DELAY_MS: "2" } });

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

  test("lists conversations, opens them, and deletes them for good", async () => {
    const page = await stage.open({ expected: /status of 404/ });
    const { answers, button, say, ready } = on(page);
    const list = page.getByRole("navigation", { name: "Conversations" });
    await say("What is 1 + 1?");
    await ready();
    await button("New conversation").click();
    await say("What is 2 + 2?");
    await ready();
    await list.getByRole("link", { name: "What is 1 + 1?" }).click();
    await answers.getByText("1 + 1 = 2").waitFor();
    await page.goBack();
    await answers.getByText("2 + 2 = 4").waitFor();
    await list.getByRole("link", { name: "What is 2 + 2?" }).hover();
    await list.getByRole("button", { name: "Delete “What is 2 + 2?”" }).click();
    await list.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    await list.getByRole("link", { name: "What is 2 + 2?" }).waitFor({ state: "detached" });
    await page.goBack();
    await on(page).text("This conversation is not there").waitFor();
  });

  test("tells screen readers the answer when it is whole, not word by word", async () => {
    const page = await stage.open();
    const { say, ready } = on(page);
    const told = page.locator("main > [role=status]");
    await say("What is 3 * 3?");
    await ready();
    await told.getByText("Answer: 3 * 3 = 9").waitFor();
    expect(await page.locator(".transcript [aria-live], .transcript [role=log]").count()).toBe(0);
  });
});
