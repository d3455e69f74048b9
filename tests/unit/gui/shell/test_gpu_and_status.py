"""Criterion 34 and the rest of the status bar: what is not known is never shown as zero, what is old says so."""

import threading

from gui.shell import heat
from gui.shell.gpu import Gpu, NoGpu, NvmlReader, Watcher
from gui.shell.gpu_details import GpuDetails, GpuHistory, Sparkline
from gui.shell.status_bar import StatusBar, gpu_words

FULL = Gpu(
    name="NVIDIA GeForce RTX 4090", used_bytes=11_200_000_000, total_bytes=24_000_000_000, own_bytes=8_000_000_000,
    temperature_c=71, utilisation=96, at=100.0,
)  # fmt: skip


def bar(qtbot, now=100.0):
    made = StatusBar(clock=lambda: now)
    qtbot.addWidget(made)
    return made


def test_a_reading_is_one_line(qtbot):
    made = bar(qtbot)
    made.show_reading(FULL)
    assert made.gpu.text() == "RTX 4090  11.2/24 GB  71 °C  96 %"


def test_without_a_gpu_it_says_cpu_mode_and_without_an_answer_that_it_cannot_read(qtbot):
    made = bar(qtbot)
    made.show_reading(NoGpu(reason="cpu"))
    assert made.gpu.text() == "CPU mode"
    made.show_reading(NoGpu(reason="unreadable", details="driver gone"))
    assert made.gpu.text() == "⚠ GPU not readable"
    assert made.gpu.toolTip() == "driver gone"
    assert not made.memory.isVisibleTo(made)


def test_what_the_driver_does_not_give_is_left_out_never_zero():
    words, _ = gpu_words(Gpu(name="Tesla", at=0.0), age_s=0.0)
    assert words == "Tesla"


def test_a_reading_older_than_five_seconds_says_its_age(qtbot):
    made = bar(qtbot, now=112.0)
    made.show_reading(FULL)
    assert "(12 s ago)" in made.gpu.text()


def test_heat_and_a_full_memory_are_said_in_words():
    words, tip = gpu_words(Gpu(name="X", used_bytes=95, total_bytes=100, temperature_c=84, at=0.0), 0.0)
    assert words.startswith("⚠ ")
    assert "hot" in tip
    assert "nearly full" in tip


def test_the_watcher_reads_in_its_own_thread_and_tells_on_ours(qtbot):
    class Fake:
        def read(self):
            self.thread = threading.get_ident()
            return FULL

    reader = Fake()
    watcher = Watcher(reader, every_s=0.01)
    with qtbot.waitSignal(watcher.read, timeout=5000) as got:
        watcher.start()
    watcher.stop()
    assert got.args == [FULL]
    assert reader.thread != threading.get_ident()


def test_the_real_reader_never_makes_a_reading_up():
    reading = NvmlReader().read()
    assert isinstance(reading, (Gpu, NoGpu))
    if isinstance(reading, Gpu):
        assert reading.total_bytes != 0


def test_the_details_show_the_last_ten_minutes(qtbot):
    owner = bar(qtbot)
    kept = GpuHistory()
    for _ in range(700):
        kept.add(FULL)
    assert len(kept.readings) == 600
    popover = GpuDetails(owner, kept)
    lines = popover.findChildren(Sparkline)
    assert len(lines) == 2
    assert "47 %" in lines[0].accessibleName()


def test_a_low_disk_is_warned_of_and_the_bell_counts(qtbot):
    made = bar(qtbot)
    made.show_disk(1_000_000_000)
    assert made.disk.text().startswith("⚠ ")
    made.show_unread(2)
    assert made.bell.accessibleName() in ("2 notifications", "2 notification(s)")


def test_the_heat_limit_pauses_a_training_run_and_nothing_else(gui_project, make_run):
    run_id = make_run("training")
    hot = Gpu(name="X", temperature_c=90, at=0.0)
    assert not heat.guard(gui_project, hot)  # no limit is set
    gui_project.preferences.max_temperature_c = 85
    assert not heat.guard(gui_project, Gpu(name="X", temperature_c=80, at=0.0))
    assert not heat.guard(gui_project, NoGpu(reason="unreadable"))
    assert heat.guard(gui_project, hot)
    asked = gui_project.store.rows("SELECT kind FROM requests")
    assert [row["kind"] for row in asked] == ["pause"]
    assert run_id
