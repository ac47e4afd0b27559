/**
 * What stands in front of every Python program, in any CPython: Pyodide's or the system's. The guest calls
 * `check_program`, `run_program`, `cancel_program` and `collect`. `host` is the guest: `result` and `tool`.
 */
export const pythonRunner = String.raw`
import ast, asyncio, base64, glob, inspect, io, json, linecache, os, sys, traceback

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_FORMS = (("image/png", "_repr_png_"), ("image/svg+xml", "_repr_svg_"), ("text/html", "_repr_html_"))
_MAX_TEXT = 20_000
_programs = 0


class ToolError(Exception):
    """A tool of the host failed."""


def check_program(code):
    try:
        compile(code, "<program>", "exec", _FLAGS, True)
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        return json.dumps([{"message": error.msg, "line": line, "column": column}])
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return json.dumps([{"message": str(error) or type(error).__name__, "line": 1, "column": 1}])
    return "[]"


async def run_program(request_json, namespace, host):
    """Runs a program; gives the JSON of its error, or None."""
    global _programs
    request = json.loads(request_json)
    _programs += 1
    name = "<program>" if _programs == 1 else f"<program {_programs}>"
    code = request["code"]
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    sys.stdin = io.StringIO(request["stdin"])
    for file in request["files"]:
        folder = os.path.dirname(file["path"])
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(file["path"], "wb") as out:
            out.write(base64.b64decode(file["data"]))
    if request["tools"]:
        namespace["ToolError"] = ToolError
    for tool in request["tools"]:
        namespace[tool["name"]] = _tool(tool["name"], tool["parameters"], host)
    try:
        # One node by itself, to show what the last expression comes to.
        tree = compile(code, name, "exec", _FLAGS | ast.PyCF_ONLY_AST, True)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        program = compile(tree, name, "exec", _FLAGS, True)
        shown = last and compile(ast.Expression(last.value), name, "eval", _FLAGS, True)
    except SyntaxError as error:
        text = "".join(traceback.format_exception_only(error))
        return json.dumps({"kind": "syntax", "name": type(error).__name__, "message": str(error), "traceback": text})
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        return json.dumps({"kind": "syntax", "name": type(error).__name__, "message": str(error)})
    namespace["display"] = lambda *values: [_show(value, host) for value in values] and None
    try:
        await _evaluate(program, namespace)
        if shown:
            _show(await _evaluate(shown, namespace), host)
    except BaseException as error:
        return _describe(error)
    finally:
        _flush()
        _forget_tasks()
    return None


def _forget_tasks():
    """What is not done by now never will be, and nobody wants to hear of it in the next program."""
    try:
        for task in asyncio.all_tasks():
            task._log_destroy_pending = False
    except RuntimeError:
        pass  # No loop runs.


def cancel_program():
    """Cancels what waits: nothing else interrupts a program that sleeps."""
    for task in asyncio.all_tasks(asyncio.get_event_loop()):
        task.cancel()


async def _evaluate(code, namespace):
    value = eval(code, namespace)
    return await value if code.co_flags & inspect.CO_COROUTINE else value


def _flush():
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        try:
            stream.flush()
        except Exception:
            pass


def _show(value, host):
    if value is None:
        return
    for mime, method in _FORMS:
        form = getattr(type(value), method, None)
        data = form(value) if callable(form) else None
        if isinstance(data, bytes):
            host.result(mime, base64.b64encode(data).decode())
        elif isinstance(data, str):
            host.result(mime, data)
    host.result("text/plain", _cut(repr(value)))


def _cut(text):
    return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT] + " …"


def _describe(error):
    """The JSON of an error as its program's author reads it, or None for a good end."""
    if isinstance(error, SystemExit):
        if error.code is None or error.code == 0:
            return None
        return json.dumps({"kind": "exit", "name": "SystemExit", "message": f"The program exited with {error.code}."})
    kind = "memory" if isinstance(error, MemoryError) else "exception"
    frames = error.__traceback__
    while frames and not frames.tb_frame.f_code.co_filename.startswith("<program"):
        frames = frames.tb_next
    try:
        message = str(error)
        text = "".join(traceback.format_exception(type(error), error, frames, 100))
    except Exception as other:
        message = text = f"The exception cannot be shown: {type(other).__name__}"
    if kind == "memory":
        message = message or "The program allocated more memory than it may have."
    if len(text) > _MAX_TEXT:
        text = text[: _MAX_TEXT // 2] + "\n…\n" + text[-_MAX_TEXT // 2 :]
    error_json = {"kind": kind, "name": type(error).__name__, "message": _cut(message), "traceback": text}
    return json.dumps(error_json)


def collect(patterns, limit):
    """The files that the patterns match, as JSON, and whether some did not fit."""
    found, truncated = [], False
    paths = sorted({path for each in json.loads(patterns) for path in glob.glob(each, recursive=True)})
    for path in paths:
        if not os.path.isfile(path):
            continue
        size = os.path.getsize(path)
        if size > limit:
            truncated = True
            continue
        limit -= size
        with open(path, "rb") as file:
            data = base64.b64encode(file.read()).decode()
        found.append({"path": path.replace(os.sep, "/"), "data": data})
    return json.dumps({"artifacts": found, "truncated": truncated})


def _tool(name, parameters, host):
    def call(*args, **kwargs):
        if len(args) > len(parameters):
            known = f"takes {len(parameters)}" if parameters else "takes none: give them by name"
            raise TypeError(f"{name}() got {len(args)} positional arguments and {known}")
        for parameter, value in zip(parameters, args):
            if parameter in kwargs:
                raise TypeError(f"{name}() got multiple values for argument '{parameter}'")
            kwargs[parameter] = value
        reply = json.loads(host.tool(name, json.dumps(kwargs, default=str)))
        if "error" in reply:
            raise ToolError(reply["error"])
        return json.loads(reply["json"])

    call.__name__ = call.__qualname__ = name
    return call
`;
