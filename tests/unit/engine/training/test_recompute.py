"""Normalisations run again in the backward pass: nothing differs but what is kept until then."""

import torch
from torch import nn

from engine.models.forward import base_of
from engine.training import objectives
from engine.training.batches import Batch
from engine.training.methods import trainable_parameters
from engine.training.recompute import recompute_norms


def loss_and_gradients(model, batch):
    model.zero_grad(set_to_none=True)
    kept = []

    def keep(tensor):
        kept.append((tensor.data_ptr(), tensor.nbytes))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = objectives.answer_nll(model, batch).sum()
    loss.backward()
    gradients = {name: parameter.grad.clone() for name, parameter in trainable_parameters(model)}
    return loss.detach(), gradients, sum(dict(kept).values())


def test_loss_and_gradients_are_the_same_bit_for_bit_and_less_is_kept(bench):
    plain = base_of(bench.model(bench.recipe("full")))
    for module in plain.modules():
        module.__dict__.pop("forward", None)  # a full run's model has it on already
    plain.train()
    batch = Batch(bench.examples(4), 0, torch.device("cpu"))
    loss, gradients, kept = loss_and_gradients(plain, batch)
    assert recompute_norms(plain) == 2 * plain.config.num_hidden_layers + 1
    again, same, kept_less = loss_and_gradients(plain, batch)
    assert torch.equal(loss, again)
    assert all(torch.equal(gradients[name], gradient) for name, gradient in same.items())
    assert kept_less < 0.95 * kept


def test_pytorchs_own_norms_are_left_alone():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = nn.LayerNorm(4), nn.RMSNorm(4)

    assert recompute_norms(Own()) == 0
