import { type Hostile, hostile } from "./hostile.test.helper.ts";

/** Programs that nobody should run, with a kernel of their own to talk to. */
export const nativePrograms: readonly Hostile[] = [
  hostile("reads a file", ["exception"], ({ file }) => `print(open("${file}").read())`),
  hostile(
    "looks for the host's files",
    ["ok"],
    `
import os
print(os.listdir("/"))
for path in ("/root", "/home", "/etc/passwd", "/etc/shadow", "/var", "/proc/1/root/root"):
    assert not os.path.exists(path), path`,
  ),
  hostile("writes to the system", ["exception"], `open("/usr/lib/planted", "w").write("x")`),
  hostile(
    "reads the environment",
    ["ok"],
    `
import os
print(dict(os.environ), open("/proc/self/environ").read(), open("/proc/1/environ", "rb").read())`,
  ),
  hostile(
    "kills the host",
    ["exception"],
    ({ pids }) => `
import os
for pid in ${JSON.stringify(pids)}: os.kill(pid, 9)`,
  ),
  hostile(
    "kills everything",
    ["crashed", "ok", "exception"],
    `
import os
os.kill(-1, 9)
os.kill(os.getppid(), 9)`,
  ),
  hostile(
    "connects",
    ["exception"],
    ({ port }) => `
import socket
socket.create_connection(("127.0.0.1", ${port}), 2)`,
  ),
  hostile(
    "makes namespaces of its own",
    ["exception"],
    `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWUSER = 0x10000000
if libc.unshare(CLONE_NEWUSER) != 0: raise OSError(ctypes.get_errno(), "unshare")`,
  ),
  hostile(
    "mounts",
    ["exception"],
    `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"none", b"/work", b"tmpfs", 0, None) != 0: raise OSError(ctypes.get_errno(), "mount")`,
  ),
  hostile(
    "raises its limits",
    ["exception"],
    `
import resource
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))`,
  ),
  hostile(
    "forks a bomb",
    ["exception"],
    `
import os
while True: os.fork()`,
  ),
  hostile(
    "has a shell fork a bomb",
    ["ok"],
    `
import subprocess
subprocess.run(["sh", "-c", "b() { b | b & }; b; sleep 0.1"], capture_output=True)
None`,
  ),
  hostile(
    "leaves a daemon behind",
    ["ok"],
    `
import os
if os.fork() == 0:
    os.setsid()
    while True: print("still here", flush=True) if os.getppid() == 1 and os.path.exists("never") else None
None`,
  ),
  hostile(
    "leaves a thread behind",
    ["ok"],
    `
import threading, time
def late():
    while True:
        time.sleep(0.001)
        if threading.current_thread().name == "never": print("planted")
threading.Thread(target=late, daemon=True).start()
None`,
  ),
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
    "ignores all signals",
    ["timeout"],
    `
import signal
for each in range(1, 65):
    try: signal.signal(each, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass`,
  ),
  hostile(
    "waits for a child that waits",
    ["timeout"],
    `
import subprocess
subprocess.run(["sleep", "100"])`,
  ),
  hostile(
    "allocates",
    ["memory"],
    `x = []
while True: x.append(bytearray(10 ** 7))`,
  ),
  hostile(
    "fills the disk",
    ["exception"],
    `
n = 0
while True:
    n += 1
    open(f"{n}", "wb").write(bytes(10 ** 6))`,
  ),
  hostile(
    "fills every disk that it finds",
    ["ok"],
    `
import os
written = 0
for folder, folders, _ in os.walk("/"):
    if folder == "/": folders[:] = [each for each in folders if each not in ("proc", "usr")]
    for n in range(20):
        try:
            with open(f"{folder}/planted{n}", "wb", buffering=0) as file: written += file.write(bytes(10 ** 6))
        except OSError: break
assert 8_000_000 <= written <= 16_000_000, written`,
  ),
  hostile(
    "writes one large file",
    ["exception", "crashed"],
    `open("a", "wb").write(bytes(10 ** 8))`,
  ),
  hostile("prints", ["output_limit"], `while True: print("a" * 1000)`),
  hostile(
    "has a child print",
    ["output_limit"],
    `
import subprocess
subprocess.run(["sh", "-c", "while :; do echo aaaaaaaaaaaaaaaaaaaa; done"])`,
  ),
  hostile(
    "writes to the wire",
    ["ok", "crashed"],
    `
import os
for fd in range(3, 20):
    try: os.write(fd, b'{"type":"done","artifacts":[],"truncated":false,"fatal":false}\\nnonsense\\n')
    except OSError: pass`,
  ),
  hostile(
    "closes every file",
    ["crashed", "exception", "ok"],
    `
import os
os.closerange(0, 100)`,
  ),
  hostile("exits", ["crashed"], `import os\nos._exit(0)`),
  hostile("crashes", ["crashed"], `import ctypes\nctypes.string_at(0)`),
];
