import { type Hostile, hostile } from "./hostile.test.helper.ts";

const refused = ["exception"] as const;

/** Reads, writes, connects or kills outside, if it can. */
export const reaching: readonly Hostile[] = [
  hostile("reads a file", refused, ({ file }) => `print(open("${file}").read())`),
  hostile("lists the host's root", ["ok"], `import os\nprint(os.listdir("/"))`),
  hostile(
    "mounts the host's disk",
    refused,
    ({ folder, file }) => `
import pyodide_js
pyodide_js.FS.mkdirTree("${folder}")
pyodide_js.mountNodeFS("${folder}", "${folder}")
print(open("${file}").read())`,
  ),
  hostile(
    "mounts it by emscripten's own way",
    refused,
    ({ folder, file }) => `
from pyodide.ffi import to_js
import js, pyodide_js
FS = pyodide_js.FS
FS.mkdirTree("${folder}")
FS.mount(FS.filesystems.NODEFS, js.Object.fromEntries(to_js([["root", "${folder}"]])), "${folder}")
open("${folder}/planted", "w").write("x")
print(open("${file}").read())`,
  ),
  hostile(
    "runs a shell",
    ["ok"],
    ({ folder }) => `import os\nprint(os.system("touch ${folder}/planted"))`,
  ),
  hostile("opens a pipe to a shell", refused, `import os\nprint(os.popen("id").read())`),
  hostile("starts a process", refused, `import subprocess\nprint(subprocess.run(["id"]))`),
  hostile("spawns by posix_spawn", refused, `import os\nos.posix_spawn("/bin/sh", ["sh"], {})`),
  hostile("replaces itself", refused, `import os\nos.execv("/bin/sh", ["sh"])`),
  hostile("forks a bomb", refused, `import os\nwhile True: os.fork()`),
  hostile(
    "starts threads without end",
    refused,
    `import threading\nwhile True: threading.Thread(target=lambda: 0).start()`,
  ),
  hostile(
    "starts workers",
    refused,
    `import multiprocessing\nmultiprocessing.Process(target=print).start()`,
  ),
  hostile(
    "kills the host",
    ["ok"],
    ({ pids }) => `
import os
for pid in [*${JSON.stringify(pids)}, os.getppid(), -1, 0]:
    for signal in (9, 15):
        for kill in (os.kill, getattr(os, "killpg", os.kill)):
            try: kill(pid, signal)
            except (OSError, AttributeError): pass`,
  ),
  hostile("reads the environment", ["ok"], `import os\nprint(dict(os.environ))`),
  hostile(
    "opens a socket",
    refused,
    ({ port }) => `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 2)`,
  ),
  hostile(
    "listens",
    refused,
    `import socket\ns = socket.socket()\ns.bind(("127.0.0.1", 0))\ns.listen()\ns.accept()`,
  ),
  hostile(
    "sends a datagram",
    refused,
    ({ port }) => `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", ("127.0.0.1", ${port}))
raise OSError("a datagram has no answer")`,
  ),
  hostile(
    "fetches by urllib",
    refused,
    ({ port }) => `import urllib.request\nurllib.request.urlopen("http://127.0.0.1:${port}")`,
  ),
  hostile(
    "fetches by pyfetch",
    refused,
    ({ port }) => `from pyodide.http import pyfetch\nawait pyfetch("http://127.0.0.1:${port}")`,
  ),
  hostile(
    "asks for Node's own sockets",
    ["exception", "crashed"],
    ({ port }) => `
import pyodide_js, socket
await pyodide_js.useNodeSockFS()
s = socket.create_connection(("127.0.0.1", ${port}), 2)
s.send(b"x")`,
  ),
  hostile(
    "opens a stream by asyncio",
    refused,
    ({ port }) => `
import asyncio
await asyncio.open_connection("127.0.0.1", ${port})`,
  ),
  hostile(
    "installs a package",
    ["ok", "exception"],
    ({ port }) =>
      `import pyodide_js\nawait pyodide_js.loadPackage("http://127.0.0.1:${port}/x.whl")`,
  ),
  hostile(
    "evaluates JavaScript",
    refused,
    `from pyodide.code import run_js\nprint(run_js("1 + 1"))`,
  ),
  hostile(
    "makes a function of a text",
    refused,
    `import pyodide_js\npyodide_js.constructor.constructor("return process")()`,
  ),
  hostile(
    "makes one by way of an array",
    refused,
    `from pyodide.ffi import to_js\nto_js([]).constructor.constructor("return process")()`,
  ),
  hostile(
    "has C evaluate JavaScript",
    ["crashed"],
    `import ctypes\nctypes.CDLL(None).emscripten_run_script_string(b"1 + 1")`,
  ),
  hostile(
    "imports what a browser has",
    ["ok"],
    `
import js
print([name for name in ("process", "require", "fetch", "eval", "WebSocket", "console") if hasattr(js, name)])
assert not hasattr(js, "process") and not hasattr(js, "fetch")`,
  ),
  hostile(
    "searches all JavaScript objects for authority",
    ["ok"],
    `
import pyodide_js
seen, left, found = set(), [("", pyodide_js)], []
wanted = {"spawn", "execSync", "binding", "dlopen", "connect", "readFileSync", "mainModule", "getBuiltinModule"}
while left and len(seen) < 5000:
    path, value = left.pop()
    try: names = list(dict.fromkeys([*value.object_keys(), "constructor", "prototype", "__proto__"]))
    except BaseException: continue
    for name in names:
        try: child = getattr(value, name)
        except BaseException: continue
        key = getattr(child, "js_id", None)
        if key is None or key in seen: continue
        seen.add(key)
        if name in wanted and "SOCKFS" not in path: found.append(path + "." + name)
        left.append((path + "." + str(name), child))
assert len(seen) > 100, len(seen)
assert not found, found`,
  ),
];
