"""What tests of training share: real rows of the tiny model, recipes, models of each method, a recording `Progress`."""

import msgspec
import numpy as np
import pytest
import torch

from engine.data.render import Example
from engine.device import CpuDevice
from engine.models.load import load_tokenizer, load_weights
from engine.records import Adapter, Recipe, Training
from engine.training import loop, methods
from engine.training.batches import Order
from engine.training.checkpoints import Identity, State, random_state

torch.set_num_threads(1)


def recipe_for(method="lora", *, adapter=None, **training):
    """A recipe whose settings are small; keyword arguments go to its training part."""
    return Recipe(
        base="tiny",
        method=method,
        adapter=Adapter(rank=4, alpha=8.0, **(adapter or {})),
        training=msgspec.structs.replace(Training(batch_size=4, lr=1e-3, warmup_ratio=0.2), **training),
    )


def random_examples(count=24, *, vocabulary=300, shortest=4, longest=24, seed=0):
    """Rows of random tokens, each with loss on a random part behind its first token."""
    random = np.random.default_rng(seed)
    rows = []
    for line in range(count):
        length = int(random.integers(shortest, longest + 1))
        mask = np.zeros(length, dtype=bool)
        mask[int(random.integers(1, length)) :] = True
        ids = random.integers(3, vocabulary, length).astype(np.int32)
        rows.append(Example(ids=ids, mask=mask, line=line + 1, prompt_text="", answer_text=""))
    return rows


def identity(**changed):
    """An identity that matches itself."""
    plain = Identity(
        recipe_hash="r", base_fingerprint="b", data_fingerprint="d", tokenizer_hash="t", precision="fp32",
        quantisation="none", attention_kernel="sdpa on cpu", device="cpu", threads=1, versions={"torch": "2"},
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changed)


def state_at(step, **changed):
    """What a checkpoint says of itself, with the random states of this moment."""
    python_random, numpy_random = random_state()
    plain = State(
        step=step, steps_total=8, tokens_seen=10 * step, elapsed_s=0.5 * step, identity=identity(),
        python_random=python_random, numpy_random=numpy_random,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changed)


class Recorder:
    """A `Progress` that keeps every report and may act at chosen steps."""

    def __init__(self, *, stop_before=None, at_look=None, stop_at_look=None):
        self.reports, self.looks, self.asked = [], [], []
        self.saved_step = -1
        self.stop_before, self.stop_at_look, self.at_look = stop_before, stop_at_look, at_look

    @property
    def losses(self):
        return [report.loss for report in self.reports]

    def before_step(self, step):
        self.asked.append(step)
        return "stop" if step == self.stop_before else "go"

    def after_step(self, report):
        self.reports.append(report)

    def look(self, step):
        self.looks.append(step)
        self.saved_step = step
        if self.at_look:
            self.at_look(step)
        return "stop" if step == self.stop_at_look else "go"


class Bench:
    """Makes models, optimisers and tasks over the tiny base."""

    Recorder = Recorder
    recipe = staticmethod(recipe_for)
    examples = staticmethod(random_examples)
    identity = staticmethod(identity)
    state = staticmethod(state_at)

    def __init__(self, folder):
        self.folder = folder
        self.device = CpuDevice()

    def base(self, method="lora"):
        return load_weights(self.folder, self.device, "fp32", four_bit=method == "qlora", trainable=method == "full")

    def tokenizer(self):
        return load_tokenizer(self.folder)

    def model(self, recipe):
        return methods.make_trainable(self.base(recipe.method), recipe)

    def task(self, recipe, *, examples=None, model=None, steps=8, looks=(), **more):
        """A task ready for `loop.train`, with a fresh model and optimiser."""
        model = self.model(recipe) if model is None else model
        examples = random_examples() if examples is None else examples
        groups = methods.parameter_groups(model, recipe.training.weight_decay)
        plain = {
            "model": model,
            "optimiser": self.device.optimiser(recipe.training.optimiser, groups, lr=recipe.training.lr),
            "examples": examples,
            "order": Order([len(row.ids) for row in examples], recipe.training.batch_size, recipe.training.seed),
            "settings": recipe.training,
            "peak_lr": recipe.training.lr,
            "precision": "fp32",
            "device": self.device,
            "pad_id": 0,
            "steps_total": steps,
            "looks": frozenset(looks),
            "micro_batch": recipe.training.micro_batch or recipe.training.batch_size,
        }
        return loop.Task(**{**plain, **more})


@pytest.fixture(scope="session")
def bench(tiny_base):
    """Models, tasks and rows for tests of training."""
    return Bench(tiny_base)


@pytest.fixture
def weights():
    """`weights(model)`: a copy of every parameter by name."""
    return lambda model: {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
