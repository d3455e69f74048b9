"""The "strength" job: score a checkpoint at several strengths, propose one, and write it as a version of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine import device as hardware
from engine import durable, run_folder, versions
from engine.canaries.pairing import checked_answers, compare_inputs
from engine.errors import UserError
from engine.models.load import base_folder
from engine.records import StrengthChange
from engine.store import checkpoints as rows
from engine.store import history, models, runs, scores
from engine.store import strength as points
from engine.strength.weights import Dial, require_linear, write_version
from engine.training import checkpoints, heldout, loop, results
from engine.training.measuring import canaries_of
from engine.training.setup import open_session
from engine.verdict.decide import decide
from engine.verdict.strength import ALPHAS, Strength, checked, proposed
from engine.work import Outcome

if TYPE_CHECKING:
    from engine.records import StrengthPoint
    from engine.verdict.records import Verdict
    from engine.work import Work


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The payload: which checkpoint, which strengths to score, whether to write one as a version and make it current.

    Strengths that were scored are not scored again. `apply` "proposed" takes the strongest inside every budget.
    """

    ref: str
    alphas: tuple[float, ...] = ALPHAS
    blocks: dict[str, float] = {}
    apply: float | Literal["proposed"] | None = None
    make_current: bool = True


def run(work: Work) -> Outcome:
    """Do what the payload asks; the result has the proposal and, where a version was written, its name and verdict."""
    try:
        request = msgspec.convert(work.job.payload, Request)
    except msgspec.ValidationError as error:
        raise UserError(f"This strength request cannot be read: {error}.") from error
    return StrengthJob(work, request).run()


class StrengthJob:
    """One checkpoint's strengths: `run` is the order."""

    def __init__(self, work: Work, request: Request) -> None:
        """Refuse what cannot be done before anything is loaded."""
        self.work, self.request, self.store = work, request, work.store
        self.row = rows.find(self.store, request.ref)
        if self.row.variant or self.row.state != "complete":
            raise UserError(
                f"{self.row.ref} is not a checkpoint as it was trained, with its weights there.", field="ref"
            )
        self.wanted = [checked(alpha, request.blocks) for alpha in request.alphas]
        if isinstance(request.apply, float):
            self._require_weaker(checked(request.apply, request.blocks))
        self.rev = self.store.rev()
        self.recipe = runs.get(self.store, self.row.run_id).recipe
        require_linear(self.recipe)
        self.folder = runs.folder(self.store, self.row.run_id) / "checkpoints" / self.row.folder

    def run(self) -> Outcome:
        """Load, score what is missing, propose; write, confirm and point at a version where that was asked."""
        checkpoints.require_sound(self.folder, self.row.manifest_sha256)
        self._open()
        for strength in self._missing():
            self._score(strength)
        proposal = proposed(points.points(self.store, self.row.run_id, self.row.step))
        said: dict[str, Any] = {"ref": self.row.ref, "proposed": proposal.alpha if proposal else None}
        if self.request.apply is not None:
            said |= self._apply(self._chosen(proposal))
        run_folder.append_rows(self.store, self.row.run_id, self.rev)
        return Outcome(result=said)

    # ---- parts -------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        device = hardware.detect()
        run_dir = runs.folder(self.store, self.row.run_id)
        self.session = session = open_session(self.work, self.recipe, device, run_dir)
        self.base = base_folder(models.get(self.store, self.recipe.base))
        self.canaries = canaries_of(self.store, session)
        with loop.autocast(device, session.precision):
            self.before_id = self.canaries.before(
                session.loaded.model, run_id=self.row.run_id, on_progress=self._progress("measuring the base")
            )
            # In a sequence "before" was measured with the weights the run went on from, which are not the base.
            known = None if self.recipe.start_from else results.stored_learned(self.store, self.row.run_id, "before")
            self.learned_before = known or heldout.measure(
                session, session.loaded.model, on_progress=self._progress("held-out rows before")
            )
        self.dial = Dial(session.loaded.model, self.recipe, self.folder, self.base)

    def _missing(self) -> list[Strength]:
        known = {
            (point.alpha, tuple(sorted(point.blocks.items())))
            for point in points.points(self.store, self.row.run_id, self.row.step)
        }
        return [one for one in self.wanted if (one.alpha, tuple(sorted(one.blocks.items()))) not in known]

    def _score(self, strength: Strength) -> None:
        """Score the guard set and the held-out rows at one strength, and store the point; strength 0 is the base."""
        if strength.alpha == 0 and not strength.blocks:
            self._store_point(strength, self.before_id, self.learned_before)
            return
        said = f"strength {strength.alpha:g}"
        with loop.autocast(self.session.device, self.session.precision):
            model = self.dial.turn(strength)
            look_id = self.canaries.look(
                model, run_id=self.row.run_id, step=self.row.step, model_ref=f"{self.row.ref}{strength.variant}",
                fingerprint="", moment="strength", on_progress=self._progress(f"checking canaries at {said}"),
            )  # fmt: skip
            learned = heldout.measure(self.session, model, on_progress=self._progress(f"held-out rows at {said}"))
        self._store_point(strength, look_id, learned)

    def _store_point(self, strength: Strength, measurement_id: int, learned: heldout.Learned) -> None:
        inputs = compare_inputs(self.store, self.before_id, measurement_id, "guard", self.recipe.canaries.budgets)
        changes = [
            StrengthChange(
                name=one.name, kind=one.kind, role=one.role, n=len(one.differences),
                mean=sum(one.differences) / len(one.differences), budget=one.limit,
            )
            for one in inputs
        ]  # fmt: skip
        kl = [
            row.value for row in scores.scores(self.store, measurement_id) if row.score == "kl" and row.split == "guard"
        ]
        points.add_point(
            self.store, run_id=self.row.run_id, step=self.row.step, alpha=strength.alpha, blocks=strength.blocks,
            measurement_id=measurement_id, learned_nll=learned.mean("ref_nll"), learned_exact=learned.mean("exact"),
            kl=sum(kl) / len(kl) if kl else None, changes=changes,
        )  # fmt: skip

    def _chosen(self, proposal: StrengthPoint | None) -> Strength:
        if isinstance(self.request.apply, float):
            return checked(self.request.apply, self.request.blocks)
        if proposal is None:
            raise UserError(
                "At no strength that was scored is every capability inside its budget; only the base is.",
                field="apply", remedy="Score weaker ones, train again with protection, or roll back to the base.",
            )  # fmt: skip
        chosen = Strength(alpha=proposal.alpha)
        self._require_weaker(chosen)
        return chosen

    def _require_weaker(self, strength: Strength) -> None:
        if strength.is_whole:
            raise UserError(
                f"Strength 1 is {self.row.ref} itself: there is nothing to write.", field="apply",
                remedy=f"`palimpsest make-current {self.row.ref}` makes it the current model.",
            )  # fmt: skip
        if strength.alpha == 0 and not any(strength.blocks.values()):
            raise UserError("Strength 0 is the base itself.", field="apply", remedy="Roll back to the base instead.")

    def _apply(self, strength: Strength) -> dict[str, Any]:
        """Write the version, confirm it once on the verdict set, and make it current unless that says forgot."""
        version = self._written(strength)
        verdict = self._confirmed(strength, version.manifest_sha256)
        said: dict[str, Any] = {"version": version.ref, "overall": verdict["word"], "made_current": False}
        if self.request.make_current and verdict["word"] != "forgot":
            move = versions.make_current(self.store, version.ref, by="by the strength slider")
            said |= {"made_current": move.entry_id is not None, "sentence": move.sentence}
        return said

    def _written(self, strength: Strength) -> Any:
        known = {row.variant: row for row in rows.variants(self.store, self.row.run_id) if row.step == self.row.step}
        place = self.folder.with_name(f"{self.folder.name}{strength.variant}")
        found = known.get(strength.variant)
        if found is not None and durable.damage(place, found.manifest_sha256) is None:
            return found
        self.work.phase("writing the version")
        about: dict[str, object] = {
            "step": self.row.step, "variant": strength.variant, "of": self.row.ref,
            "of_manifest_sha256": self.row.manifest_sha256, "strength": msgspec.to_builtins(strength),
        }  # fmt: skip
        saved = write_version(self.folder.parent, self.recipe, self.folder, self.base, strength, about)
        rows.add(
            self.store, run_id=self.row.run_id, step=self.row.step, folder=saved.folder.name,
            manifest_sha256=saved.manifest_sha256, size_bytes=saved.size_bytes, variant=strength.variant,
            strength=msgspec.to_builtins(strength),
        )  # fmt: skip
        made = rows.get(self.store, self.row.run_id, self.row.step, strength.variant)
        new, old = (versions.named(self.store, ref) for ref in (made.ref, self.row.ref))
        history.append(self.store, "strength", f"Made {new}: {old} at strength {strength.alpha:g}", after=made.ref)
        return made

    def _confirmed(self, strength: Strength, manifest_sha256: str) -> dict[str, Any]:
        """Return the verdict on a version: the verdict set is touched once, a second time gives what it said then."""
        run_id, step = self.row.run_id, self.row.step
        if known := scores.verdicts_on(self.store, run_id, step, strength.variant):
            return dict(known[-1]["payload"])
        ref = f"{self.row.ref}{strength.variant}"
        with loop.autocast(self.session.device, self.session.precision):
            after_id = self.canaries.after(
                self.dial.turn(strength), run_id=run_id, step=step, model_ref=ref, fingerprint=manifest_sha256,
                on_progress=self._progress("confirming on the verdict set"), moment="strength",
            )  # fmt: skip
        verdict = self._decided(after_id)
        scores.add_verdict(
            self.store, run_id=run_id, step=step, split="verdict", overall=verdict.word, payload=verdict,
            variant=strength.variant,
        )  # fmt: skip
        history.append(
            self.store, "verdict", f"Verdict on {versions.named(self.store, ref)}: {verdict.word}", after=ref,
            details={"overall": verdict.word},
        )  # fmt: skip
        return dict(msgspec.to_builtins(verdict))

    def _decided(self, after_id: int) -> Verdict:
        budgets = self.recipe.canaries.budgets
        before = scores.get(self.store, self.before_id)
        return decide(
            compare_inputs(self.store, self.before_id, after_id, "verdict", budgets),
            noise_floor=before.noise_floor if before else 0.0,
            checked=checked_answers(self.store, self.before_id, after_id, "verdict", budgets),
        )

    def _progress(self, phase: str) -> Any:
        def say(done: int, total: int) -> None:
            self.work.stop_if_cancelled()
            self.work.phase(phase, done, total)

        return say
