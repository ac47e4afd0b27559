import { type KeyboardEvent, useRef } from "react";
import { agents } from "../agents.ts";
import { Icon } from "../icon.tsx";
import type { AgentName } from "../types.ts";

export interface ComposerProps {
  readonly agent: AgentName;
  readonly onAgent: (agent: AgentName) => void;
  readonly running: boolean;
  /** Resolves with whether the server took it. */
  readonly onSend: (text: string) => Promise<boolean>;
  readonly onStop: () => void;
}

/** Enter sends, Shift+Enter breaks the line. While a run goes on, what is sent is added to it. */
export function Composer({ agent, onAgent, running, onSend, onStop }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);

  async function submit() {
    const text = field.current?.value.trim() ?? "";
    if (field.current === null || text === "") return;
    field.current.value = "";
    const sent = await onSend(text);
    // Nothing that was written gets lost.
    if (!sent && field.current?.value === "") field.current.value = text;
  }
  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter chooses a candidate.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <textarea
        ref={field}
        id="composer"
        rows={1}
        aria-label={running ? "Add to the running answer" : "Message"}
        placeholder={running ? "Add something while it works" : "Ask anything"}
        onKeyDown={onKeyDown}
        // On a phone the keyboard would come up over the conversation.
        // biome-ignore lint/a11y/noAutofocus: writing is what the page is for
        autoFocus={matchMedia("(pointer: fine)").matches}
      />
      <div className="bar">
        <select
          aria-label="Agent"
          value={agent}
          disabled={running}
          onChange={(event) => onAgent(event.target.value as AgentName)}
        >
          {agents.map(({ name, label }) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        <span className="space" />
        {running && (
          <button type="button" aria-keyshortcuts="Escape" onClick={onStop}>
            <Icon name="stop" />
            Stop
          </button>
        )}
        <button type="submit" className="primary">
          <Icon name="send" />
          {running ? "Add" : "Send"}
        </button>
      </div>
    </form>
  );
}
