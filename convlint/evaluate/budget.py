"""Every limit of the evaluator, named, each with the reason for its size. All are counted, none is timed."""

from __future__ import annotations

MAX_CALL_DEPTH = 90
"""Nested calls of the user's functions; real constructors nest about 25 deep, forwards about 40."""

MAX_RECURSION = 12
"""Activations of one function on the stack at once; recursive builders (trees, U-Nets) need it, rarely over 8."""

MAX_DOUBTFUL_RECURSION = 3
"""The same under an unknown condition: there each turn may follow both arms, so the work doubles every time."""

MAX_STEPS = 400_000
"""Statements, loop turns and calls for one entry point, memoised ones in full; the largest zoo model takes 300,000."""

MAX_LOOP_TURNS = 4_096
"""Turns of one loop; architectures loop over blocks, and nothing that decides a layer takes longer."""

MAX_CHOICES = 8
"""Alternatives that one value may have after unknown conditions are joined; more become unknown."""

MAX_DECISIONS = 6
"""Unknown conditions that may be open at once; under more of them only the first arm is followed."""

MAX_LIVE_PATHS = 3
"""Ways on after an `if` that leaves in some of its arms; more are joined, which forgets what belongs together."""

MAX_DOUBTFUL_TURNS = 32
"""Turns of one `while` loop after an unknown condition may have ended it: code that reads a file to its end."""

MAX_LOOP_STEPS = 5_000
"""Steps for one `while` loop of more turns than that: one that trains until it is done, which it never is here."""

MANY_TURNS = 16
"""A `for` loop over no more numbers than that is run to its end, unless its turns work long and build nothing."""

MAX_FOR_STEPS = 20_000
"""Steps for one `for` loop over more numbers than that: one that trains for a hundred epochs, say."""

MAX_IDLE_TURNS = 3
"""Turns of a `for` loop over numbers, one after the other, that work long and build no module: epochs of a training."""

LONG_TURN = 200
"""Steps of a turn that works long; one that only computes a table of widths takes a tenth."""

MAX_SEQUENCE = 20_000
"""Items of a list, tuple, string or range that an expression may build."""

MAX_INTEGER_BITS = 512
"""Size of an integer that arithmetic may build; shapes and seeds fit easily."""

MAX_TEXT = 100_000
"""Characters of a string that an expression may build."""

MAX_PATTERN = 300
"""Characters of a regular expression, and of the text it is matched with, that are really matched."""

MAX_BASES = 64
"""Classes in one method resolution order."""

MAX_ALTERNATIVES_BY_KEY = 8
"""Values of a known table that a look-up with an unknown key is followed into."""

MAX_KEYS_TRIED = 200
"""Keys of a larger table that an entry point is evaluated with, one by one, where its own parameter is the key."""

MAX_KEYS_REFUSED = 8
"""Keys in a row that the entry point ends with an exception for before any other; the rest are not tried then."""

MAX_TRIAL_STEPS = 10 * MAX_STEPS
"""Steps for all those keys together; the 120 encoders of segmentation_models_pytorch take half of it."""

MAX_MODULE_DEPTH = 60
"""Modules being evaluated at once, each because the one before needs a name of it."""

MAX_IMPORT_CHAIN = 240
"""Modules asked for one name, each because the one before has it from there: re-exports end, a circle does not."""

MAX_TRACES = 200
"""Ways from a layer up to entry points that are enumerated for one layer; zoos share their builders among hundreds."""
