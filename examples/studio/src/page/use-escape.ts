import { useEffect, useEffectEvent } from "react";

/** Calls `stop` on Escape, while `active` and nothing else on the page closes by that key. */
export function useEscape(active: boolean, stop: () => void): void {
  const onEscape = useEffectEvent(stop);
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      if (document.querySelector(":popover-open") === null) onEscape();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [active]);
}
