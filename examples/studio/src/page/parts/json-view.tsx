import type { Json } from "@runwire/core/protocol";

/** A value as JSON, cut when it is very long: nobody reads a megabyte in a card. */
export function JsonView({ label, value }: { label: string; value: Json }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return <TextBlock label={label} text={text} />;
}

const maxText = 20_000;

export function TextBlock({ label, text }: { label: string; text: string }) {
  const cut = text.length > maxText;
  return (
    <section className="block" aria-label={label}>
      <p className="label">{label}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        {cut ? text.slice(0, maxText) : text}
        {cut && `\n… ${text.length - maxText} more characters`}
      </pre>
    </section>
  );
}
