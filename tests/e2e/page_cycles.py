"""Opens and closes a run's page over and over in this fresh process; prints memory and what is left as one JSON line.

`python tests/e2e/page_cycles.py HOME RUN COUNT`: each time a new page is made, read, gone through tab by tab, closed and
deleted. Memory is taken after the first 20 to 100, when everything was loaded and drawn, and again `COUNT` later.
"""

import gc
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 20_000


def main(home, run_id, count):
    import psutil
    from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QTimer
    from PySide6.QtGui import QPixmapCache
    from PySide6.QtWidgets import QApplication, QMainWindow

    from gui.project import Project
    from gui.run.view import RunPage
    from gui.theme import LIGHT, apply_theme

    qt = QApplication(["palimpsest"])
    apply_theme(qt, LIGHT)
    project = Project(home, keep_host=False)
    window = QMainWindow()
    window.resize(1280, 800)
    window.show()
    memory = psutil.Process()
    warm, at_first = min(100, max(20, count // 10)), 0

    def bytes_held():
        QPixmapCache.clear()  # Qt keeps up to 10 MB of drawn icons, however often pages come and go
        gc.collect()
        return memory.memory_info().rss

    def turn(ms):
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    for number in range(warm + count):
        if number == warm:
            at_first = bytes_held()
        page = RunPage(project)
        window.setCentralWidget(page)
        page.open(run_id=run_id)
        waited = 0
        while page.state.value != "ready" and waited < PATIENCE_MS:
            turn(2)
            waited += 2
        assert page.state.value == "ready", page.state
        for tab in range(page.tabs.count()):
            page.tabs.setCurrentIndex(tab)
            qt.processEvents()
        window.takeCentralWidget()
        page.close()
        page.deleteLater()
        del page
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    grown = bytes_held() - at_first
    left = sum(type(thing).__name__ in ("RunPage", "BeforeAfterChart", "TimelineChart") for thing in gc.get_objects())
    print(json.dumps({"cycles": count, "grown_mb": grown / 1e6, "at_first_mb": at_first / 1e6, "left": left}))
    window.close()
    project.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
