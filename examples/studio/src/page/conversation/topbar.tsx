import type { ThreadStatus } from "@runwire/client";
import { useThreadState } from "@runwire/react";
import { useEffect } from "react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";

const labels: Record<ThreadStatus, string> = {
  loading: "Loading",
  idle: "Ready",
  submitting: "Sending",
  running: "Working",
  waiting: "Waits for you",
  error: "Failed",
};

export function Topbar() {
  const chat = useChat();
  const status = useThreadState(chat, (state) => state.status);
  const title = useThreadState(chat, ({ messages }) => {
    const part = messages[0]?.parts.find(({ type }) => type === "text");
    return part?.type === "text" ? part.text : "New conversation";
  });
  useEffect(() => {
    document.title = `${status === "waiting" ? "● " : ""}${title.slice(0, 60)} – Runwire Studio`;
  }, [title, status]);
  return (
    <header className="topbar">
      <button
        type="button"
        className="quiet icon-only only-narrow"
        popoverTarget="threads"
        aria-label="Conversations"
      >
        <Icon name="menu" />
      </button>
      <h1>{title}</h1>
      <span className={`state ${classes[status]}`}>{labels[status]}</span>
    </header>
  );
}

const classes: Record<ThreadStatus, string> = {
  loading: "",
  idle: "",
  submitting: "running",
  running: "running",
  waiting: "waiting",
  error: "failed",
};
