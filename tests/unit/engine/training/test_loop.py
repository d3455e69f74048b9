"""The loop: what happens in a step, in which order, and how it ends."""

import math

import pytest
import torch

from engine.errors import NonFinite
from engine.training import loop
from engine.training.methods import trainable_parameters
from engine.training.schedule import lr_at


@pytest.mark.parametrize("method", ["full", "lora"])
def test_losses_fall_and_every_step_is_told(bench, method):
    recorder = bench.Recorder()
    task = bench.task(bench.recipe(method, lr=3e-3), steps=20)
    assert loop.train(task, recorder) == 20
    assert [report.step for report in recorder.reports] == list(range(1, 21))
    assert sum(recorder.losses[-5:]) < sum(recorder.losses[:5])
    for report in recorder.reports:
        rows = task.order.rows(report.step)
        assert report.tokens == sum(len(task.examples[row].ids) for row in rows)
    elapsed = [report.elapsed_s for report in recorder.reports]
    assert elapsed == sorted(elapsed)
    assert elapsed[0] > 0


def test_two_runs_of_one_recipe_are_equal_bit_for_bit(bench, weights):
    ends = []
    for _ in range(2):
        recorder = bench.Recorder()
        task = bench.task(bench.recipe(adapter={"dropout": 0.1}), steps=5)
        torch.manual_seed(0)
        loop.train(task, recorder)
        ends.append((recorder.losses, weights(task.model)))
    assert ends[0][0] == ends[1][0]
    assert all(torch.equal(ends[0][1][name], ends[1][1][name]) for name in ends[0][1])


def test_rate_of_each_step_reaches_the_optimiser(bench):
    recipe = bench.recipe(schedule="cosine", warmup_ratio=0.25)
    task = bench.task(recipe, steps=8)
    used = []
    step = task.optimiser.step
    task.optimiser.step = lambda: (used.append({group["lr"] for group in task.optimiser.param_groups}), step())
    recorder = bench.Recorder()
    loop.train(task, recorder)
    wanted = [lr_at(n, 8, peak=1e-3, warmup_ratio=0.25, schedule="cosine") for n in range(1, 9)]
    assert used == [{rate} for rate in wanted]
    assert [report.lr for report in recorder.reports] == wanted


def steps_of_sgd(bench, max_grad_norm):
    """One step of plain descent at rate 1: the weights move by exactly the gradient that was used."""
    recipe = bench.recipe("full", max_grad_norm=max_grad_norm, warmup_ratio=0.0, schedule="constant")
    task = bench.task(recipe, steps=1, peak_lr=1.0)
    before = [p.detach().clone() for _, p in trainable_parameters(task.model)]
    task.optimiser = torch.optim.SGD([p for _, p in trainable_parameters(task.model)], lr=1.0)
    recorder = bench.Recorder()
    loop.train(task, recorder)
    moved = [(new - old).norm() for old, (_, new) in zip(before, trainable_parameters(task.model), strict=True)]
    return recorder.reports[0].grad_norm, torch.stack(moved).norm().item()


def test_clipping_shortens_the_gradient_and_reports_its_real_norm(bench):
    free_norm, free_move = steps_of_sgd(bench, 0.0)
    assert free_move == pytest.approx(free_norm, rel=1e-3)
    limit = free_norm / 10
    told, moved = steps_of_sgd(bench, limit)
    assert told == pytest.approx(free_norm, rel=1e-6)
    assert moved == pytest.approx(limit, rel=1e-3)
    assert steps_of_sgd(bench, free_norm * 10)[1] == pytest.approx(free_norm, rel=1e-3)


def test_stop_ends_before_the_step_it_is_asked_at(bench, weights):
    recorder = bench.Recorder(stop_before=4)
    task = bench.task(bench.recipe(), steps=8)
    assert loop.train(task, recorder) == 3
    assert (recorder.asked, [report.step for report in recorder.reports]) == ([1, 2, 3, 4], [1, 2, 3])
    three = bench.task(bench.recipe(), steps=8)
    loop.train(three, bench.Recorder(stop_before=4))
    stopped, again = weights(task.model), weights(three.model)
    assert all(torch.equal(stopped[name], again[name]) for name in stopped)


def test_stop_before_the_first_step_changes_nothing(bench, weights):
    task = bench.task(bench.recipe())
    before = weights(task.model)
    assert loop.train(task, bench.Recorder(stop_before=1)) == 0
    assert all(torch.equal(before[name], now) for name, now in weights(task.model).items())


def test_looks_happen_after_their_step_and_may_stop(bench):
    modes = []
    task = bench.task(bench.recipe(), looks={2, 5, 8})
    recorder = bench.Recorder(at_look=lambda step: modes.append((step, task.model.training)), stop_at_look=5)
    assert loop.train(task, recorder) == 5
    assert modes == [(2, False), (5, False)]
    assert recorder.reports[-1].step == 5


def test_training_mode_comes_back_after_a_look(bench):
    task = bench.task(bench.recipe(), looks={1}, steps=2)
    modes = []
    recorder = bench.Recorder()
    recorder.after_step = lambda report: modes.append(task.model.training)
    loop.train(task, recorder)
    assert modes == [True, True]


def test_time_at_a_look_or_in_a_pause_is_no_training_time(bench):
    waits = []

    def wait(step):
        import time

        waits.append(step)
        time.sleep(0.3)

    quick = bench.Recorder()
    loop.train(bench.task(bench.recipe(), steps=3), quick)
    slow = bench.Recorder(at_look=wait)
    loop.train(bench.task(bench.recipe(), steps=3, looks={1, 2}), slow)
    assert waits == [1, 2]
    assert slow.reports[-1].elapsed_s < quick.reports[-1].elapsed_s + 0.5


def test_a_pause_is_waiting_inside_before_step(bench):
    class Pausing(bench.Recorder):
        waited = 0

        def before_step(self, step):
            while step == 3 and self.waited < 5:
                self.waited += 1
            return super().before_step(step)

    paused, plain = Pausing(), bench.Recorder()
    for recorder in (paused, plain):
        torch.manual_seed(0)
        loop.train(bench.task(bench.recipe(adapter={"dropout": 0.1}), steps=5), recorder)
    assert paused.waited == 5
    assert paused.losses == plain.losses


class _Spoil:
    """A `Progress` that spoils a weight before a step, and keeps what all the others were then."""

    def __init__(self, bench, task, weights, *, step, value):
        self.recorder, self.task, self.weights, self.step, self.value = bench.Recorder(), task, weights, step, value
        self.after_step, self.look = self.recorder.after_step, self.recorder.look

    @property
    def saved_step(self):
        return self.recorder.saved_step

    def before_step(self, step):
        if step == self.step:
            parameter = trainable_parameters(self.task.model)[-1][1]
            with torch.no_grad():
                parameter.view(-1)[0] = self.value
            self.kept = self.weights(self.task.model)
        return self.recorder.before_step(step)


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize(("method", "step", "last_good"), [("full", 1, None), ("lora", 5, 4), ("qlora", 3, 2)])
def test_a_weight_gone_bad_stops_in_that_step_with_nothing_changed(bench, weights, value, method, step, last_good):
    task = bench.task(bench.recipe(method), looks={2, 4})
    spoil = _Spoil(bench, task, weights, step=step, value=value)
    with pytest.raises(NonFinite) as caught:
        loop.train(task, spoil)
    assert (caught.value.step, caught.value.last_good_step) == (step, last_good)
    assert f"step {step}" in caught.value.message
    assert "learning rate" in caught.value.remedy
    assert [report.step for report in spoil.recorder.reports] == list(range(1, step)), "no loss is told for that step"
    now = weights(task.model)
    assert all(torch.equal(now[name], kept) or kept.isnan().any() for name, kept in spoil.kept.items())
    assert sum(int((~now[name].isfinite()).sum()) for name in now if now[name].is_floating_point()) == 1


def test_an_infinite_loss_of_one_part_stops_the_whole_step(bench, weights):
    """Only the last part of an accumulated step goes wrong."""
    recipe = bench.recipe("full", batch_size=4)
    task = bench.task(recipe, micro_batch=1)
    before = weights(task.model)
    calls = []
    head = task.model.get_output_embeddings()

    def spoil(module, inputs, output):
        calls.append(1)
        return output * math.inf if len(calls) == 4 else output

    handle = head.register_forward_hook(spoil)
    with pytest.raises(NonFinite, match="step 1"):
        loop.train(task, bench.Recorder())
    handle.remove()
    assert len(calls) == 4
    assert all(torch.equal(before[name], now) for name, now in weights(task.model).items())


def test_a_row_with_nothing_to_learn_among_others_is_harmless(bench):
    rows = bench.examples(8)
    rows[0].mask[:] = False
    recorder = bench.Recorder()
    loop.train(bench.task(bench.recipe(), examples=rows, steps=4), recorder)
    assert all(math.isfinite(loss) and loss > 0 for loss in recorder.losses)


def test_rows_with_nothing_to_learn_at_all_stop_rather_than_log_zero(bench):
    rows = bench.examples(4)
    for row in rows:
        row.mask[:] = False
    recorder = bench.Recorder()
    with pytest.raises((NonFinite, ZeroDivisionError)):
        loop.train(bench.task(bench.recipe(), examples=rows, steps=4), recorder)
    assert recorder.losses == []
