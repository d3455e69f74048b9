"""From columns to turns: the five shapes, detected or named, and every row that does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.mapping import Mapping, detect, to_conversations
from engine.data.rows import Row
from engine.errors import UserError

WORDS = st.text(min_size=1, max_size=30).filter(lambda text: text.strip())


def rows(*values):
    return [Row(line=line, values=value) for line, value in enumerate(values, 1)]


def turns(result):
    return [[(message.role, message.content) for message in item.messages] for item in result.items]


def only_problem(*values, mapping=None):
    result = to_conversations(rows(*values), mapping)
    (problem,) = result.problems
    return problem


@given(question=WORDS, context=st.text(max_size=10), answer=WORDS)
def test_alpaca(question, context, answer):
    result = to_conversations(rows({"instruction": question, "input": context, "output": answer}))
    asked = f"{question}\n\n{context}" if context.strip() else question
    assert turns(result) == [[("user", asked), ("assistant", answer)]]


@given(said=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), system=WORDS)
def test_sharegpt_and_messages_say_the_same(said, system):
    flat = [
        ("user" if place % 2 == 0 else "assistant", text) for place, text in enumerate(t for pair in said for t in pair)
    ]
    flat = [("system", system), *flat]
    names = {"user": "human", "assistant": "gpt", "system": "system"}
    openai = to_conversations(rows({"messages": [{"role": role, "content": text} for role, text in flat]}))
    sharegpt = to_conversations(rows({"conversations": [{"from": names[role], "value": text} for role, text in flat]}))
    assert turns(openai) == turns(sharegpt) == [flat]


@pytest.mark.parametrize(
    ("values", "shape", "columns"),
    [
        ({"instruction": "a", "output": "b"}, "alpaca", {}),
        ({"Instruction": "a", "Input": "", "Output": "b"}, "alpaca",
         {"instruction": "Instruction", "input": "Input", "output": "Output"}),
        ({"conversations": [{"from": "human", "value": "a"}]}, "sharegpt", {}),
        ({"conversations": [{"role": "user", "content": "a"}]}, "messages", {"messages": "conversations"}),
        ({"messages": [{"role": "user", "content": "a"}], "text": "x"}, "messages", {}),
        ({"prompt": "a", "completion": "b"}, "prompt_completion", {}),
        ({"question": "a", "answer": "b", "cluster_id": 3}, "prompt_completion",
         {"prompt": "question", "completion": "answer", "cluster": "cluster_id"}),
        ({"text": "a"}, "text", {}),
        ({"content": "a"}, "text", {"text": "content"}),
    ],
)  # fmt: skip
def test_detection(values, shape, columns):
    assert detect(rows(values)) == Mapping(shape=shape, columns=columns)


def test_no_known_shape_names_the_columns():
    with pytest.raises(UserError, match=r"columns 'foo', 'bar'") as caught:
        to_conversations(rows({"foo": "a", "bar": "b"}))
    assert caught.value.field == "data.mapping"


def test_the_user_may_name_the_columns():
    values = {"frage": "Wie?", "antwort": "So.", "rolle": "Kurz.", "gruppe": 7}
    columns = {"prompt": "frage", "completion": "antwort", "system": "rolle", "cluster": "gruppe"}
    result = to_conversations(rows(values), Mapping(shape="prompt_completion", columns=columns))
    assert turns(result) == [[("system", "Kurz."), ("user", "Wie?"), ("assistant", "So.")]]
    assert result.items[0].cluster == "7"


def test_named_keys_inside_turns():
    columns = {"messages": "chat", "role": "who", "content": "what"}
    values = {"chat": [{"who": "user", "what": "a"}, {"who": "assistant", "what": "b"}]}
    assert turns(to_conversations(rows(values), Mapping(shape="messages", columns=columns))) == [
        [("user", "a"), ("assistant", "b")]
    ]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (Mapping(shape="alpaca", columns={"prompt": "a"}), "no part 'prompt'"),
        (Mapping(shape="prompt_completion", columns={"prompt": "nope"}), "the column 'nope' for prompt"),
        (Mapping(shape="auto", columns={"cluster": "nope"}), "the column 'nope' for cluster"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapping, said):
    with pytest.raises(UserError, match=said):
        to_conversations(rows({"prompt": "a", "completion": "b"}), mapping)


@pytest.mark.parametrize(
    ("values", "kind", "field", "found"),
    [
        ({"prompt": "a"}, "missing", "completion", "no such field"),
        ({"prompt": "a", "completion": None}, "missing", "completion", "null"),
        ({"prompt": "a", "completion": 3}, "type", "completion", "a number 3"),
        ({"prompt": " \n", "completion": "b"}, "empty", "prompt", "nothing but blanks"),
        ({"prompt": "a", "completion": ""}, "empty", "completion", "empty text"),
        ({"prompt": "a", "completion": "b", "cluster": [1]}, "type", "cluster", "a list"),
    ],
)
def test_rows_that_do_not_fit_are_listed(values, kind, field, found):
    problem = only_problem({"prompt": "x", "completion": "y"}, values)
    assert (problem.line, problem.kind, problem.field, problem.found) == (2, kind, field, found)


@pytest.mark.parametrize(
    ("chat", "field", "found"),
    [
        ([], "messages", "an empty list"),
        ("hello", "messages", "str"),
        ([{"role": "user", "content": "a"}], "messages", "none"),
        ([{"role": "assistant", "content": "a"}], "messages", "an assistant turn"),
        ([{"role": "user", "content": "a"}, 3], "messages[1]", "a number"),
        ([{"role": "wizard", "content": "a"}], "messages[0].role", "wizard"),
        ([{"content": "a"}], "messages[0].role", "None"),
        ([{"role": "user", "content": ""}], "messages[0].content", "empty text"),
        ([{"role": "user", "content": [{"type": "image"}]}], "messages[0].content", "a list [{'type': 'image'}]"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": None, "tool_calls": [{}]}],
         "messages[1].content", "a tool call without text"),
    ],
)  # fmt: skip
def test_turns_that_do_not_fit_are_listed(chat, field, found):
    problem = only_problem({"messages": chat}, mapping=Mapping(shape="messages"))
    assert (problem.field, problem.found) == (field, found)


def test_weight_zero_text_parts_and_empty_system():
    chat = [
        {"role": "system", "content": ""},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "assistant", "content": "c", "weight": 0},
        {"role": "user", "content": "d"},
        {"role": "assistant", "content": "e", "weight": 1},
    ]
    (item,) = to_conversations(rows({"messages": chat})).items
    assert item.messages[1].content == "ab"
    assert [message.trained for message in item.messages if message.role == "assistant"] == [False, True]
