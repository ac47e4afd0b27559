import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";

export function CopyButton({ text, what }: { text: () => string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard.writeText(text()).then(
      () => setCopied(true),
      // The browser said no. The text is there to be selected.
      () => {},
    );
  return (
    <button type="button" className="quiet" aria-label={`Copy the ${what}`} onClick={copy}>
      <Icon name={copied ? "check" : "copy"} />
      {copied && <span role="status">Copied</span>}
    </button>
  );
}
