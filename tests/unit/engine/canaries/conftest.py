"""A tiny model and tokenizer for tests of scoring."""

import runpy
from pathlib import Path

import pytest
import torch

TINY = runpy.run_path(str(Path(__file__).with_name("tiny.py")))


@pytest.fixture(scope="session")
def tiny():
    """The functions of tiny.py: build_model, build_tokenizer, wrap."""
    return TINY


@pytest.fixture(scope="session")
def tokenizer():
    """A byte-level tokenizer with a ChatML template."""
    return TINY["build_tokenizer"]()


@pytest.fixture
def model(tokenizer):
    """A fresh tiny Llama; the same weights every time."""
    torch.set_num_threads(1)
    return TINY["build_model"](vocabulary=len(tokenizer))


@pytest.fixture
def device():
    """The processor."""
    from engine.device import CpuDevice

    return CpuDevice()
