"""Real hosts and workers: jobs done with no client, crashes told apart, survivors adopted, two lanes side by side."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from click.testing import CliRunner

from engine import client, liveness, platform
from engine.cli import main
from engine.errors import EnvironmentFailure, UserError
from engine.records import Recipe
from engine.states import State
from engine.store import Store, jobs, runs

pytestmark = pytest.mark.skipif(platform.IS_WINDOWS, reason="uses POSIX signals")


class Engine:
    """Processes on one data folder, all of which are ended with the test."""

    def __init__(self, store, until):
        self.store, self.home, self.until = store, store.home, until
        self.hosts = []

    def start_host(self, *options, wait=True):
        """Start a host as this test's own child, and wait until it holds its lock."""
        log = liveness.log_path(self.home, "host")
        arguments = ["--home", str(self.home), "--warm-for-s", "30", *options]
        host = platform.start_detached("engine.host", arguments, log=log, folder=self.home)
        self.hosts.append(host)
        if wait:
            self.until(lambda: liveness.host_is_alive(self.home) or host.poll())
        return host

    def job(self, job_id):
        return jobs.get(self.store, job_id)

    def echo(self, lane="heavy", run_id=None, **payload):
        return jobs.enqueue(self.store, "echo", {"steps": 1, "step_s": 0.02, **payload}, lane=lane, run_id=run_id)

    def ended(self, job_id, seconds=30):
        """Wait for the row, without being a client that looks after a host."""
        return self.until(lambda: (job := self.job(job_id)).state.is_ended and job, seconds)

    def at_work(self, job_id):
        """Wait until the job counts, and return its worker's process."""
        lane = self.until(lambda: (job := self.job(job_id)).phase == "counting" and job).lane
        return self.until(lambda: next(iter(self.workers(lane)), None))

    def workers(self, lane):
        return self.processes("engine.worker", lane)

    def processes(self, *words):
        """Living processes of this data folder that name the words on their command line; zombies have ended."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() != psutil.STATUS_ZOMBIE and {*words, str(self.home)} <= set(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def log(self, job_id):
        return [line.message for line in runs.log_since(self.store, 0, job_id=job_id)]

    def end_all(self):
        """Hosts first, so that they start nothing more; a stopped process must go on to be able to end."""
        for word in ("engine.host", "engine.worker"):
            for process in self.processes(word):
                process.kill()
            self.until(lambda word=word: not self.processes(word))
        for host in self.hosts:
            host.wait(timeout=5)


@pytest.fixture
def engine(store, until):
    engine = Engine(store, until)
    yield engine
    engine.end_all()


class TestQueue:
    def test_several_jobs_run_in_order_with_no_client(self, engine):
        queued = [engine.echo(text=str(n)) for n in range(3)]
        engine.start_host()
        ended = [engine.ended(job_id) for job_id in queued]
        assert [job.state for job in ended] == [State.FINISHED] * 3
        assert [job.result["text"] for job in ended] == ["0", "1", "2"]
        for earlier, later in itertools.pairwise(ended):
            assert earlier.started_at < earlier.ended_at <= later.started_at
        assert len({job.result["process"] for job in ended}) == 3, "each heavy job has a fresh worker"

    def test_the_interactive_worker_stays_warm(self, engine):
        engine.start_host()
        first = engine.ended(engine.echo(lane="interactive"))
        began = time.monotonic()
        second = engine.ended(engine.echo(lane="interactive"))
        assert second.result["process"] == first.result["process"]
        assert time.monotonic() - began < 1.5

    def test_both_lanes_work_side_by_side(self, engine):
        long = engine.echo(steps=2000)
        engine.start_host()
        engine.at_work(long)
        assert engine.ended(engine.echo(lane="interactive", text="answer")).result["text"] == "answer"
        assert engine.job(long).state is State.PREPARING
        jobs.request(engine.store, long, "stop")
        assert engine.ended(long).state is State.CANCELLED

    def test_worker_and_host_end_when_idle_and_leave_nothing(self, engine):
        job_id = engine.echo(lane="interactive")
        host = engine.start_host("--warm-for-s", "0.1", "--idle-exit-s", "0.3")
        assert engine.ended(job_id).state is State.FINISHED
        assert host.wait(timeout=20) == 0
        assert engine.processes() == []
        assert not any(platform.is_locked(path) for path in (engine.home / "locks").iterdir())

    def test_a_worker_that_asks_for_it_is_replaced(self, engine):
        engine.start_host()
        job = engine.ended(engine.echo(then="replace", text="twice"))
        assert (job.state, job.attempt, job.result["text"]) == (State.FINISHED, 2, "twice")
        assert "a fresh worker is needed" in engine.log(job.id)

    @pytest.mark.parametrize("kind", ["cancel", "stop"])
    def test_a_request_reaches_the_running_job(self, engine, kind):
        job_id = engine.echo(lane="interactive", steps=2000)
        engine.start_host()
        engine.at_work(job_id)
        asked = time.monotonic()
        jobs.request(engine.store, job_id, kind)
        assert engine.ended(job_id).state is State.CANCELLED
        assert time.monotonic() - asked < 2

    def test_sigterm_to_a_worker_is_a_request_to_stop(self, engine):
        job_id = engine.echo(steps=2000)
        engine.start_host()
        engine.at_work(job_id).terminate()
        job = engine.ended(job_id)
        assert (job.state, job.error_kind) == (State.CANCELLED, "")


class TestFailures:
    def test_each_kind_of_error_is_recorded_as_what_it_is(self, engine):
        ids = {then: engine.echo(lane="interactive", then=then) for then in ("user", "environment", "bug")}
        engine.start_host()
        ended = {then: engine.ended(job_id) for then, job_id in ids.items()}
        assert {then: (job.state, job.error_kind) for then, job in ended.items()} == {
            then: (State.FAILED, then) for then in ids
        }
        assert ended["user"].reason == "This text cannot be echoed. Choose another."
        assert ended["user"].result == {"field": "text", "remedy": "Choose another."}
        assert ended["environment"].reason.startswith("The disk holding somewhere is full.")
        assert ended["bug"].reason == "ZeroDivisionError: an echo has no divisor"
        assert 'raise ZeroDivisionError("an echo has no divisor")' in ended["bug"].details

    @pytest.mark.parametrize(("then", "words"), [("signal", "signal 9 (SIGKILL)"), ("exit", "exit code 3")])
    def test_a_crash_gives_the_sentence_and_the_last_log_lines(self, engine, then, words):
        run_id = runs.create(engine.store, Recipe())
        job_id, after = engine.echo(then=then, run_id=run_id), engine.echo()
        engine.start_host()
        job = engine.ended(job_id)
        assert job.state is State.INTERRUPTED
        assert job.reason.startswith(f"The worker ended with {words}.")
        assert job.details.splitlines()[-1].endswith(f"echo ends by {then}")
        assert runs.get(engine.store, run_id).state is State.INTERRUPTED
        assert any(words in line for line in engine.log(job_id))
        assert engine.ended(after).state is State.FINISHED, "the queue goes on"

    def test_an_interrupted_job_resumes_when_asked(self, engine):
        job_id = engine.echo(then="exit")
        engine.start_host()
        assert engine.ended(job_id).state is State.INTERRUPTED
        jobs.requeue(engine.store, job_id, {"text": "resumed"})
        job = engine.ended(job_id)
        assert (job.state, job.result["text"], job.attempt, job.details) == (State.FINISHED, "resumed", 2, "")

    def test_a_killed_worker_is_noticed_within_seconds(self, engine):
        job_id = engine.echo(steps=2000)
        engine.start_host()
        engine.at_work(job_id).kill()
        killed = time.monotonic()
        assert "SIGKILL" in engine.ended(job_id).reason
        assert time.monotonic() - killed < 3

    def test_a_worker_that_cannot_start_does_not_try_for_ever(self, engine, monkeypatch, tmp_path):
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\nif 'engine.worker' in sys.orig_argv: sys.exit('the worker is broken')\n"
        )
        job_id = engine.echo()
        engine.start_host()
        job = engine.ended(job_id)
        assert (job.state, job.attempt) == (State.INTERRUPTED, 1)
        assert job.reason == "The worker ended before it took the job: exit code 1."
        assert "the worker is broken" in job.details

    def test_a_stopped_worker_is_reported_as_hung_and_as_alive_again(self, engine):
        job_id = engine.echo(steps=2000)
        engine.start_host("--hung-after-s", "3")
        worker = engine.at_work(job_id)
        worker.suspend()
        engine.until(lambda: any("no sign of life" in line for line in engine.log(job_id)), 15)
        assert engine.job(job_id).state is State.PREPARING, "hung is not ended"
        worker.resume()
        engine.until(lambda: any("signs of life again" in line for line in engine.log(job_id)), 10)
        jobs.request(engine.store, job_id, "stop")
        assert engine.ended(job_id).state is State.CANCELLED
        assert sum("no sign of life" in line for line in engine.log(job_id)) == 1


class TestHosts:
    def test_a_second_host_ends_at_once(self, engine):
        first = engine.start_host()
        assert engine.start_host(wait=False).wait(timeout=20) == 0
        assert first.poll() is None

    def test_of_many_hosts_started_together_one_serves(self, engine):
        hosts = [engine.start_host(wait=False) for _ in range(3)]
        engine.until(lambda: sum(host.poll() == 0 for host in hosts) == 2)
        assert engine.ended(engine.echo()).state is State.FINISHED
        assert sum(host.poll() is None for host in hosts) == 1

    def test_a_worker_outlives_its_host_and_the_next_one_adopts_it(self, engine):
        job_id, waiting = engine.echo(steps=2000), engine.echo(text="next")
        host = engine.start_host()
        worker = engine.at_work(job_id)
        host.kill()
        host.wait()
        counted = engine.job(job_id).phase_done
        engine.until(lambda: engine.job(job_id).phase_done > counted)
        engine.start_host()
        counted = engine.job(job_id).phase_done
        engine.until(lambda: engine.job(job_id).phase_done > counted + 10)
        assert (engine.job(job_id).attempt, engine.job(waiting).state) == (1, State.QUEUED)
        assert [p.pid for p in engine.workers("heavy")] == [worker.pid]
        worker.kill()
        job = engine.ended(job_id)
        assert job.state is State.INTERRUPTED
        assert "ended without a record; cause unknown." in job.reason
        assert f"job {job_id} (echo), attempt 1" in job.details
        assert engine.ended(waiting).result["text"] == "next"

    def test_what_both_left_behind_is_interrupted_at_the_next_start(self, engine):
        job_id, after = engine.echo(steps=2000), engine.echo(text="after")
        host = engine.start_host()
        worker = engine.at_work(job_id)
        host.kill()
        worker.kill()
        engine.until(lambda: not liveness.lane_is_held(engine.home, "heavy"))
        assert engine.job(job_id).state is State.PREPARING
        engine.start_host()
        job = engine.ended(job_id)
        assert (job.state, job.reason) == (
            State.INTERRUPTED,
            "Worker and host both ended without a record; cause unknown.",
        )
        assert engine.ended(after).state is State.FINISHED

    def test_a_lock_file_left_behind_is_taken_over(self, engine):
        path = liveness.lock_path(engine.home, "host")
        path.write_text("12345")
        for lane in liveness.LANES:
            liveness.lock_path(engine.home, lane).touch()
        job_id = engine.echo()
        client.ensure_host(engine.home)
        assert platform.is_locked(path)
        assert engine.ended(job_id).state is State.FINISHED

    def test_a_host_whose_database_is_gone_ends(self, engine):
        host = engine.start_host()
        assert engine.ended(engine.echo()).state is State.FINISHED
        (engine.home / "palimpsest.db").rename(engine.home / "set-aside.db")
        assert host.wait(timeout=20) == 0
        assert "was moved, replaced or removed" in liveness.tail(liveness.log_path(engine.home, "host"))

    def test_a_database_locked_for_long_does_not_end_the_host(self, engine):
        job_id = engine.echo(steps=2000)
        host = engine.start_host()
        worker = engine.at_work(job_id)
        with engine.store.write():
            worker.kill()
            engine.until(lambda: "longer than 5 s" in liveness.tail(liveness.log_path(engine.home, "host")))
        assert engine.ended(job_id).state is State.INTERRUPTED
        assert host.poll() is None

    def test_the_host_rests_while_nothing_happens(self, engine):
        host = psutil.Process(engine.start_host().pid)
        engine.ended(engine.echo())
        before, began = sum(host.cpu_times()[:2]), time.monotonic()
        threading.Event().wait(2)
        assert sum(host.cpu_times()[:2]) - before < 0.05 * (time.monotonic() - began)

    def test_neither_host_nor_client_nor_worker_reaches_torch(self):
        code = (
            "import sys, engine.host, engine.client, engine.worker\n"
            "print([m for m in ('torch', 'transformers', 'peft', 'bitsandbytes', 'PySide6') if m in sys.modules])"
        )
        environment = platform.clean_environment(os.environ)
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"


class TestClient:
    def test_waiting_shows_each_change_and_brings_back_a_lost_host(self, engine):
        job_id = engine.echo(steps=1)
        client.ensure_host(engine.home)
        client.ensure_host(engine.home)
        assert len(engine.processes("engine.host")) == 1
        engine.ended(job_id)
        later = engine.echo(steps=3)
        for process in engine.processes():
            process.kill()
        engine.until(lambda: not liveness.host_is_alive(engine.home))
        seen = []
        job = client.wait_for(engine.store, later, on_change=lambda job: seen.append(job.state))
        assert (job.state, seen[-1]) == (State.FINISHED, State.FINISHED)
        assert set(seen) <= {State.QUEUED, State.PREPARING, State.FINISHED}

    def test_waiting_has_an_end(self, engine):
        engine.start_host()
        job_id = engine.echo(steps=2000)
        assert not client.wait_for(engine.store, job_id, timeout_s=0.3).state.is_ended

    def test_a_host_that_cannot_start_is_told_with_its_own_words(self, engine):
        with engine.store.write() as connection:
            pass
        connection.execute("PRAGMA user_version = 99")
        with pytest.raises(EnvironmentFailure, match="written by a newer Palimpsest"):
            client.ensure_host(engine.home)

    def test_in_process_does_the_job_here(self, engine):
        job = client.run_in_process(engine.store, engine.echo(text="here"))
        assert (job.state, job.result) == (State.FINISHED, {"text": "here", "process": os.getpid()})
        assert not liveness.lane_is_held(engine.home, "heavy")
        with pytest.raises(UserError, match=r"not queued .finished."):
            client.run_in_process(engine.store, job.id)

    def test_in_process_is_refused_while_the_lane_is_busy(self, engine):
        long = engine.echo(steps=2000)
        engine.start_host()
        engine.at_work(long)
        mine = engine.echo()
        with pytest.raises(UserError, match=f"heavy lane is busy with job {long} .echo, preparing."):
            client.run_in_process(engine.store, mine)
        assert engine.job(mine).state is State.QUEUED

    def test_the_host_keeps_out_of_a_lane_worked_in_process(self, engine):
        other = engine.echo(lane="heavy", text="host's")
        lock = platform.try_lock(liveness.lock_path(engine.home, "heavy"))
        engine.start_host()
        engine.ended(engine.echo(lane="interactive"))
        assert engine.job(other).state is State.QUEUED
        lock.release()
        assert engine.ended(other).result["text"] == "host's"

    def test_ctrl_c_in_process_is_a_request_to_stop(self, engine):
        job_id = engine.echo(steps=2000)
        before = signal.getsignal(signal.SIGINT)

        def interrupt():
            other = Store(engine.home)
            engine.until(lambda: jobs.get(other, job_id).phase == "counting")
            other.close()
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        job = client.run_in_process(engine.store, job_id)
        thread.join()
        assert job.state is State.CANCELLED
        assert signal.getsignal(signal.SIGINT) is before


def test_a_stopped_worker_is_ended_by_hand_and_its_job_told(engine, home):
    engine.start_host()
    job_id = engine.echo(steps=2000)
    worker = engine.at_work(job_id)
    worker.suspend()
    os.utime(liveness.lock_path(home, "heavy"), (time.time() - 60, time.time() - 30))
    told = CliRunner().invoke(main, ["--data-dir", str(home), "kill", "--job", str(job_id)], input="n\n")
    assert told.exit_code != 0
    assert "no sign of life for 3" in told.output
    assert worker.is_running()
    told = CliRunner().invoke(main, ["--data-dir", str(home), "kill", "--job", str(job_id), "--yes"])
    assert told.exit_code == 0, told.output
    assert engine.ended(job_id).state is State.INTERRUPTED
    assert "SIGKILL" in told.output
    again = CliRunner().invoke(main, ["--data-dir", str(home), "kill", "--job", str(job_id), "--yes"])
    assert again.exit_code == 2
    assert "no worker is at it" in again.output


def test_a_program_that_works_in_its_own_process_is_not_killed(engine, home):
    """This very process holds no lock it could find; another program that does is no worker."""
    code = "import sys,time,pathlib\nfrom engine import platform\nl = platform.try_lock(pathlib.Path(sys.argv[1]))\nprint(1, flush=True)\nsys.stdin.read()"
    path = liveness.lock_path(home, "heavy")
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], env=platform.clean_environment(os.environ),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout.readline() == b"1\n"
    assert platform.lock_holder(path).pid == holder.pid
    assert liveness.end_worker(home, "heavy") is None
    assert holder.poll() is None
    holder.communicate(b"")
    assert platform.lock_holder(path) is None
