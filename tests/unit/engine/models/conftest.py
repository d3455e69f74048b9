"""Model folders to spoil, and the tiny model as a GGUF file."""

import json
import shutil

import gguf
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

torch.set_num_threads(1)


@pytest.fixture
def model_folder(tiny_base, tmp_path):
    """A copy of the tiny base that a test may spoil."""
    return shutil.copytree(tiny_base, tmp_path / "models" / "tiny")


@pytest.fixture(scope="session")
def tiny_gguf(tiny_base, tmp_path_factory):
    """The tiny model as a GGUF file of fp32 tensors."""
    return write_gguf(tiny_base, tmp_path_factory.mktemp("gguf") / "tiny-model.gguf")


@pytest.fixture(scope="session")
def gguf_writer():
    """The function that writes a model folder as GGUF."""
    return write_gguf


def write_gguf(folder, path, *, scale=1.0):
    """Write a Llama of the hub's layout as llama.cpp's own converter lays it out."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_vocab_size(config["vocab_size"])
    _add_tokenizer(writer, folder)
    for name, tensor in load_file(folder / "model.safetensors").items():
        writer.add_tensor(_gguf_name(name), _laid_out(name, tensor.numpy() * np.float32(scale), config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_tokenizer(writer, folder):
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    numbers = tokenizer["model"]["vocab"]
    tokens = sorted(numbers, key=numbers.get)
    special = {token["content"] for token in tokenizer["added_tokens"]}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in special else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in tokenizer["model"]["merges"]])
    for add, token in (
        (writer.add_bos_token_id, "<|im_start|>"),
        (writer.add_eos_token_id, "<|im_end|>"),
        (writer.add_pad_token_id, "<|endoftext|>"),
    ):
        add(numbers[token])
    writer.add_chat_template((folder / "chat_template.jinja").read_text("utf-8"))


def _gguf_name(name):
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    _, _, layer, *rest = name.split(".")
    parts = {
        "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate",
        "up_proj": "ffn_up", "down_proj": "ffn_down", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }  # fmt: skip
    return f"blk.{layer}.{parts[rest[-2]]}.weight"


def _laid_out(name, array, config):
    """GGUF's rotary halves lie interleaved."""
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}.get(name.split(".")[-2])
    if heads is None:
        return array
    return array.reshape(heads, 2, array.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(array.shape)
