/** What `search_docs` returns. */
export interface Findings {
  readonly query: string;
  readonly pages: number;
  readonly found: number;
  readonly hits: readonly {
    readonly path: string;
    readonly heading: string;
    readonly snippet: string;
  }[];
}

export function answerFromDocs({ query, pages, found, hits }: Findings): string {
  const [best, ...others] = hits;
  if (best === undefined) {
    return `Nothing in the ${pages} pages mentions **${query}**. Other words may do better: *cursor*, *approval*, *resume*, *sub-agent*.`;
  }
  const sections = found === 1 ? "One section mentions" : `${found} sections mention`;
  const quote = `> ${best.snippet}`;
  const more = others.map(
    ({ path, heading, snippet }) => `- **${heading}** (\`${path}\`): ${firstWords(snippet)}`,
  );
  return [
    `${sections} **${query}**. The best match is *${best.heading}* in \`${best.path}\`:`,
    quote,
    ...(more.length === 0 ? [] : ["It also comes up here:", more.join("\n")]),
    "To read on, open the page itself:",
    `\`\`\`sh\nless ${best.path}\n\`\`\``,
  ].join("\n\n");
}

export function listFindings({ hits }: Findings): string {
  return hits
    .map(({ path, heading, snippet }) => `- **${heading}** (${path}): ${snippet}`)
    .join("\n");
}

/** About a line of them. */
function firstWords(text: string): string {
  return text.length < 90 ? text : `${text.slice(0, 90).replace(/\s+\S*$/, "")}…`;
}
