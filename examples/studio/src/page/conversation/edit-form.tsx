import { type KeyboardEvent, useEffect, useRef } from "react";

/** A sent message under the pen: what is sent instead begins a new branch of the conversation. */
export function EditForm({
  text,
  onSave,
  onClose,
}: {
  text: string;
  onSave: (text: string) => void;
  onClose: () => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // With its buttons, which are what one needs next.
    field.current?.form?.scrollIntoView({ block: "nearest" });
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);
  function save() {
    const changed = field.current?.value.trim() ?? "";
    if (changed !== "") onSave(changed);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") {
      // Here it ends the editing, not the run.
      event.stopPropagation();
      onClose();
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      save();
    }
  }
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        aria-label="Edit your message"
        defaultValue={text}
        rows={2}
        onKeyDown={onKeyDown}
        // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just pressed
        autoFocus
      />
      <div className="row">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary">
          Send again
        </button>
      </div>
    </form>
  );
}
