"""The processes of a data folder: its hosts and workers, and windows that tests started over it."""

import os

import psutil


def of(home, *words):
    """Living processes that name the folder, and every given word, on their command line; zombies are dead."""
    found = []
    for process in psutil.process_iter():
        command = command_of(process)
        if {str(home), *words} <= set(command) and any(one.startswith(("engine.", "gui.")) for one in command):
            found.append(process)
    return [process for process in found if process.pid != os.getpid()]


def worker(home, lane="heavy"):
    """The lane's living worker, or None."""
    return next(iter(of(home, "engine.worker", lane)), None)


def end(home):
    """End them all, hosts first, so that they start nothing more."""
    for words in (("engine.host",), ()):
        left = of(home, *words)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)


def command_of(process):
    """The words of a process's command line; none where it is dead."""
    try:
        return [] if process.status() == psutil.STATUS_ZOMBIE else process.cmdline()
    except psutil.Error:
        return []
