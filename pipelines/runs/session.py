"""One attempt at training a run: loads data and checkpoint, trains, and keeps the folder up to date. Loads torch."""

from __future__ import annotations

import contextlib
import platform
import signal
import time
from dataclasses import asdict, replace
from typing import Any

import numpy
import torch

from pipelines import data, threads
from pipelines.config.train_config import TrainConfig
from pipelines.data import ImageSet, Spec
from pipelines.errors import TrainingError
from pipelines.metrics import truth
from pipelines.metrics.quality import Quality, QualityMeter
from pipelines.networks import _spectra
from pipelines.paths import runs_home
from pipelines.registries import critic_of, loss_traits
from pipelines.runs import conditions, pictures, reading, resuming
from pipelines.runs.display import described
from pipelines.runs.files import publish_json
from pipelines.runs.folder import PAUSED, RUNNING, STOPPING, Record, RunFolder
from pipelines.runs.queue import QueuePlace
from pipelines.runs.reporter import RunReporter, Stop, change_line, log, wait_turn
from pipelines.runs.retention import superfluous
from pipelines.threads import Adaptive
from pipelines.training import checkpoint, loop, machine, memory, probe, process_group
from pipelines.training.building import resolution_of
from pipelines.training.machine import Machine
from pipelines.training.pictures import fields_of, tensors_of
from pipelines.training.players import Player
from pipelines.training.trainer import Trainer
from pipelines.training.view import GAP, FixedView

PROBES = "probes.json"  # beside the runs: what probe.py has found on this machine
_LOOK_S = 0.05  # between two looks at what is wanted, while paused
_SAVE_SHARE = 20  # an epoch's end saves only when training has gone on for this many times what the last save took


def train(reporter: RunReporter, turn: QueuePlace) -> str | None:
    """Train a run until its end or until it is stopped.

    Returns:
        Which end that the configuration sets was reached, in one sentence; None of a run that was stopped.
    """
    reporter.asked()  # loading torch took seconds
    folder, before = reporter.folder, reporter.folder.record().config
    change_line(reporter, turn, machine.pick_device(before.device))
    if not before.threads:
        threads.settle()  # for what is computed before the run's own networks can be asked
    image_set, test = pictures.load(reporter)
    config = folder.record().config
    reporter.asked()
    reporter.tell(message="Building the networks.", progress=1.0)
    images, labels, spec = tensors_of(image_set)
    fields = fields_of(image_set)
    settled = torch.get_num_threads()
    where = _machine_of(folder, config, spec, fields)
    batch = config.batch_of(len(image_set)) or config.batch_size
    memory.require_room(config.changed(batch_size=batch), where, spec, fields)
    machine.set_up(where)
    if not config.threads and where.device == "cpu" and config.gpus == 1:
        torch.set_num_threads(settled)
    with process_group.formed(config.gpus, where.device) as group:
        if group:
            group.tell({"machine": asdict(where)})
        trainer = Trainer(config, images, where, labels, spec, group, fields, test and tensors_of(test)[:2])
        names, shown, known = image_set.class_names, (), None
        if trainer.conditions is not None:  # the run can be explored by itself
            known = truth.of(image_set, test)
            shown = conditions.of_run(reporter, known, spec, image_set)
            names = conditions.names(shown[0], spec.names)
        view = FixedView(config, names, *shown, tiled=not spec.names)
        critic = _critic(trainer)
        layers = _spectra.described(critic.module) if critic else []
        grows = bool(resolution_of(trainer.network(trainer.sampler)))
        drawn = described(trainer.method, config, image_set.modality, layers, known, grows)
        record = _record(folder, config, image_set, where, view, drawn)
        record.data["class_names"] = list(names)
        if test is not None:
            record.data["test"] = {"count": len(test), "fingerprint": test.fingerprint}
        if not spec.is_plain:
            record.data["spec"] = spec.to_dict()
        reporter.writing(lambda: folder.write_record(record))
        resuming.go_on(reporter, trainer, group)
        hooks = FolderHooks(reporter, turn, trainer)
        if config.folder != before.folder:
            old, new = data.shown(before.folder), data.shown(config.folder)
            hooks.event("moved", f"The pictures were moved from {old} to {new}; they are the same.")
        meter = QualityMeter(image_set, device=where.device, test=test, truth=known)
        try:
            adaptive = Adaptive(trainer.rehearse, trainer.machine.threads) if trainer.adapts else None
            finished = loop.train(trainer, view, meter, hooks, adaptive)
        except TrainingError as error:
            hooks.event("not-finite", str(error))
            raise
        finally:
            hooks.settle()
    reporter.tell(state=STOPPING, message="Saving.")
    hooks.save()
    ended = loop.ending(trainer) if finished else None
    hooks.event("finished" if finished else "stopped", ended or "Stopped.")
    return ended


def follow(folder: RunFolder) -> None:
    """Train as one of a group that does not lead: do what the leader says, until it says that it is over."""
    for name in (signal.SIGINT, signal.SIGTERM):  # the leader stops after a step, and with it all others
        signal.signal(name, signal.SIG_IGN)
    config = folder.record().config
    with process_group.formed(config.gpus, machine.pick_device(config.device)) as group:
        if not group or (first := group.hear()) is None:
            return
        where = Machine(**first["machine"])
        machine.set_up(where)
        config = folder.record().config  # the leader has found its pictures, which may have been moved
        image_set, test = data.load(config.data, **config.pictures), pictures.test_part(config)
        images, labels, spec = tensors_of(image_set)
        held_out = test and tensors_of(test)[:2]
        trainer = Trainer(config, images, where, labels, spec, group, fields_of(image_set), held_out)
        if not resuming.follow(folder, trainer, group):
            return
        while order := group.hear():
            trainer.follow(order)


class FolderHooks:
    """Keeps the run folder while the loop runs, and holds the loop as the person asks."""

    def __init__(self, reporter: RunReporter, turn: QueuePlace, trainer: Trainer) -> None:
        self.reporter, self.folder, self.turn, self.trainer = reporter, reporter.folder, turn, trainer
        self._done_singles = reporter.control.single_steps
        self._saved_at, self._save_took = time.monotonic(), 0.0
        self._saved_step = trainer.step
        self._longer = False  # whether it was said that the run goes on after its time
        self._critic = _critic(trainer)

    def before_step(self, trainer: Trainer) -> str:
        """Hold while paused, follow changed learning rates, and say what the next step is."""
        try:
            order = self._wait_while_paused()
        except Stop:
            return "stop"
        self._follow_rates()
        return order

    def _wait_while_paused(self) -> str:
        reporter = self.reporter
        while True:
            control = reporter.asked()
            paused = reporter.status.state == PAUSED
            if control.want == "run":
                if paused:
                    wait_turn(reporter, self.turn)
                    self.event("resumed", "Went on.")
                if reporter.status.state != RUNNING:
                    reporter.tell(state=RUNNING, message="Training.", progress=None, place=None)
                return "go"
            if control.single_steps > self._done_singles:
                self._done_singles += 1
                return "single"
            if not paused:
                self.turn.leave()  # a paused run does not keep others waiting
                self.event("paused", "Paused.")
                reporter.tell(state=PAUSED, message="Paused.", progress=None, **self._where(0.0))
            self._follow_rates()
            reporter.tell(at_once=False)
            time.sleep(_LOOK_S)

    def _follow_rates(self) -> None:
        control = self.reporter.control
        wanted = {"lr_g": control.lr_g, "lr_d": control.lr_d}
        in_force = dict(zip(wanted, self.trainer.rates, strict=True))
        if changes := {name: rate for name, rate in wanted.items() if rate is not None and rate != in_force[name]}:
            self.trainer.set_rates(**changes)
            words = ", ".join(f"{name} {in_force[name]:g} to {rate:g}" for name, rate in changes.items())
            self.event("rates", f"Learning rate changed: {words}.")
            self.reporter.tell(**changes)

    def row(self, row: dict[str, Any]) -> None:
        self.reporter.writing(self.folder.append_metrics, row)

    def grid(self, trainer: Trainer, png: bytes) -> None:
        self.reporter.writing(self.folder.add_sample, png, **loop.position(trainer))

    def measured(self, trainer: Trainer, quality: Quality, best: bool) -> None:
        layers = _spectra.row(self._critic.module) if self._critic else {}
        self.row({**loop.position(trainer), **vars(quality), **layers})
        self.reporter.tell(quality={**vars(quality), "step": trainer.step})
        if loop.waits_for_clear(trainer):
            self._tell_longer()
        if best:
            self.save()
            self.reporter.writing(self.folder.keep_best, trainer.step)

    def after_step(self, trainer: Trainer, images_per_s: float, epoch_ended: bool) -> None:
        paused = self.reporter.status.state == PAUSED
        self.reporter.tell(at_once=paused, **self._where(0.0 if paused else images_per_s))
        since = time.monotonic() - self._saved_at
        if since > trainer.config.checkpoint_s or (epoch_ended and since > _SAVE_SHARE * self._save_took):
            self.save()

    def threads(self, trainer: Trainer, change: threads.Change) -> None:
        self.event("threads", f"{change.words}.", threads=change.threads)

    def _tell_longer(self) -> None:
        """Say that the run goes on after its time, and until when."""
        config, clear = self.trainer.config, self.trainer.clear
        most = "" if config.most_seconds is None else f", for {config.most_seconds:g} s at most"
        words = f"Going on until {config.until_clear:.1%} of the samples are clear{most}; {clear:.1%} are."
        if not self._longer:
            self._longer = True
            self.event("longer", words)
        self.reporter.tell(message=words)

    def event(self, event: str, message: str, **more: Any) -> None:
        """Record something that happened, beside the metrics."""
        self.row({**loop.position(self.trainer), "event": event, "message": message, **more})
        log.info("step %d: %s", self.trainer.step, message)

    def save(self) -> None:
        """Publish a checkpoint of this step; of the older ones some are kept (retention.py).

        Raises:
            TrainingError: the weights are no longer finite; the last good checkpoint stays.
        """
        if self._saved_step == self.trainer.step and self.folder.checkpoint_path(self.trainer.step).exists():
            return
        loop.raise_if_bad(self.trainer)
        if not self.trainer.weights_finite():
            raise TrainingError(f"A weight was no longer a finite number at step {self.trainer.step}. {loop.CURE}")
        start = time.monotonic()
        self.reporter.writing(self.folder.sync_rows)
        self.reporter.writing(lambda: checkpoint.save(self.trainer, self.folder.checkpoint_path(self.trainer.step)))
        saved = self.folder.checkpoint_path(self.trainer.step)
        for old in superfluous(self.folder.checkpoint_steps(), saved.stat().st_size if saved.exists() else 0):
            self.folder.checkpoint_path(old).unlink(missing_ok=True)
        self._saved_at = time.monotonic()
        self._save_took, self._saved_step = self._saved_at - start, self.trainer.step

    def settle(self) -> None:
        """Bring the status up to the last step; it is published with the next change."""
        self.reporter.status = replace(self.reporter.status, **self._where(0.0))

    def _where(self, images_per_s: float) -> dict[str, Any]:
        lr_g, lr_d = self.trainer.rates
        return {
            **loop.position(self.trainer),
            "epoch": round(self.trainer.epoch, 4),
            "images_per_s": images_per_s,
            "device": self.trainer.machine.words,
            "eta_s": loop.seconds_left(self.trainer, images_per_s) if images_per_s else None,
            "lr_g": lr_g,
            "lr_d": lr_d,
        }


def _critic(trainer: Trainer) -> Player | None:
    """The player whose opinion of samples is asked; None where none is trained."""
    config = trainer.config
    return trainer.players.get(critic_of(config.method)) if config.adversarial else None


def _machine_of(folder: RunFolder, config: TrainConfig, spec: Spec, fields: dict[str, torch.Tensor]) -> Machine:
    """As at the run's first start, so that a resumed run computes the same numbers."""
    first = folder.record().resolved
    where = machine.resolve(config)
    if first.get("device") == where.device:
        kept = {name: first[name] for name in ("precision", "threads", "verdict") if name in first}
        return replace(where, **kept)
    path = runs_home() / PROBES
    known = reading.probes(path)
    before = len(known)
    where = probe.settled(config, where, spec, known, fields)
    if len(known) > before:
        with contextlib.suppress(OSError):  # then it is asked again next time
            path.parent.mkdir(parents=True, exist_ok=True)
            publish_json(path, known)
    return where


def _record(
    folder: RunFolder, config: TrainConfig, image_set: ImageSet, where: Machine, view: FixedView, drawn: dict[str, Any]
) -> Record:
    traits = loss_traits(config.loss)
    return replace(
        folder.record(),
        versions={"python": platform.python_version(), "torch": torch.__version__, "numpy": numpy.__version__},
        data={
            "name": image_set.name, "fingerprint": image_set.fingerprint, "count": len(image_set.images),
            "class_names": list(image_set.class_names), "source": image_set.source, "notes": list(image_set.notes),
        },
        resolved={
            "device": where.device, "precision": where.precision, "threads": where.threads,
            **({"verdict": where.verdict} if where.verdict else {}),
        },
        display={
            "rows": view.rows, "columns": view.columns, "tile": config.size, "gap": GAP, "row_labels": view.row_labels,
            "input": view.has_input, "truth": view.has_truth, "groups": view.groups,
            "d_output": traits.d_output,
            "balance": traits.balance,
            **drawn,
        },
    )  # fmt: skip
