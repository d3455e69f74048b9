"""Starts the window on a data folder in this fresh process and says when it was painted and ready, as one JSON line."""

import json
import sys
import time
from pathlib import Path

import psutil


def main(home):
    from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from gui.app import App

    class FirstPaint(QObject):
        at = None

        def eventFilter(self, watched, event):
            if self.at is None and event.type() == QEvent.Type.Paint:
                FirstPaint.at = (time.time(), time.process_time())
            return False

    qt = QApplication(["palimpsest"])
    app = App(qt, Path(home), keep_host=False)
    watch = FirstPaint()
    app.window.installEventFilter(watch)
    app.show()
    ready = []

    def note_ready():
        ready.append((time.time(), time.process_time()))
        loop.quit()

    loop = QEventLoop()
    while FirstPaint.at is None:
        qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
    QTimer.singleShot(0, note_ready)
    loop.exec()
    began = psutil.Process().create_time()
    heavy = sorted(
        {"torch", "transformers", "peft", "bitsandbytes", "accelerate", "scipy", "pandas"} & set(sys.modules)
    )
    painted = FirstPaint.at
    print(
        json.dumps(
            {
                "painted_s": painted[0] - began, "painted_cpu_s": painted[1], "ready_s": ready[0][0] - began,
                "ready_cpu_s": ready[0][1], "page": app.window.front, "heavy": heavy,
            }
        )
    )  # fmt: skip
    app.window.leave()
    app.close()


if __name__ == "__main__":
    main(sys.argv[1])
