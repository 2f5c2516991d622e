"""What `make run` promises: it gets ready, ends without a trace, and starts again after the worst."""

import os
import signal

import psutil
import pytest

from tests.faults.runs import Run


def test_it_gets_ready_answers_and_ends_without_a_trace(run: Run) -> None:
    run.start()
    parts = {
        word: len(run.part(word)) > 0
        for word in ("gunicorn", "config.celery worker", "config.celery beat", "postgres", "valkey-server")
    }
    assert parts == dict.fromkeys(parts, True)
    assert {os.getpgid(pid) for word in ("gunicorn", "celery") for pid in run.part(word)} == {min(run.part("gunicorn"))}
    assert run.get("/health/") == 200
    assert run.get("/") == 200
    before = list(run.processes())
    assert run.stop(signal.SIGTERM) == 0
    assert run.processes() == {}
    assert [
        pid for pid in before if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ] == []


def test_a_second_start_repeats_nothing_holds_the_folder_and_ctrl_c_ends_it(run: Run) -> None:
    run.start()
    assert "No migrations to apply" in run.said
    assert "only this once" not in run.said
    second = Run(run.folder)
    with pytest.raises(AssertionError, match="Zhoudao already runs in"):
        second.start()
    second.forget()
    assert run.get("/") == 200
    assert run.stop(signal.SIGINT) == 0
    assert run.processes() == {}


def test_after_a_long_pause_it_is_ready_when_the_engines_have_had_their_turn(run: Run) -> None:
    run.start()
    run.pause(hours=3)
    run.start()
    assert run.get("/health/") == 200
    assert run.stop() == 0


def test_make_passes_a_signal_on(run: Run) -> None:
    run.start("make", "run")
    run.stop(signal.SIGTERM)
    assert run.processes() == {}


def test_it_starts_again_after_kill_9_of_everything_and_of_the_parent_alone(run: Run) -> None:
    run.start()
    run.kill_everything()
    assert run.processes() == {}

    run.start()
    assert run.process is not None
    run.process.kill()
    run.process.wait()
    orphans = set(run.part("gunicorn"))
    assert orphans != set()

    run.start()
    assert orphans & set(run.part("gunicorn")) == set()
    assert run.get("/") == 200
    assert run.stop() == 0
    assert run.processes() == {}


def test_the_end_of_one_part_ends_all(run: Run) -> None:
    run.start()
    os.kill(min(run.part("config.celery worker")), signal.SIGKILL)
    assert run.wait() == 1
    assert "worker ended by itself (-9): stopping everything" in run.said
    assert run.processes() == {}
