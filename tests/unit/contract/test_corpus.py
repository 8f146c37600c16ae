"""Each form of access, in a small source of its own, gives exactly the contract that stands beside it."""

import pytest

from support import contract_corpus
from support.contract_corpus import Case


@pytest.mark.parametrize("case", contract_corpus.cases(), ids=lambda case: case.name)
def test_a_source_gives_exactly_the_contract_that_stands_beside_it(case: Case) -> None:
    found = case.read()

    assert contract_corpus.arranged(found) == contract_corpus.arranged(case.expected)
