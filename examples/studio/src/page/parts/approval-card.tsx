import type { Approval } from "@runwire/core/protocol";
import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";

/** A question that the run waits with. Alt+Y and Alt+N answer the first one on the page from anywhere. */
export function ApprovalCard({ approval }: { approval: Approval }) {
  const chat = useChat();
  const card = useRef<HTMLFieldSetElement>(null);
  const [denying, setDenying] = useState(false);
  const [sent, setSent] = useState(false);

  async function answer(send: Promise<boolean>) {
    setSent(true);
    // The buttons go away with the answer: keep the place for who works by keyboard.
    card.current?.closest<HTMLElement>(".event")?.focus({ preventScroll: true });
    // Somebody else may have answered: then the call moves on by itself. Otherwise one can try again.
    if (!(await send)) setSent(false);
  }
  const approve = () => void answer(chat.approve(approval.id));
  function deny(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "").trim();
    void answer(chat.deny(approval.id, reason === "" ? {} : { reason }));
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const first = document.querySelector("[data-approval]") === card.current;
    if (!event.altKey || event.ctrlKey || event.metaKey || sent || !first) return;
    if (event.code === "KeyY") approve();
    else if (event.code === "KeyN") setDenying(true);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  return (
    <fieldset className="ask" ref={card} disabled={sent} data-approval={approval.id}>
      <legend>
        <Icon name="ask" />
        {approval.message ?? "May this go ahead?"}
      </legend>
      {denying ? (
        <form className="row" onSubmit={deny}>
          <input
            name="reason"
            aria-label="Reason (optional)"
            placeholder="Why not? (optional)"
            // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed
            autoFocus
            autoComplete="off"
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              // Here it closes the field, and does not stop the run.
              event.stopPropagation();
              setDenying(false);
            }}
          />
          <button type="submit" className="danger">
            Deny
          </button>
          <button type="button" onClick={() => setDenying(false)}>
            Back
          </button>
        </form>
      ) : (
        <div className="row">
          <button type="button" className="primary" aria-keyshortcuts="Alt+Y" onClick={approve}>
            Approve <kbd>Alt Y</kbd>
          </button>
          <button type="button" aria-keyshortcuts="Alt+N" onClick={() => setDenying(true)}>
            Deny… <kbd>Alt N</kbd>
          </button>
          {approval.expiresAt !== undefined && (
            <span className="muted">until {new Date(approval.expiresAt).toLocaleTimeString()}</span>
          )}
        </div>
      )}
    </fieldset>
  );
}
