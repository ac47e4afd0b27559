import type { Locator, Page } from "playwright-core";

/** The parts of the page by what they are called, as a person with a screen reader finds them. */
export function on(page: Page) {
  const field = page.locator("#composer");
  return {
    field,
    state: page.locator(".topbar .state"),
    messages: page.getByRole("region", { name: "Messages" }),
    answers: page.locator(".message.assistant"),
    questions: page.locator(".message.user"),
    footer: page.locator(".run-end").last(),
    /** In the conversation: not in the list of them, nor in what only screen readers are told. */
    text: (text: string): Locator => page.locator(".transcript, .placeholder").getByText(text),
    button: (name: string | RegExp): Locator => page.getByRole("button", { name }),
    async say(text: string) {
      await field.fill(text);
      await field.press("Enter");
    },
    /** The newest run is over. */
    async ready() {
      await page.locator(".topbar .state", { hasText: /^(Ready|Failed)$/ }).waitFor();
    },
    async working() {
      await page.locator(".topbar .state", { hasText: "Working" }).waitFor();
    },
    async waiting() {
      await page.locator(".topbar .state", { hasText: "Waits for you" }).waitFor();
    },
  };
}
