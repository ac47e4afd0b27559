import { pythonRunner } from "./python-runner.ts";
import { graceMs } from "./wire.ts";

/**
 * The guest as a program of the system's Python: it speaks the same wire, with the same runner in front of programs.
 * What programs and their child processes write to fd 1 and 2 is read by a thread. After a program everything that it
 * started is killed; a thread of its own cannot be, and ends the interpreter.
 */
export const nativeRunner = `${pythonRunner}
_GRACE = ${graceMs / 1000}
${String.raw`
import codecs, resource, select, signal, threading, time

_wire = os.dup(3)
os.close(3)
_lines = os.fdopen(os.dup(0), "rb")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
_sending = threading.Lock()
_pid = os.getpid()


def _send(message):
    _only_here()
    data = (json.dumps(message) + "\n").encode()
    with _sending:
        while data:
            data = data[os.write(_wire, data) :]


def _only_here():
    """A process that the program forked is not the guest, wherever it comes to."""
    if os.getpid() != _pid:
        os._exit(0)


class _Clock:
    reason = None
    lastly = 0.0

    def start(self, seconds):
        self.reason = None
        signal.signal(signal.SIGALRM, self.tick)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)

    def stop(self):
        """From here on nothing is interrupted, whatever is still found to have gone over a limit."""
        signal.signal(signal.SIGALRM, signal.SIG_IGN)

    def interrupt(self, reason):
        if self.reason is None:
            self.reason = reason
            self.lastly = time.monotonic() + 2 * _GRACE
            _send({"type": "stopping", "reason": reason})
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.1)

    def tick(self, *_):
        self.interrupt("timeout")
        if time.monotonic() > self.lastly:
            os._exit(124)
        raise KeyboardInterrupt


class _Output:
    left = 0
    truncated = False

    def __init__(self, clock):
        self.clock = clock
        self.streams = {}
        for fd, name in ((1, "stdout"), (2, "stderr")):
            read, write = os.pipe()
            os.dup2(write, fd)
            os.close(write)
            self.streams[read] = (name, codecs.getincrementaldecoder("utf-8")("replace"))
        self.busy = False
        threading.Thread(target=self.pump, daemon=True).start()

    def begin(self, limit):
        self.left, self.truncated = limit, False

    def take(self, size):
        fits = size <= self.left
        self.left -= min(size, self.left)
        if not fits:
            self.truncated = True
            self.clock.interrupt("output_limit")
        return fits

    def pump(self):
        while True:
            ready = select.select(list(self.streams), [], [])[0]
            self.busy = True
            for read in ready:
                name, decoder = self.streams[read]
                self.say(name, decoder.decode(os.read(read, 65536)))
            self.busy = False

    def say(self, name, text):
        if not text or self.truncated:
            return
        data = text.encode()
        fits = data[: self.left].decode(errors="ignore")
        if fits:
            _send({"type": "output", "stream": name, "text": fits})
        self.take(len(data))

    def drain(self, tries):
        """Whether all that was written is sent."""
        for _ in range(tries):
            if not self.busy and not select.select(list(self.streams), [], [], 0)[0]:
                return True
            time.sleep(0.001)
        return False

    def end(self):
        # Whoever could write is gone, so that the pipes have an end. Without one, something is broken.
        if not self.drain(5_000):
            os._exit(1)
        for name, decoder in self.streams.values():
            self.say(name, decoder.decode(b"", True))
            decoder.reset()
        return self.truncated

    def result(self, mime, data):
        if self.take(len(data.encode())):
            _send({"type": "result", "mime": mime, "data": data})


class _Host:
    def __init__(self, output):
        self.result = output.result
        self.drain = output.drain

    def tool(self, name, arguments):
        # What was printed before comes before; a child that prints all the while may go on.
        _flush()
        self.drain(100)
        _send({"type": "tool", "name": name, "input": arguments})
        return _lines.readline().decode()


def _drive(request, namespace, host):
    try:
        waits = compile(request["code"], "", "exec", _FLAGS, True).co_flags & inspect.CO_COROUTINE
    except Exception:
        waits = False
    program = run_program(json.dumps(request), namespace, host)
    if waits:
        return asyncio.run(program)
    # Without a loop around it, the program can run one of its own.
    try:
        program.send(None)
    except StopIteration as end:
        return end.value


def _main(options):
    import types

    for limit, value in options["limits"].items():
        resource.setrlimit(getattr(resource, limit), (value, value))
    clock = _Clock()
    output = _Output(clock)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    host = _Host(output)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    threads = threading.active_count()
    _send({"type": "ready"})
    for line in _lines:
        request = json.loads(line)
        if "type" not in request:
            continue  # The answer of a tool for which nobody waits any more.
        if request["type"] == "check":
            _send({"type": "checked", "issues": json.loads(check_program(request["code"]))})
            continue
        output.begin(request["maxOutputBytes"])
        error, fatal, collected = None, False, {"artifacts": [], "truncated": False}
        try:
            clock.start(request["timeoutMs"] / 1000)
            error = json.loads(_drive(request, main.__dict__, host) or "null")
            collected = json.loads(collect(json.dumps(request["collect"]), options["fileBytes"]))
        except BaseException as thrown:
            fatal = clock.reason is None
            error = {"kind": "crashed", "message": f"The interpreter ended: {type(thrown).__name__}"}
        finally:
            clock.stop()
        _only_here()
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        truncated = output.end() or collected["truncated"]
        if clock.reason is not None:
            traceback = error and error.get("traceback")
            limit = f"longer than {request['timeoutMs']} ms" if clock.reason == "timeout" else ""
            wrote = f"more than {request['maxOutputBytes']} bytes"
            message = f"The program ran {limit}." if limit else f"The program wrote {wrote}."
            error = {"kind": clock.reason, "message": message, **({"traceback": traceback} if traceback else {})}
        fatal = fatal or threading.active_count() > threads
        done = {"type": "done", "artifacts": collected["artifacts"], "truncated": truncated, "fatal": fatal}
        _send({**done, **({"error": error} if error else {})})


_main(json.loads(sys.argv[1]))
`}`;
