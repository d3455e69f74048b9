"""What tests of protections share: general rows, and a bench whose tasks have protections."""

import pytest
import torch

from engine.protection import Kl
from engine.training.batches import Batch
from engine.training.protections.assembled import GeneralTerm
from engine.training.protections.divergence import AdapterOff, Stored, likeliest
from engine.training.protections.general import Draw, GeneralRows

CPU = torch.device("cpu")


@pytest.fixture
def general_term(bench):
    """`general_term(method, replay=…, beta=…, auto=…)`: a term over ten random rows, its teacher the tiny base."""

    def make(method, *, replay=0.0, beta=0.0, auto=False, target=0.1, share=0.2, batch_size=4, seed=1):
        rows = bench.examples(10, seed=9)
        teacher = AdapterOff()
        if method == "full":
            base = bench.base("full")
            tops = [likeliest(base, batch, batch.positions) for batch in (Batch([row], 0, CPU) for row in rows)]
            teacher = Stored([ids for ids, _ in tops], [values for _, values in tops])
        return GeneralTerm(
            GeneralRows(examples=rows, left_out=(), source="test"),
            Draw(len(rows), batch_size=batch_size, share=share, seed=seed),
            replay=replay, kl=Kl(beta=beta, auto=auto, target=target), teacher=teacher, pad_id=0, device=CPU,
        )  # fmt: skip

    return make
