import { type Hostile, hostile } from "./hostile.test.helper.ts";

/** Takes more than it may have. */
export const greedy: readonly Hostile[] = [
  hostile("loops", ["timeout"], `while True: pass`),
  hostile(
    "loops and catches everything",
    ["timeout"],
    `
while True:
    try:
        while True: pass
    except BaseException: pass`,
  ),
  hostile(
    "ignores the signal",
    ["timeout"],
    `
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True: pass`,
  ),
  hostile("counts in C", ["timeout"], `sum(range(10 ** 18))`),
  hostile("takes a power", ["timeout", "memory"], `9 ** 9 ** 9`),
  hostile("backtracks", ["timeout"], `import re\nre.match(r"(a+)+$", "a" * 40 + "b")`),
  hostile("sleeps", ["timeout"], `import time\ntime.sleep(100)`),
  hostile(
    "sleeps in a loop of events",
    ["timeout"],
    `import asyncio\nasyncio.run(asyncio.sleep(100))`,
  ),
  hostile(
    "never lets go of it",
    ["timeout"],
    `
import asyncio
while True: await asyncio.sleep(0)`,
  ),
  hostile(
    "sleeps on when it is told to stop",
    ["timeout"],
    `
import asyncio
while True:
    try: await asyncio.sleep(100)
    except BaseException: pass`,
  ),
  hostile(
    "keeps its own representation busy",
    ["timeout"],
    `
class Evil:
    def __repr__(self):
        while True: pass
Evil()`,
  ),
  hostile(
    "raises what cannot be shown",
    ["timeout", "exception"],
    `
class Evil(BaseException):
    def __str__(self):
        while True: pass
raise Evil()`,
  ),
  hostile("allocates", ["memory"], `x = []\nwhile True: x.append(bytearray(10 ** 7))`),
  hostile("allocates at once", ["memory"], `"a" * (2 * 10 ** 9)`),
  hostile(
    "unpacks a bomb",
    ["memory"],
    `
import zlib
data = zlib.compress(bytes(10 ** 7))
bombs = []
while True: bombs.append(zlib.decompress(data))`,
  ),
  hostile(
    "allocates in JavaScript",
    ["memory", "crashed", "timeout"],
    `
from pyodide.ffi import to_js
kept = []
while True: kept.append(to_js(list(range(10 ** 6))))`,
  ),
  hostile(
    "allocates buffers in JavaScript",
    ["memory", "crashed", "exception", "timeout"],
    `
from pyodide.ffi import to_js
kept, block = [], bytes(10 ** 7)
while True: kept.append(to_js(block))`,
  ),
  hostile("recurses", ["exception"], `def f(): f()\nf()`),
  hostile(
    "recurses without a limit",
    ["exception", "crashed"],
    `
import sys
sys.setrecursionlimit(10 ** 9)
def f(): f()
f()`,
  ),
  hostile("nests without end", ["syntax", "memory", "crashed"], `${"-".repeat(500_000)}1`),
  hostile("prints", ["output_limit"], `while True: print("a" * 1000)`),
  hostile(
    "prints one line",
    ["output_limit"],
    `
import sys
while True: sys.stdout.write("a")`,
  ),
  hostile(
    "prints errors",
    ["output_limit"],
    `
import sys
while True: print("a" * 1000, file=sys.stderr)`,
  ),
  hostile(
    "prints bytes that are no text",
    ["output_limit"],
    `
import os
while True: os.write(1, b"\\xff" * 1000)`,
  ),
  hostile(
    "prints whatever it is told",
    ["output_limit"],
    `
while True:
    try:
        while True: print("a" * 1000)
    except BaseException: pass`,
  ),
  hostile("displays", ["output_limit"], `while True: display("a" * 10_000)`),
  hostile(
    "fills the disk",
    ["exception"],
    `
with open("a", "wb") as f:
    while True: f.write(bytes(10 ** 6))`,
  ),
  hostile(
    "fills it with many files",
    ["exception"],
    `
for n in range(10 ** 6): open(f"{n}", "w").close()`,
  ),
  hostile(
    "makes folders",
    ["exception"],
    `
import os
for n in range(10 ** 6): os.mkdir(f"d{n}")`,
  ),
  hostile("claims it by truncation", ["exception"], `open("a", "wb").truncate(10 ** 9)`),
  hostile(
    "claims it by seeking",
    ["exception"],
    `
with open("a", "wb") as f:
    f.seek(10 ** 9)
    f.write(b"x")`,
  ),
  hostile(
    "fills it with files that have no name",
    ["exception"],
    `
import os
kept = []
while True:
    kept.append(open("a", "wb"))
    os.unlink("a")
    kept[-1].write(bytes(10 ** 6))
    kept[-1].flush()`,
  ),
];
