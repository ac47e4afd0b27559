const small = new Set(
  `a about all am an and any are as at ask be by can choose could do docs documentation does explain find for from
  give have help how i in into is it its let look me mean my note notes of on or pick please plan read search say says
  show so some something talk tell that the them then there they this to topic up us use used was we what when where
  which who why will with work works write you your`.split(/\s+/),
);

/** The words of a request that are worth searching for, at most six. */
export function keywords(text: string): string {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}-]*/gu) ?? [];
  const kept = [...new Set(words)].filter((word) => !small.has(word));
  return kept.slice(0, 6).join(" ");
}

/** What a request is about: the words after the first of these prepositions, else all that matter. */
export function topicOf(text: string): string {
  const after = /\b(?:about|on|regarding|for)\s+(.+?)[.?!]*$/is.exec(text)?.[1];
  return (after ?? keywords(text)).replace(/\s+/g, " ").trim();
}

/** The first arithmetic expression in a text: two numbers and an operator at least. */
export function expressionIn(text: string): string | undefined {
  const plain = text.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-");
  const match = /(?:(?:sqrt|round|abs|min|max|sin|cos|log)\s*\(|[\d.(])[\d\s.+*/^()-]*/gi;
  const found = plain.match(match)?.map((part) => part.trim().replace(/[.\s]+$/, "")) ?? [];
  return found.find((part) => /\d\s*[-+*/^]\s*[\d(]|[a-z]\(\s*[\d.]/i.test(part));
}

/** A text as a note's name: what the tool accepts. */
export function noteNameOf(text: string): string {
  const name = text.replace(/[^\p{L}\p{N} _-]+/gu, " ").replace(/\s+/g, " ");
  return name.trim().slice(0, 48).trim() || "untitled";
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
