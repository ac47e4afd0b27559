/** As much as a virtual disk shows of itself; what emscripten calls MEMFS and FS. */
export interface VirtualDisk {
  readonly FS: {
    readonly root: DiskNode;
    readonly streams: readonly ({ readonly node: DiskNode } | null | undefined)[];
    readonly ErrnoError: new (errno: number) => Error;
  };
  readonly MEMFS: {
    readonly ops_table: { readonly file: { readonly stream: { write: WriteFile } } };
    createNode(...args: unknown[]): DiskNode;
    resizeFileStorage(node: DiskNode, size: number): void;
  };
}

interface DiskNode {
  /** Bytes of either sign, or what is in a folder. */
  readonly contents: ArrayBufferView | { readonly [name: string]: DiskNode } | null;
}

type WriteFile = (
  stream: { readonly node: DiskNode },
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
  canOwn?: boolean,
) => number;

const noSpace = 51;
/** More files than this are a flood. They live in the host's heap, which ends less politely. */
const maxNodes = 20_000;

/**
 * Bounds the virtual disk, which lies outside the interpreter's own memory and has no limit. What is deleted comes off
 * at the next count: only a full disk is counted, and a file that is still open counts although it has no name.
 */
export function limitDisk({ FS, MEMFS }: VirtualDisk, maxBytes: number): void {
  const base = count(FS);
  let { bytes, nodes } = base;

  function reserve(more: number): void {
    if (bytes + more <= base.bytes + maxBytes && nodes < base.nodes + maxNodes) return;
    ({ bytes, nodes } = count(FS));
    if (bytes + more > base.bytes + maxBytes || nodes >= base.nodes + maxNodes) {
      throw new FS.ErrnoError(noSpace);
    }
  }

  const { write } = MEMFS.ops_table.file.stream;
  MEMFS.ops_table.file.stream.write = (stream, buffer, offset, length, position, canOwn) => {
    const before = sizeOf(stream.node);
    // Storage grows by doubling, or from 1 MiB on by an eighth.
    const grown = Math.max(position + length, before < 1_048_576 ? before * 2 : before * 1.125);
    if (position + length > before) reserve(grown - before);
    const written = write(stream, buffer, offset, length, position, canOwn);
    bytes += sizeOf(stream.node) - before;
    return written;
  };

  const { resizeFileStorage, createNode } = MEMFS;
  MEMFS.resizeFileStorage = (node, size) => {
    const before = sizeOf(node);
    if (size > before) reserve(size - before);
    resizeFileStorage.call(MEMFS, node, size);
    bytes += sizeOf(node) - before;
  };
  MEMFS.createNode = (...args) => {
    reserve(0);
    nodes++;
    return createNode.apply(MEMFS, args);
  };
}

function sizeOf({ contents }: DiskNode): number {
  return ArrayBuffer.isView(contents) ? contents.byteLength : 0;
}

/** Everything with a name, and everything that is open. */
function count({ root, streams }: VirtualDisk["FS"]): { bytes: number; nodes: number } {
  const seen = new Set<DiskNode>();
  const left: DiskNode[] = [root];
  for (const stream of streams) if (stream?.node !== undefined) left.push(stream.node);
  let bytes = 0;
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    bytes += sizeOf(node);
    const { contents } = node;
    if (typeof contents === "object" && contents !== null && !ArrayBuffer.isView(contents)) {
      left.push(...Object.values(contents));
    }
  }
  return { bytes, nodes: seen.size };
}
