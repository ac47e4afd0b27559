import type { ThreadState } from "@runwire/client";
import { useThreadState } from "@runwire/react";
import { useEffect, useState } from "react";
import { useChat } from "../chat.ts";
import type { Types } from "../types.ts";
import { explain } from "./explain.ts";

const maxSpoken = 500;

/** Tells screen readers what happens, and the answer once it is whole: nobody wants to hear it word by word. */
export function Announcer() {
  const chat = useChat();
  const status = useThreadState(chat, (state) => state.status);
  const [first] = useState(status);
  const [news, setNews] = useState("");
  useEffect(() => {
    // What was there when the page opened is no news.
    if (status !== first || news !== "") setNews(newsOf(chat.state));
  }, [chat, status, first, news]);
  return (
    <p role="status" className="unseen">
      {news}
    </p>
  );
}

function newsOf(state: ThreadState<Types>): string {
  switch (state.status) {
    case "loading":
      return "Loading";
    case "submitting":
    case "running":
      return "Working on the answer";
    case "waiting":
      return `Waiting for you. ${state.approvals[0]?.part.approval.message ?? ""}`;
    case "error":
      return state.error === undefined ? "Failed" : explain(state.error);
    case "idle":
      return state.run?.status === "cancelled" ? "Stopped" : `Answer: ${lastAnswer()}`;
  }
}

/** As it reads on the page, where Markdown's marks are gone. */
function lastAnswer(): string {
  const texts = document.querySelectorAll(".message.assistant .text");
  return texts[texts.length - 1]?.textContent.slice(0, maxSpoken) ?? "";
}
