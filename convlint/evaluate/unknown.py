"""Every reason for which the evaluator gives up on a value, with what it means and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Reason(NamedTuple):
    """What became unknown, in words for a user, and what would make it known."""

    explanation: str
    hint: str


NOT_FOLLOWED = "not-followed"
"""The one reason that is no value's: a verdict is not known."""

REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "no-default": Reason(
            "a parameter without a default value, in a function or class that nothing known calls",
            "give the parameter a default, or an annotation that can be built from defaults, or lint its callers too",
        ),
        "module-not-found": Reason(
            "a name imported from a module whose source is neither in the project nor in its environment",
            "name the environment with --python, or lint inside the environment in which the package is installed",
        ),
        "not-modelled": Reason(
            "a function or class of the standard library, torch or a compiled module that convlint has no model of",
            "pass the numbers of layers through plain Python values",
        ),
        "unknown-name": Reason(
            "a name that is defined nowhere convlint looks", "define or import it at the top of the module"
        ),
        "unknown-attribute": Reason("an attribute that nothing known sets", "set it in __init__ or in the class body"),
        "unknown-operand": Reason("an operation on a value that is itself unknown", "see the reason of the operand"),
        "unknown-key": Reason(
            "a look-up with an unknown or missing key or index", "use a key that can be read from the source"
        ),
        "unknown-iterable": Reason(
            "a loop over an unknown sequence", "loop over a literal, a default or a range of known length"
        ),
        "tensor": Reason(
            "a value computed from tensors, which have no values here", "take layer sizes from plain numbers"
        ),
        "training-mode": Reason(
            "whether the model is in training mode, which is decided when it runs", "nothing: both arms are followed"
        ),
        "raises": Reason(
            "an expression that would raise an exception with the values that are known",
            "check the call against its definition",
        ),
        "recursion": Reason("a call that leads back to itself with the same arguments", "break the cycle"),
        "limit": Reason(
            "one of the evaluator's limits was reached (each is named in convlint/evaluate/budget.py)",
            "split the code that builds the model, or report the case",
        ),
        "choices": Reason(
            "too many possible values after joining the arms of unknown conditions", "decide the conditions by defaults"
        ),
        NOT_FOLLOWED: Reason(
            "who uses the values that a layer skips: forward could not be followed that far",
            "call functions whose source is at hand, loop over what is known, and see convlint layers --graph",
        ),
        "config": Reason(
            "a number that a config file leaves to the code that reads it", "write the number out, if it matters here"
        ),
        "internal": Reason(
            "a mistake in convlint itself: what it was evaluating is left out", "report the case, with the code"
        ),
        "unsupported": Reason("a Python construct that convlint does not evaluate", "report the case"),
    }
)
