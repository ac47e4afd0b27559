import { describe, expect, test } from "vitest";
import { useStage } from "./browser.ts";
import { chromiumPath } from "./chromium.ts";
import { startCuttable } from "./cuttable.ts";
import { on } from "./on-page.ts";
import { startStudio } from "./studio.ts";

describe.skipIf(!chromiumPath)("the page", { timeout: 60_000 }, () => {
  const stage = useStage();

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

  test("says that the server is gone, and that the conversation went with it", async () => {
    const studio = await startStudio(stage.page);
    let again = studio;
    try {
      const page = await stage.open({ url: studio.url, expected: /ERR_|Failed to load resource/ });
      const { field, answers, say } = on(page);
      await say("Good morning!");
      await answers.getByText("I go by words").waitFor();
      await studio.stop("SIGKILL");
      await page.getByRole("status").getByText("Reconnecting…").waitFor();
      // What cannot be sent is not lost.
      await say("Are you there?");
      await page.getByRole("alert").getByText("The server cannot be reached.").waitFor();
      expect(await field.inputValue()).toBe("Are you there?");
      // Its log was in memory.
      again = await startStudio(stage.page, { port: studio.port });
      await page.getByRole("alert").getByText("This conversation is not there any more.").waitFor();
    } finally {
      await again.stop();
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
