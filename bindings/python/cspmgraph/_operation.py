"""Long calls: stopped by Ctrl-C or from another thread, watched by a progress bar."""
from __future__ import annotations

import ctypes
import sys
import threading
import time
from typing import Any, Callable, TypeVar, Union

from ._bindings import Status, cspm_progress
from ._errors import UsageError
from ._handle import Managed, made
from ._library import core

T = TypeVar("T")
PHASES = ("", "reading", "ordering", "applying rules", "searching paths", "verifying fixes", "querying", "writing")
SLICE = 0.1     # seconds between two looks at the progress
QUIET = 0.7     # seconds before a bar is worth showing


class Progress:
    """How far a running call is. `total` is 0 when nobody knows."""

    __slots__ = ("done", "memory_bytes", "phase", "rows", "total")

    def __init__(self, raw: cspm_progress) -> None:
        self.phase: str = PHASES[raw.phase] if raw.phase < len(PHASES) else ""
        self.done: int = raw.done
        self.total: int = raw.total
        self.rows: int = raw.rows
        self.memory_bytes: int = raw.memory_bytes

    def __repr__(self) -> str:
        return f"<Progress {self.phase} {self.done}/{self.total or '?'}>"


Watcher = Union[bool, None, Callable[[Progress], Any]]


class Operation(Managed):
    """One running call that another thread may watch or cancel. Pass it to one call at a time."""

    def __init__(self, timeout: float | None = None, _context: Any = None) -> None:
        from ._context import default_context
        context = _context if _context is not None else default_context()
        self._handle = made(core.cspm_op_new, core.cspm_op_unref, context._need())
        if timeout is not None:
            if not 0 <= timeout < 1e9:
                raise UsageError(Status.E_INVALID, "a timeout is a number of seconds from 0 to 10^9")
            core.cspm_op_set_timeout_ms(self._need(), max(1, int(timeout * 1000)))

    def cancel(self) -> None:
        """Stop the call soon; it raises Cancelled. Any thread may do this."""
        core.cspm_op_cancel(self._need())

    @property
    def stopped(self) -> bool:
        """Whether a call with this operation would stop at once: cancelled, or past its deadline."""
        return core.cspm_op_status(self._need()) != Status.OK

    @property
    def progress(self) -> Progress:
        raw = cspm_progress(struct_size=ctypes.sizeof(cspm_progress))
        core.cspm_op_progress(self._need(), raw)
        return Progress(raw)


class _Job:
    """A call on a thread of its own, so that the main thread stays free for signals."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call: Callable[[], Any] | None = call
        self.done = threading.Event()
        self.result: Any = None
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self.work, daemon=True, name="cspmgraph")

    def work(self) -> None:
        try:
            if self.call is not None:
                self.result = self.call()
        except BaseException as problem:
            self.failure = problem
        finally:
            self.call = None
            self.done.set()

    def abandon(self, operation: Operation) -> None:
        """Cancel and wait until the library has let go. What the call may have made is released with the job."""
        operation.cancel()
        begun = time.monotonic()
        while not self.done.is_set():
            if self.thread.ident is None and time.monotonic() - begun > 1:
                self.call = None  # it was never started, and if it is yet, it does nothing
                return
            try:
                self.done.wait(0.05)
            except KeyboardInterrupt:
                continue  # being impatient does not help: the call is ending


def run(operation: Operation, call: Callable[[], T], progress: Watcher = None) -> T:
    """Run a long call. In the main thread Ctrl-C cancels it; elsewhere it runs where it is, which costs nothing."""
    if threading.current_thread() is not threading.main_thread() and not callable(progress):
        return call()
    job = _Job(call)
    bar: Bar | None = None
    try:
        job.thread.start()
        begun = time.monotonic()
        while not job.done.wait(SLICE):
            if callable(progress):
                progress(operation.progress)
            elif bar is None and progress is not False and time.monotonic() - begun > QUIET:
                bar = make_bar(progress is True)
            if bar is not None:
                bar.show(operation.progress)
    except BaseException:
        job.abandon(operation)
        raise
    finally:
        if bar is not None:
            bar.close()
    if job.failure is not None:
        try:
            raise job.failure
        finally:
            job.failure = None  # no circle of traceback and job
    result: T = job.result
    return result


# ---- bars ----

class Bar:
    """A line on a terminal."""

    def show(self, p: Progress) -> None:
        share = f" {100 * p.done // p.total}%" if p.total else f" {p.done:,}" if p.done else ""
        memory = f"  {p.memory_bytes >> 20} MiB" if p.memory_bytes else ""
        sys.stderr.write(f"\r\033[K{p.phase or 'working'}{share}{memory}")
        sys.stderr.flush()

    def close(self) -> None:
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()


class TqdmBar(Bar):
    """tqdm's bar, which notebooks draw as a widget or a line."""

    def __init__(self, make: Any) -> None:
        self.bar = make(leave=False, file=sys.stderr)

    def show(self, p: Progress) -> None:
        self.bar.set_description_str(p.phase or "working", refresh=False)
        self.bar.total, self.bar.n = p.total or None, p.done
        self.bar.refresh()

    def close(self) -> None:
        self.bar.close()


def in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


def make_bar(wanted: bool) -> Bar | None:
    """A bar where somebody can see it: a terminal or a notebook, or anywhere when asked for."""
    try:
        terminal = sys.stderr.isatty()
    except (AttributeError, ValueError):
        terminal = False
    if not (wanted or terminal or in_notebook()):
        return None
    try:
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about widgets that are not installed: the plain bar does
            from tqdm.auto import tqdm
            return TqdmBar(tqdm)
    except ImportError:
        return Bar() if terminal or wanted else None
