// Keeps the documentation true: every relative link leads somewhere, and every ts or tsx block
// compiles. A block whose first line is `// file: server.ts` can be imported by the other blocks of
// its page as "./server".
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// Inside the one workspace package that depends on all the others.
const temp = join(root, "test/.cache/docs");
const compiled = ["*.md", "packages/*/README.md", "examples/*/README.md"];
const linked = [...compiled, "docs/**/*.md"];
const errors = [];

checkLinks();
const blocks = extractBlocks();
compile(blocks);
rmSync(temp, { recursive: true, force: true });
for (const error of errors) console.error(error);
console.log(`docs: ${blocks} code blocks, ${errors.length} errors`);
process.exitCode = errors.length === 0 ? 0 : 1;

function pages(patterns) {
  return globSync(patterns, { cwd: root }).map((name) => ({
    name,
    text: readFileSync(join(root, name), "utf8"),
  }));
}

function checkLinks() {
  for (const { name, text } of pages(linked)) {
    const link = /\]\(([^()\s]+)(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s+(\S+)|\b(?:src|href)="([^"]+)"/gm;
    for (const match of withoutCode(text).matchAll(link)) {
      const target = match[1] ?? match[2] ?? match[3];
      if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
      const line = text.slice(0, match.index).split("\n").length;
      const [path, anchor] = target.split("#");
      const file = path === "" ? join(root, name) : resolve(root, dirname(name), decodeURI(path));
      if (!existsSync(file)) errors.push(`${name}:${line}: ${target} does not exist`);
      else if (anchor && file.endsWith(".md") && !anchors(file).has(anchor))
        errors.push(`${name}:${line}: ${target} has no such heading`);
    }
  }
}

/** Blanks code out and keeps every offset. */
function withoutCode(text) {
  const blank = (code) => code.replace(/[^\n]/g, " ");
  return text
    .replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2 *$/gm, blank)
    .replace(/`[^`\n]+`/g, blank);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchors(file) {
  const found = new Set();
  const text = readFileSync(file, "utf8").replace(/^( *)(`{3,}|~{3,}).*\n[\s\S]*?^\1\2 *$/gm, "");
  for (const [, heading] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, "").replace(/\s/g, "-");
    let anchor = slug;
    for (let n = 1; found.has(anchor); n++) anchor = `${slug}-${n}`;
    found.add(anchor);
  }
  return found;
}

/** Writes each block to a file of its own, on the lines that it has in its page. */
function extractBlocks() {
  rmSync(temp, { recursive: true, force: true });
  let count = 0;
  for (const { name, text } of pages(compiled)) {
    for (const match of text.matchAll(/^```(tsx?)\b.*\n([\s\S]*?)^```$/gm)) {
      const [, language, code] = match;
      const line = text.slice(0, match.index).split("\n").length;
      const file = code.match(/^\/\/ file: (\S+)/)?.[1] ?? `line-${line}.${language}`;
      const path = join(temp, name, file);
      if (existsSync(path)) errors.push(`${name}:${line}: a second block is called ${file}`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "\n".repeat(line) + code);
      count++;
    }
  }
  return count;
}

function compile(count) {
  if (count === 0) return;
  const tsconfig = {
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2024", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
      module: "ESNext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      customConditions: ["@runwire/source"],
      jsx: "react-jsx",
      types: ["node"],
      strict: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    },
    include: ["."],
  };
  writeFileSync(join(temp, "tsconfig.json"), JSON.stringify(tsconfig, null, 2));
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, stdout, error } = spawnSync(tsc, ["-p", temp, "--pretty", "false"], {
    cwd: temp,
    encoding: "utf8",
  });
  if (error) throw error;
  if (status === 0) return;
  const problem = /^(.+)\/[^/]+\((\d+),(\d+)\): /gm;
  errors.push(
    stdout.trimEnd().replace(problem, (_, page, line, column) => {
      const name = relative(temp, resolve(temp, page));
      return `${name}:${line}:${column}: `;
    }),
  );
}
