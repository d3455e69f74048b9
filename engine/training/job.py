"""The training job, in the order things happen: open, measure before, train, measure after, decide, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import device as hardware
from engine import durable, sequences, versions
from engine.budgets import require_known
from engine.canaries.suite import load_suite
from engine.errors import EnvironmentFailure, NonFinite, OutOfMemory, UserError
from engine.models import fingerprint
from engine.models.load import base_folder
from engine.states import State
from engine.store import checkpoints as rows
from engine.store import history, jobs, models, runs, scores
from engine.strength import drift
from engine.strength.weights import has_weaker_versions
from engine.training import checkpoints, heldout, loop, methods, results
from engine.training.guarding import Guarding, Seen
from engine.training.measuring import canaries_of
from engine.training.observer import Observer
from engine.training.prompting import longest_of, put_prompt
from engine.training.protections import building
from engine.training.schedule import peak_lr
from engine.training.setup import open_session
from engine.training.stages import measure_earlier
from engine.work import Outcome, Replace, Work

if TYPE_CHECKING:
    from pathlib import Path

    from engine.device import CpuDevice
    from engine.records import Recipe
    from engine.training.protections.assembled import Protections

#: How often the worker is replaced after an error of the accelerator other than lack of memory.
MAX_RETRIES = 2


def run(work: Work) -> Outcome:
    """Do the whole run of the job's `run_id`, or go on from its newest sound checkpoint where the payload says resume."""
    recipe = runs.get(work.store, int(work.job.run_id or 0)).recipe
    device = hardware.detect()
    job = TrainingJob(work, recipe, device)
    try:
        return job.run()
    except Exception as error:
        if isinstance(error, (Replace, UserError, NonFinite)):
            raise
        failure = error if isinstance(error, OutOfMemory) else device.explain(error)
        if failure is None:
            raise
        raise after_failure(failure, work.job.payload, recipe, while_training=job.is_training) from error


def after_failure(
    failure: Exception, payload: dict[str, Any], recipe: Recipe, *, while_training: bool = True
) -> Exception:
    """Decide what follows an error of the hardware: a new worker with half the micro-batch, a new worker, or the end.

    The effective batch stays: half the rows at once means twice the parts. Down to one row, then the next remedy is named.
    Memory that ran out before or after training is no matter of the micro-batch, and ends the run.
    """
    if isinstance(failure, OutOfMemory) and not while_training:
        return EnvironmentFailure(
            f"{failure.message} The model was being loaded or measured, so fewer training rows at once would not help.",
            remedy="Close what else uses this memory, then resume; or choose QLoRA or a smaller base.",
        )
    if isinstance(failure, OutOfMemory):
        now = int(payload.get("micro_batch") or recipe.training.micro_batch or recipe.training.batch_size)
        if now <= 1:
            return OutOfMemory(
                f"{failure.message} One row at a time already does not fit.",
                remedy="Turn gradient_checkpointing on, choose QLoRA, or a shorter max_length.",
            )
        half = max(size for size in range(1, now // 2 + 1) if recipe.training.batch_size % size == 0)
        reason = f"Memory ran out with {now} rows at once; going on with {half} and the same effective batch."
        return Replace({**payload, "micro_batch": half, "resume": True}, reason)
    retries = int(payload.get("retries", 0))
    if retries >= MAX_RETRIES or not _needs_new_worker(failure):
        return failure
    reason = f"{failure} The worker was replaced; going on from the last checkpoint."
    return Replace({**payload, "retries": retries + 1, "resume": True}, reason)


def _needs_new_worker(failure: Exception) -> bool:
    return isinstance(failure, EnvironmentFailure) and "worker was replaced" in (failure.remedy or "")


class TrainingJob:
    """One run's work. Each method is one phase; `run` is their order."""

    def __init__(self, work: Work, recipe: Recipe, device: CpuDevice) -> None:
        """Bind to the claimed job, its recipe and the device."""
        self.work, self.recipe, self.device = work, recipe, device
        self.run_id = int(work.job.run_id or 0)
        self.folder = runs.folder(work.store, self.run_id)
        self.training_began = False
        self.end_step = 0
        self.is_training = False

    def run(self) -> Outcome:
        """Every phase in order; a stop after training keeps what there is and skips the measuring after."""
        work = self.work
        self._prepare_folder()
        self.session = open_session(
            work, self.recipe, self.device, self.folder, micro_batch=int(work.job.payload.get("micro_batch", 0))
        )
        runs.update(work.store, self.run_id, steps_total=self.session.steps_total)
        self.resume_from = self._newest_checkpoint() if work.job.payload.get("resume") else None
        self._measure_before()
        if self.recipe.method == "prompt":
            return self._run_prompt()
        observer = self._train()
        self.end_step = observer.saved_step
        if observer.stopped_by_user:
            outcome = Outcome(
                state=State.STOPPED, reason=f"stopped at step {observer.saved_step}; its checkpoint is kept"
            )
        else:
            self._measure_after()
            outcome = Outcome(result={"overall": self._decide()})
            if self.recipe.start_from:
                self._judge_earlier_stages()
            if observer.stopped_by_guard:
                outcome = self._after_trip(outcome)
        self._note_drift()
        self._verify_base()
        observer.append_rows()
        if self.recipe.protection.slider_after and not observer.stopped_by_user:
            self._queue_strengths()
        return outcome

    def _run_prompt(self) -> Outcome:
        """The run that trains nothing: its "after" is the base with the prompt in place."""
        work, session = self.work, self.session
        longest = longest_of(session.loaded.model)
        prompted = put_prompt(self.recipe, session.prepared, session.loaded.tokenizer, longest=longest)
        session.prepared = prompted.prepared
        self.canaries.put_context(prompted.context, longest=longest)
        runs.update(work.store, self.run_id, results={"prompt": prompted.told()})
        self._measure_after(prompted.fingerprint)
        outcome = Outcome(result={"overall": self._decide()})
        self._verify_base()
        results.keep_rows(work.store, self.run_id, self.folder)
        return outcome

    # ---- phases ------------------------------------------------------------------------------------------------------

    def _prepare_folder(self) -> None:
        durable.make_folders(self.folder / "checkpoints")
        durable.remove_leftovers(self.folder / "checkpoints")
        durable.replace_file(self.folder / "recipe.toml", self.recipe.to_toml().encode())

    def _measure_before(self) -> None:
        work, session, loaded = self.work, self.session, self.session.loaded
        names = [one.name for one in load_suite(self.recipe.canaries.suite).capabilities]
        require_known(self.recipe.canaries.budgets, names, self.recipe.canaries.suite)
        work.set_state(State.MEASURING_BEFORE)
        self.canaries = canaries_of(work.store, session)
        if self.canaries.left_out:
            work.log(
                f"Canaries left out, they overlap the training rows: {', '.join(self.canaries.left_out)}", "warning"
            )
        with loop.autocast(self.device, session.precision):
            self.before_id = self.canaries.before(
                loaded.model, run_id=self.run_id, on_progress=self._progress("measuring before")
            )
            if not self.recipe.start_from:
                self._measure_heldout_before()

    def _train(self) -> Observer:
        work, session, recipe = self.work, self.session, self.recipe
        loaded = session.loaded
        loaded.model = methods.make_trainable(loaded.model, recipe)
        lr = peak_lr(recipe)
        optimiser = self.device.optimiser(
            recipe.training.optimiser, methods.parameter_groups(loaded.model, recipe.training.weight_decay), lr=lr
        )
        protections = self._protections()
        if recipe.start_from:
            self._go_on_from_start()
        self.guarding = Guarding(work, recipe, self._looks())
        observer = Observer(work, session, optimiser, self._look, self.guarding, protections)
        task = loop.Task(
            model=loaded.model, optimiser=optimiser, examples=session.prepared.train, order=session.order,
            settings=recipe.training, peak_lr=lr, precision=session.precision, device=self.device,
            pad_id=loaded.tokenizer.pad_token_id, steps_total=session.steps_total, looks=self._looks(),
            micro_batch=session.micro_batch, protections=protections,
        )  # fmt: skip
        self.device.reset_peak()
        self.training_began = True
        work.set_state(State.TRAINING)
        if self.resume_from is not None:
            self._restore(self.resume_from, task, observer)
        else:
            runs.drop_steps_after(work.store, self.run_id, 0)
            self.guarding.restore(None, 0)
            _seed_everything(recipe.training.seed)
        self.is_training = True
        try:
            loop.train(task, observer)
            self.is_training = False
        except NonFinite as failure:
            self._after_non_finite(observer, failure)
            raise
        finally:
            observer.flush()
            runs.update(work.store, self.run_id, peak_bytes=self.device.peak_bytes())
        return observer

    def _go_on_from_start(self) -> None:
        """Put the weights that this run starts from in place, and measure its held-out rows with them."""
        folder = sequences.start_folder(self.work.store, self.recipe)
        checkpoints.require_sound(folder, self.recipe.start_fingerprint or None)
        methods.load_weights(self.session.loaded.model, self.recipe, folder)
        with loop.autocast(self.device, self.session.precision):
            self._measure_heldout_before()

    def _protections(self) -> Protections:
        """Make what the recipe asks for, while the model still is the base; an adapter's "off" must be just that."""
        if self.recipe.protection.needs_teacher and self.recipe.method != "full" and self.canaries.baseline is not None:
            with loop.autocast(self.device, self.session.precision):
                building.require_off_is_base(self.session.loaded.model, self.recipe, self.canaries.baseline)
        return building.build(
            self.session, self.session.loaded.model, home=self.work.store.home,
            base_folder=self._pulled_to(),
            canaries=load_suite(self.recipe.canaries.suite).items,
            arithmetic=lambda: loop.autocast(self.device, self.session.precision),
            on_progress=lambda phase, done, total: self._progress(phase)(done, total), say=self.work.log,
        )  # fmt: skip

    def _pulled_to(self) -> Path:
        """The weights that L2-SP pulls a full run back to: in a sequence what it goes on from, else the base's."""
        if self.recipe.start_from and self.recipe.method == "full":
            return sequences.start_folder(self.work.store, self.recipe)
        return base_folder(models.get(self.work.store, self.recipe.base))

    def _measure_after(self, fingerprint: str = "") -> None:
        """Measure the trained weights, proved by their checkpoint, or what has the given fingerprint."""
        work, session = self.work, self.session
        work.set_state(State.MEASURING_AFTER)
        step = self.end_step
        ref = f"{self.run_id}@{step}"
        manifest = fingerprint or rows.get(work.store, self.run_id, step).manifest_sha256
        with loop.autocast(self.device, session.precision):
            self.after_id = self.canaries.after(
                session.loaded.model, run_id=self.run_id, step=step, model_ref=ref, fingerprint=manifest,
                on_progress=self._progress("measuring after"),
            )  # fmt: skip
            self.learned_after = self._measure_heldout("after", step)

    def _decide(self) -> str:
        """Store the verdict and everything told beside it; return the overall word."""
        work = self.work
        verdict = results.decide_and_store(
            work.store, self.run_id, self.end_step, self.before_id, self.after_id, self.recipe.canaries
        )
        told = results.told(
            work.store, self.session, self.learned_before, self.learned_after, self.before_id, self.after_id
        )
        runs.update(work.store, self.run_id, results={**runs.get(work.store, self.run_id).results, **told})
        name = runs.get(work.store, self.run_id).name
        history.append(
            work.store, "verdict", f"Verdict on {name}: {verdict.word}", after=f"{self.run_id}@{self.end_step}",
            details={"overall": verdict.word},
        )  # fmt: skip
        return str(verdict.word)

    def _note_drift(self) -> None:
        """Store how far each weight moved in the end, for the picture; a model whose files cannot tell has none."""
        if self.end_step < 1:
            return
        self.work.phase("comparing weights")
        try:
            drift.record(self.work.store, rows.get(self.work.store, self.run_id, self.end_step))
        except UserError as error:
            self.work.log(f"How far the weights moved is not known: {error.message}", "warning")

    def _queue_strengths(self) -> None:
        """Let smaller strengths of the change be scored next, as a job of its own; nothing is written or made current."""
        if not has_weaker_versions(self.recipe):
            self.work.log("Smaller strengths are not scored: this kind of adapter has none.", "warning")
            return
        job_id = jobs.enqueue(
            self.work.store, "strength", {"ref": f"{self.run_id}@{self.end_step}", "make_current": False}
        )
        self.work.log(f"Smaller strengths of the change are scored next (job {job_id}).")

    def _verify_base(self) -> None:
        """Hash the base again: after every run it must be what it was."""
        store = self.work.store
        row = models.get(store, self.recipe.base)
        self.work.phase("verifying base")
        fingerprint.verify(store, row, base_folder(row), on_bytes=self._progress("verifying base"))
        size = sum(file.size_bytes for file in row.files)
        said = {
            "base": {"unchanged": True, "files": len(row.files), "size_bytes": size, "fingerprint": row.fingerprint}
        }
        runs.update(store, self.run_id, results={**runs.get(store, self.run_id).results, **said})

    # ---- parts -------------------------------------------------------------------------------------------------------

    def _looks(self) -> frozenset[int]:
        """The planned looks, the steps at which a checkpoint is due, and the end."""
        session, every = self.session, self.recipe.checkpoints.every_steps
        due = range(every, session.steps_total + 1, every) if every else ()
        return frozenset({*session.looks, *due, session.steps_total})

    def _look(self, step: int) -> Seen:
        """Score the guard set at a look and let the guard judge it."""
        if step == self.session.steps_total:
            return Seen(is_inside=False)  # the measuring after follows at once and scores the same items
        with loop.autocast(self.device, self.session.precision):
            look_id = self.canaries.look(
                self.session.loaded.model, run_id=self.run_id, step=step, model_ref=f"{self.run_id}@{step}",
                fingerprint="", on_progress=self._progress(f"checking canaries at step {step}"),
            )  # fmt: skip
        return self.guarding.look(step, self.before_id, look_id)

    def _after_trip(self, outcome: Outcome) -> Outcome:
        """End as auto-stopped, with what the guard said and offers."""
        told = runs.get(self.work.store, self.run_id).results["guard"]
        reason = f"{told['sentence']} Inside every budget: {versions.said(told['offered'])}."
        return Outcome(state=State.AUTO_STOPPED, reason=reason, result={**outcome.result, "offered": told["offered"]})

    def _after_non_finite(self, observer: Observer, failure: NonFinite) -> None:
        """Mark the step and offer what to go back to; the run fails with its own sentence."""
        self.guarding.non_finite(failure.step, failure.message)
        if self.recipe.canaries.guard != "off":
            self.guarding.offer(failure.step, observer.best_step, kind="non-finite", sentence=failure.message)

    def _restore(self, folder: Path, task: loop.Task, observer: Observer) -> None:
        """Go on exactly where a checkpoint was written, or refuse with the list of what differs."""
        state = checkpoints.read_state(folder)
        checkpoints.require_same(
            state.identity, self.session.identity, recipe_changes=checkpoints.recipe_changes(folder, self.recipe)
        )
        checkpoints.restore(folder, task.model, task.optimiser, self.recipe, self.device)
        task.protections.restore(state.protection)
        task.start_step = state.step
        task.elapsed_s = observer.elapsed_s = state.elapsed_s
        observer.tokens_seen, observer.saved_step = state.tokens_seen, state.step
        observer.best_step = state.guard.get("best_step")
        self.guarding.restore(state.guard.get("state"), state.step)
        runs.drop_steps_after(self.work.store, self.run_id, state.step)
        self.work.log(f"Going on from the checkpoint at step {state.step}.")

    def _newest_checkpoint(self) -> Path | None:
        """Return the newest checkpoint whose every file is as written; damaged ones are set aside and said."""
        parent = self.folder / "checkpoints"
        for row in reversed(rows.of_run(self.work.store, self.run_id)):
            if row.state != "complete" or not row.has_optimiser:
                continue
            damage = durable.damage(parent / row.folder, row.manifest_sha256)
            if damage is None:
                return parent / row.folder
            self.work.log(
                f"The checkpoint at step {row.step} is damaged ({damage}); an earlier one is used.", "warning"
            )
            rows.set_state(
                self.work.store, row.id, "bad", size_bytes=0, has_optimiser=False, manifest_sha256=row.manifest_sha256
            )
            if (parent / row.folder).exists():
                durable.set_aside(parent / row.folder)
        return None

    def _measure_heldout_before(self) -> None:
        """Measure the held-out rows with what the run starts from, or take over what is known of the base already."""
        store, key = self.work.store, "" if self.recipe.start_from else heldout.cache_key(self.session)
        known = results.stored_learned(store, self.run_id, "before")
        if known is None and key and (known := results.cached_learned(store, key)) is not None:
            results.store_learned(store, self.session, self.run_id, "before", 0, known, key=key)
        self.learned_before = known or self._measure_heldout("before", 0, key)

    def _judge_earlier_stages(self) -> None:
        """Say whether this training broke what the runs before it had learned: a verdict over their held-out rows."""
        store, name = self.work.store, runs.get(self.work.store, self.run_id).name
        with loop.autocast(self.device, self.session.precision):
            measure_earlier(self.work, self.session, self.run_id, self.end_step, self._progress)
        verdict = sequences.judge_earlier(store, runs.get(store, self.run_id))
        if verdict is None:
            return
        scores.add_verdict(
            store, run_id=self.run_id, step=self.end_step, split="heldout", overall=verdict.word, payload=verdict
        )
        history.append(
            store,
            "verdict",
            f"Verdict on what came before {name}: {verdict.word}",
            after=f"{self.run_id}@{self.end_step}",
            details={"overall": verdict.word},
        )

    def _measure_heldout(self, moment: str, step: int, key: str = "") -> heldout.Learned:
        learned = heldout.measure(
            self.session, self.session.loaded.model, on_progress=self._progress(f"held-out rows {moment}")
        )
        results.store_learned(self.work.store, self.session, self.run_id, moment, step, learned, key=key)
        return learned

    def _progress(self, phase: str) -> Any:
        """Return a callback that writes how far a phase is and, before training, ends the job if that was asked."""

        def say(done: int, total: int) -> None:
            self.work.phase(phase, done, total)
            if not self.training_began:
                self.work.stop_if_cancelled()

        return say


def _seed_everything(seed: int) -> None:
    """Start every random state from the seed, so that what was measured before has no part in training."""
    import random

    import numpy as np
    import torch

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
