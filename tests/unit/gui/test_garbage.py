"""Cycles are collected by the GUI thread's timer and by nothing else while the window is open."""

import gc
import threading
import weakref

from gui.garbage import Garbage


class Ring:
    """Keeps itself alive; notes the thread in which it goes."""

    went_in = None

    def __init__(self):
        self.itself = self

    def __del__(self):
        Ring.went_in = threading.get_ident()


def test_rings_go_in_the_gui_thread_only(qtbot):
    garbage = Garbage()
    garbage.start()
    try:
        assert not gc.isenabled()
        gone = weakref.ref(Ring())
        other = threading.Thread(target=lambda: [Ring() for _ in range(3000)])
        other.start()
        other.join()
        assert gone() is not None
        qtbot.waitUntil(lambda: gone() is None, timeout=5000)
        assert Ring.went_in == threading.get_ident()
    finally:
        garbage.stop()
    assert gc.isenabled()
