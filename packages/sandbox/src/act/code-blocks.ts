/** The tags under which models write a language. */
const tags: { readonly [language: string]: readonly string[] } = {
  javascript: ["javascript", "js", "node", "nodejs"],
  python: ["python", "py", "python3"],
};

/**
 * The program that a text holds: its fenced blocks of that language, or what stands in `<code>` or `<execute>`, in
 * their order. A block that is not closed was cut off and is none. `undefined`: the text is an answer.
 */
export function programIn(text: string, language: string): string | undefined {
  const known = tags[language] ?? [language];
  const blocks: string[] = [];
  const pattern =
    /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(?:([\s\S]*?)\n)?? {0,3}\1[ \t]*$|<(code|execute)>([\s\S]*?)<\/\4>/gm;
  for (const [, fence, tag = "", fenced = "", , tagged = ""] of text.matchAll(pattern)) {
    if (fence === undefined) blocks.push(tagged);
    else if (known.includes(tag.toLowerCase())) blocks.push(fenced);
  }
  const program = blocks.map((block) => block.replace(/^\n+|\s+$/g, "")).join("\n\n");
  return program === "" ? undefined : program;
}
