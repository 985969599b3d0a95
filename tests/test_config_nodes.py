"""Nodes of config files: where they stand, what merges and aliases mean, and where a hostile file ends."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.frontends.config.arithmetic import ArithmeticTextError, Item, evaluate
from convlint.frontends.config.json_nodes import parse_json
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, Source, child, integer, truth, walk
from convlint.frontends.config.section_nodes import parse_sections
from convlint.frontends.config.yaml_nodes import ConfigError, comments, parse_yaml

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 10)
)


def source(text: str) -> Source:
    return Source("a.yaml", Path("a.yaml"), text)


def yaml_root(text: str) -> Node:
    return parse_yaml(source(text))[0]


def plain(node: Node | None) -> Any:
    """A node as plain lists, dicts and strings."""
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    return node.text if node is not None else None


def scalars(node: Node) -> list[Scalar]:
    return [inner for _, inner in walk(node) if isinstance(inner, Scalar)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_scalar_knows_its_characters(end: str) -> None:
    text = end.join(["# é", "a: [512, '1', \"2\"]", "b: &anchor 3", "c: !tag 4", "d: !!int 5", ""])
    root = yaml_root(text)
    assert [text[node.start : node.end] for node in scalars(root)] == ["512", "'1'", '"2"', "3", "4", "5"]
    assert [(node.place.line, node.place.column) for node in scalars(root)][:3] == [(2, 5), (2, 10), (2, 15)]
    assert [node.tag for node in scalars(root)] == ["", "", "", "", "!tag", ""]


def test_collections_end_with_what_they_hold() -> None:
    text = "a:\n  b: 1\n  c: [2, 3]\n\n# after\nd: 4\n"
    inner = child(yaml_root(text), "a")
    assert inner is not None
    assert text[inner.start : inner.end] == "b: 1\n  c: [2, 3]"


def test_aliases_and_merges_mean_what_yaml_says() -> None:
    root = yaml_root("base: &b {k: 1, s: 2}\nother: &o {k: 5, d: 6}\nx: {<<: [*b, *o], s: 3}\ny: *b\n")
    assert plain(child(root, "x")) == {"k": "1", "s": "3", "d": "6"}
    assert plain(child(root, "y")) == {"k": "1", "s": "2"}


def test_the_last_of_equal_keys_counts() -> None:
    root = yaml_root("a: 1\nb: 2\na: 3\n")
    assert isinstance(root, Mapping)
    assert plain(root) == {"a": "3", "b": "2"}
    assert [(hidden.place.line, key.place.line) for hidden, key, _ in root.duplicates()] == [(1, 3)]


def test_a_mapping_that_merges_itself_ends() -> None:
    assert plain(child(yaml_root("a: &a\n  <<: *a\n  k: 1\n"), "a")) == {"k": "1"}


def test_documents_and_empty_texts() -> None:
    assert [plain(root) for root in parse_yaml(source("a: 1\n---\n- 2\n"))] == [{"a": "1"}, ["2"]]
    assert parse_yaml(source("")) == []
    assert parse_json(source(" \n")) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("3", 3), ("-1", -1), ("1_000", 1000), ("+2", 2), ("2.0", None), ("'3'", None), ("0x10", None)],
        *[("1e3", None), ("07", 7), ("010", None), ("08", 8), ("\u0662", None)],
    ],
)
def test_integers(text: str, number: int | None) -> None:
    assert integer(yaml_root(text)) == number


@pytest.mark.parametrize(("text", "value"), [("True", True), ("no", False), ("'true'", None), ("1", None)])
def test_truth_values(text: str, value: bool | None) -> None:
    assert truth(yaml_root(text)) is value


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (BOMB, 8, "once its aliases are written out (column"),
        ("[" * 10_000 + "]" * 10_000, 1, "is nested more than 500 deep (column 501)"),
        ("a: [1\nb: 2", 2, "is not valid YAML: did not find expected ',' or ']' (column 2)"),
        ("x: *missing", 1, "found undefined alias 'missing'"),
        ("a: \x01", 1, "control characters are not allowed (column 4)"),
        ("- 1\n" * 1_000_001, 1_000_000, "has more than 1,000,000 values"),
    ],
    ids=["bomb", "nesting", "syntax", "alias", "control", "many"],
)
def test_what_cannot_be_read_is_one_quick_line(text: str, line: int, message: str) -> None:
    begin = time.process_time()
    with pytest.raises(ConfigError) as error:
        parse_yaml(source(text))
    assert message in error.value.message
    assert abs(error.value.line - line) <= 1
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6, "expected ':'"),
        ('{"a": tru}', 1, 7, "expected a value"),
        ("[1 2]", 1, 4, "expected ',' or ']'"),
        ('{"a": "b', 1, 7, "unterminated string"),
        ("{} {}", 1, 4, "something follows"),
        ("[" * 10_000, 1, 501, "nested more than 500 deep"),
    ],
)
def test_json_errors_have_a_line_and_a_column(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_json(source(text))
    assert message in error.value.message
    assert (error.value.line, error.value.column) == (line, column)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def from_json(node: Node) -> Any:
    if isinstance(node, Sequence):
        return [from_json(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key.text: from_json(value) for key, value in node.pairs if isinstance(key, Scalar)}
    if node.quoted:
        return node.text
    return {"true": True, "false": False, "null": None}[node.text] if node.text.isalpha() else int(node.text)


@settings(deadline=None)
@given(value=JSON, indent=st.sampled_from([None, 2]), ascii_only=st.booleans())
def test_json_reads_what_python_writes(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert from_json(parse_json(source(text))[0]) == value


def test_json_forgives_comments_and_trailing_commas() -> None:
    text = '// c\n{"a": [1, 2,], /* d */ "b": {},}\n'
    assert plain(parse_json(source(text))[0]) == {"a": ["1", "2"], "b": {}}


def test_a_log_of_one_value_a_line_is_no_config() -> None:
    assert parse_json(source('{"config": "model = dict()"}\n{"mode": "train", "iter": 50}\n')) == []


def test_sections() -> None:
    text = "[net]\nwidth = 4\n# no\n[convolutional]\nsize=3\nstride=2 \nnothing\n"
    root = parse_sections(source(text))[0]
    assert isinstance(root, Sequence)
    assert [(item.tag, plain(item)) for item in root.items if isinstance(item, Mapping)] == [
        ("net", {"width": "4"}),
        ("convolutional", {"size": "3", "stride": "2"}),
    ]
    assert [text[node.start : node.end] for node in scalars(root)] == ["4", "3", "2"]


def test_comments_are_told_from_text_that_looks_like_them() -> None:
    text = "a: '# no'\nb: 1 # one\n# two\nc: |\n  # no\n  x\nd: a#no\n#three\n"
    assert [comment for _, comment in comments(text)] == ["# one", "# two", "#three"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("3 * 2", 6), ("(1 + 2) ** 2", 9), ("7 // 2", 3), ("-4", -4), ("10 % 4", 2)],
)
def test_arithmetic(text: str, value: int) -> None:
    result = evaluate(text)
    assert isinstance(result, Item)
    assert result.value == value


def test_list_arithmetic_knows_where_its_numbers_stand() -> None:
    text = "[(512,10,5)] + [(512,3,2)] * 2"
    layers = evaluate(text)
    assert isinstance(layers, list)
    assert [[item.value for item in layer] for layer in layers] == [[512, 10, 5], [512, 3, 2], [512, 3, 2]]
    assert [text[slice(*layer[1].span)] for layer in layers] == ["10", "3", "3"]


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "9**9**9", "[1] * 10**9", "1/0", "a", "", "(" * 300 + ")" * 300, "x" * 500, "1 if 2 else 3"],
)
def test_what_is_no_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(ArithmeticTextError):
        evaluate(text)
