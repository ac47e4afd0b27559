import { type Hostile, hostile } from "./hostile.test.helper.ts";

/** Breaks what runs it. */
export const breaking: readonly Hostile[] = [
  hostile("exits", ["exit"], `import sys\nsys.exit(3)`),
  hostile("exits at once", ["crashed"], `import os\nos._exit(0)`),
  hostile("aborts", ["crashed"], `import os\nos.abort()`),
  hostile(
    "raises a signal",
    ["crashed", "exception", "ok"],
    `import signal\nsignal.raise_signal(signal.SIGTERM)`,
  ),
  hostile(
    "empties every object",
    ["crashed", "exception", "timeout"],
    `
import gc
for each in gc.get_objects():
    try: each.clear()
    except BaseException: pass`,
  ),
  hostile(
    "empties the modules",
    ["crashed", "exception", "timeout"],
    `import sys\nsys.modules.clear()\nimport json`,
  ),
  hostile(
    "writes over the interpreter's memory",
    ["crashed", "exception", "ok", "timeout"],
    `
import ctypes
ctypes.memset(1024, 255, 10 ** 7)`,
  ),
  hostile("jumps nowhere", ["crashed"], `import ctypes\nctypes.CFUNCTYPE(None)(7)()`),
  hostile(
    "forges the end of its run",
    ["ok", "exception", "crashed"],
    `
import sys
frame = sys._getframe()
while frame and "host" not in frame.f_locals: frame = frame.f_back
host = frame.f_locals["host"]
host.tool("nothing", "{}")
host.result("text/plain", "forged")`,
  ),
  hostile(
    "replaces the functions that call it",
    ["ok"],
    `
import builtins, json, sys, traceback
builtins.compile = builtins.open = json.dumps = traceback.format_exception = lambda *a, **k: "x"
sys.stdout.write = lambda text: None`,
  ),
  hostile(
    "poisons the modules",
    ["ok"],
    `
import json, random, sys
json.loads = lambda *a: {"code": "print('planted')"}
sys.modules["math"] = None
random.random = lambda: 4`,
  ),
  hostile(
    "plants a module on the disk",
    ["ok"],
    `
open("json.py", "w").write("print('planted')")
open("sitecustomize.py", "w").write("print('planted')")`,
  ),
  hostile(
    "pollutes JavaScript's prototypes",
    ["ok", "exception", "crashed"],
    `
import js
from pyodide.ffi import create_proxy
js.Object.prototype.toJSON = create_proxy(lambda *a: "planted")
js.Object.prototype.then = create_proxy(lambda *a: print("planted"))`,
  ),
  hostile(
    "leaves timers behind",
    ["ok"],
    `
import asyncio
asyncio.get_event_loop().call_later(0.01, lambda: print("planted"))
async def late():
    while True:
        await asyncio.sleep(0)
        print("planted")
task = asyncio.ensure_future(late())
None`,
  ),
  hostile(
    "leaves an exit handler behind",
    ["ok"],
    `
import atexit, weakref
atexit.register(lambda: print("planted"))
class Evil:
    def __del__(self): print("planted")
evil = Evil()
None`,
  ),
];
