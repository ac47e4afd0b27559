/** What every provider of models takes as a tool's name. */
const maxLength = 64;

/**
 * The name under which a model sees a server's tool. It depends on nothing but the two names, so that it means the same
 * tool in every process, whatever other tools and servers there are: the server's name, which holds no `__`, tells where
 * it ends, and a name that had to be changed to be valid carries a hash of what it was.
 */
export function toolName(server: string, tool: string): string {
  const plain = `${server}__${tool}`;
  const valid = plain.replace(/[^a-zA-Z0-9_-]/gu, "_");
  if (valid === plain && plain.length <= maxLength) return plain;
  const hash = hashOf(tool);
  return `${valid.slice(0, maxLength - hash.length - 1)}_${hash}`;
}

/** FNV-1a: names are told apart, nobody is kept out. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, "0");
}
