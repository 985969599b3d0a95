"""Every example on every dialect's page does what the page says."""

from __future__ import annotations

import pytest

from convlint.dialect_testing import failure, run_dialect_examples
from convlint.dialects import load_dialects, page
from convlint.examples import parse
from convlint.registry import load_rules

DIALECTS = {dialect.name: dialect for dialect in load_dialects()}
RULES = load_rules()
EXAMPLES = [
    pytest.param(example, id=f"{name}-line-{example.line}")
    for name, dialect in DIALECTS.items()
    for example in parse(page(dialect))
]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_page_tells_the_truth(name: str) -> None:
    assert run_dialect_examples(DIALECTS[name], RULES) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_gives_what_its_page_says(example) -> None:  # type: ignore[no-untyped-def]
    assert failure(example, RULES) is None
