"""What a run's folder says where the number of threads changes, and where it goes on after its time."""

import dataclasses

import pytest

from pipelines import threads
from pipelines.runs import jobs, worker
from pipelines.threads import Change
from pipelines.training import loop


class Scripted:
    """Stands in for ``Adaptive``: one thread of two from step 4 on."""

    begun: list[int] = []

    def __init__(self, work, number):
        self.threads, self.words, self.step = number, "", 0
        self.begun.append(number)

    def begin(self):
        return None

    def stepped(self, seconds):
        self.step += 1
        if self.step != 4 or self.threads == 1:
            return None
        self.threads, self.words = 1, "1 of 2 threads: this computer is busy"
        return Change(1, self.words)


def test_a_change_is_an_event_is_shown_and_a_resumed_run_begins_with_it(tiny, monkeypatch):
    from pipelines.runs import session

    monkeypatch.setattr(threads, "cores", lambda: 2)
    monkeypatch.setattr(session, "Adaptive", Scripted)
    Scripted.begun.clear()
    run = jobs.create(tiny.changed(threads=0, epochs=2, precision="fp32"))
    assert worker.work(run) == "finished", run.status().message
    [event] = [row for row in run.metrics()[0] if row.get("event") == "threads"]
    assert (event["step"], event["threads"]) == (4, 1) and event["message"] == "1 of 2 threads: this computer is busy."
    assert run.status().device == "CPU, fp32, 1 of 2 threads: this computer is busy"
    assert run.record().resolved["threads"] == 2, "what it began with"
    run.write_record(dataclasses.replace(run.record(), config=run.record().config.changed(epochs=3)))
    run.write_status(dataclasses.replace(run.status(), state="stopped"))
    jobs.prepare_resume(run)
    assert worker.work(run) == "finished"
    assert Scripted.begun == [2, 1], "the checkpoint's number, and then it is measured anew"


def test_a_run_says_that_it_goes_on_and_why_it_ended(tiny, monkeypatch):
    shares = iter([0.5, 0.97])
    monkeypatch.setattr(loop._TimeBudget, "allows", lambda self, must: True)
    monkeypatch.setattr("pipelines.metrics.available", lambda name: True)
    measure = loop._measure

    def clear(trainer, meter, hooks):
        monkeypatch.setattr(type(meter), "measure", _with_share(type(meter).measure, next(shares)))
        measure(trainer, meter, hooks)

    def _with_share(real, share):
        real = getattr(real, "real", real)

        def found(self, *given, told):
            return type(quality := real(self, *given, told=told))(**{**vars(quality), "clear": share})

        found.real = real
        return found

    monkeypatch.setattr(loop, "_measure", clear)
    monkeypatch.setattr(loop, "measure_due", lambda *_: False)
    none = staticmethod(lambda name, fingerprint: None)  # pixels: no classifier knows these
    monkeypatch.setattr("pipelines.metrics.quality.Reader.of", none)
    run = jobs.create(tiny.changed(epochs=None, seconds=1.0, until_clear=0.95, most_seconds=500.0))
    assert worker.work(run) == "finished", run.status().message
    events = {row["event"]: row["message"] for row in run.metrics()[0] if "event" in row}
    assert events["longer"] == "Going on until 95.0% of the samples are clear, for 500 s at most; 50.0% are."
    assert events["finished"] == run.status().message
    assert run.status().message.endswith("97.0% of the samples are clear, 95.0% were wanted.")


@pytest.mark.parametrize(("seconds", "most"), [(400.0, 300.0)])
def test_at_most_less_than_at_least_is_refused(tiny, seconds, most):
    from pipelines.errors import ConfigError

    with pytest.raises(ConfigError, match="raise most_seconds"):
        jobs.create(tiny.changed(seconds=seconds, until_clear=0.9, most_seconds=most))
