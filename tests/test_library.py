"""The modelled library against Python itself: every expression gives in the evaluator what it gives when it is run."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.evaluate.environment import Arguments, NotIterable, Raised
from convlint.evaluate.library import adapt
from convlint.evaluate.library.methods import method
from convlint.evaluate.library.models import load
from convlint.evaluate.library.pattern_cost import is_cheap
from convlint.evaluate.library.standard import MODULES
from convlint.evaluate.library.standard_collections import ABSTRACT
from convlint.evaluate.machine import Machine
from convlint.evaluate.project import Request
from convlint.evaluate.session import Session
from convlint.evaluate.values import Builtin, Class, Const, List, Module, Span, Unknown, Value

HEADER = """
import abc, collections, contextlib, copy, dataclasses, enum, functools, importlib, inspect, itertools, json, logging
import math, numbers, operator, os, pathlib, re, string, sys, textwrap, types, typing, warnings
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from functools import partial, reduce

Point = namedtuple("Point", ["x", "y"], defaults=[7])
Row = typing.NamedTuple("Row", [("a", int), ("b", int)])

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3

class Words(str):
    pass

class Table(dict):
    def total(self):
        return sum(self.values())

class Stack(list):
    def __init__(self, *items):
        super().__init__(items)
        self.append(0)

class Pair(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

class Missing(dict):
    def __missing__(self, key):
        return key * 2

class Number(int):
    pass

@dataclass
class Box:
    k: int = 1
    s: list = field(default_factory=lambda: [2, 2])

@dataclass(frozen=True)
class Frozen:
    k: int = 1
    def __post_init__(self):
        object.__setattr__(self, "twice", self.k * 2)

class Once:
    kept = None
    def __new__(cls):
        if cls.kept is None:
            cls.kept = object.__new__(cls)
        return cls.kept

class Lazy:
    @functools.cached_property
    def size(self):
        return 5
    def scaled(self, by):
        return by * 2
    double = functools.partialmethod(scaled, 4)

class Shape:
    def __init__(self, a, b=2, *args, c=3, **kwargs):
        self.a = a
    def __len__(self):
        return 9
    def __abs__(self):
        return 4
    def __str__(self):
        return "shape"
    def area(self, x, y=1):
        return x * y

class Meta(type):
    def __new__(mcs, name, bases, namespace):
        return super().__new__(mcs, name, bases, namespace)

def changed(value, change):
    change(value)
    return value

def pieces():
    yield 1
    yield 2

def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

@logged
def tripled(x, by=3):
    return x * by

@contextlib.contextmanager
def opened(name):
    yield name + "!"

def inside():
    with opened("a") as found, contextlib.nullcontext(4) as held:
        return found, held

def caught(action):
    try:
        return action()
    except KeyError:
        return "KeyError"
    except IndexError:
        return "IndexError"
    except (StopIteration, AttributeError):
        return "StopIteration or AttributeError"
    except TypeError:
        return "TypeError"
    except ValueError:
        return "ValueError"
    except Exception:
        return "Exception"
"""

EXPRESSIONS = """
int("12"), int(3.9), int("ff", 16), int(), int(True), float("1.5"), float(2), float(), bool([]), bool("a"), bool(),
str(3), str()

complex(1, 2).real, str(1.5), str(None), str([1, 'a']), repr('a'), repr((1, 'b')), str((1,)), str({'a': 1}),
ascii('é')

[int(x) for x in "1,2,3".split(",")], list(map(int, "123")), tuple(map(str.strip, [" a", "b "]))

list("abc"), tuple([1, 2]), list(range(5)), list(range(8, 2, -2)), tuple(), list(), dict(), set(),
len(range(3, 10, 2))

dict(a=1, b=2), dict([("a", 1)]), dict({"a": 1}, b=2), dict(zip("ab", [1, 2])), set([1, 2, 2]), frozenset("ab"),
dict.fromkeys("ab", 0)

len("abc"), len([1, 2]), len((1,)), len({1: 2}), len({1, 2}), len(Colour), len(Shape(1)), len(Stack(1, 2)),
len(Pair(1, 2))

min(3, 1, 2), max([1, 5, 2]), min([], default=4), max("abc", "b"), max([1, 2], [1, 3]), min((3, 1), key=lambda x: -x),
max(1, 2.5)

sum([1, 2, 3]), sum([[1], [2]], []), sum((x for x in [1.5, 2])), sum([]), abs(-3), abs(Shape(1)), round(2.5),
round(2.567, 1), round(3.5)

divmod(7, 3), pow(2, 5), pow(2, 5, 3), pow(2, -1), sorted([3, 1, 2]), sorted("bca", reverse=True),
sorted([(2, 'a'), (1, 'b')])

sorted(["bb", "a"], key=len), sorted({"b": 1, "a": 2}), sorted({3, 1}), list(reversed([1, 2])), list(reversed("ab")),
list(reversed(range(3)))

list(enumerate("ab")), list(enumerate("ab", 1)), list(enumerate([5], start=3)), list(zip([1, 2], "abc")), list(zip()),
dict(enumerate("ab"))

list(map(lambda a, b: a + b, [1, 2], [3, 4])), list(filter(None, [0, 1, "", 2])),
list(filter(lambda x: x > 1, [1, 2, 3]))

any([0, 1]), all([1, 0]), any([]), all([]), any(x > 2 for x in [1, 2, 3]), callable(len), callable(3),
callable(Shape), callable(Shape(1))

isinstance(3, int), isinstance(True, int), isinstance("a", (int, str)), isinstance([], list),
isinstance((), (list, tuple)), isinstance(None, str)

isinstance({}, collections.abc.Mapping), isinstance([], collections.abc.Iterable),
isinstance("a", collections.abc.Sequence)

isinstance(3, numbers.Number), isinstance(3.5, numbers.Number), isinstance(3, float), isinstance(Shape, type),
isinstance(Pair(1, 2), tuple)

isinstance(Table(), dict), isinstance(Point(1, 2), tuple), isinstance(Point(1), Point),
isinstance(OrderedDict(), OrderedDict)

issubclass(bool, int), issubclass(Level, int), issubclass(KeyError, LookupError), issubclass(Stack, list),
issubclass(Shape, object)

hasattr(Shape(1), "a"), hasattr(Shape(1), "nope"), hasattr("a", "lower"), hasattr([], "lower"), hasattr(math, "pi"),
hasattr(Shape, "area")

getattr(Shape(4), "a"), getattr(Shape(4), "z", 8), getattr(math, "floor")(2.5), getattr(Shape(1), "area")(3, y=4),
getattr(Colour, "RED").value

next(iter([4, 5])), next(iter([]), 9), list(iter("ab")), next(pieces()), list(pieces()), chr(97), ord("a"), hex(255),
oct(8), bin(5)

format(3.14159, ".2f"), format(5, "03d"), "{:>5}".format("a"), "{0}-{1}".format(1, 2), "{a}".format(a=3),
"{:.1f}".format(2.55), "%d" % 3

type(3) is int, type("a").__name__, type([]) is list, type(Shape(1)) is Shape, type("New", (Shape,), {"z": 5})(1).z,
vars(Shape(3)) == {"a": 3}

"a,b,c".split(","), "a b".split(), "a,b,c".rsplit(",", 1), "a.b.c".partition("."), "a.b.c".rpartition("."),
"ab\\ncd".splitlines()

"abc".upper(), "aBc".swapcase(), "abc".replace("b", "xx"), "abab".replace("a", "c", 1), "  a ".strip(),
"xxa".lstrip("x"), "a.py".endswith(".py")

"abc".find("c"), "abc".index("b"), "abc".count("b"), "abc".startswith(("b", "a")), "12".isdigit(), "a1".isalnum(),
"7".zfill(3), "a".center(5, "*")

"-".join(["a", "b"]), "".join(reversed("abc")), "abc".title(), "a\\tb".expandtabs(4), "a".ljust(3, "."), "a".rjust(3),
"abc".removeprefix("a")

"abc".translate({97: "z"}), "abc".translate(str.maketrans("a", "b")), "{:{}}".format("a", 4), "layer{}".format(1),
str.upper("a"), Words("ab").upper()

(5).bit_length(), (2.0).is_integer(), (2.5).is_integer(), (3).real, (1.5).as_integer_ratio(), (1, 2, 1).count(1),
(1, 2, 1).index(2)

changed([1], lambda x: x.append(2)), changed([1], lambda x: x.extend([2, 3])),
changed([1, 2], lambda x: x.insert(1, 9)), changed([1, 2], lambda x: x.pop())

changed([1, 2], lambda x: x.pop(0)), changed([1, 2, 1], lambda x: x.remove(1)),
changed([3, 1, 2], lambda x: x.sort()), changed([1, 2], lambda x: x.reverse())

changed([3, 1, 2], lambda x: x.sort(key=lambda y: -y)), changed([1], lambda x: x.clear()),
changed([1, 2], lambda x: x.copy().append(3)), [1, 2].index(2)

changed(["a", "B"], lambda x: x.sort(key=str.lower, reverse=True)), [1, 1, 2].count(1),
changed([1, 2, 3], lambda x: x.__delitem__(0)), [1, 2].pop(), [1, 2].pop(-2)

{"a": 1}.get("a"), {"a": 1}.get("b"), {"a": 1}.get("b", 5), list({"a": 1}.keys()), list({"a": 1}.values()),
list({"a": 1}.items()), {"a": 1}.keys() | {"b"}

changed({"a": 1}, lambda d: d.update(b=2)), changed({"a": 1}, lambda d: d.update({"a": 3}, c=4)),
changed({"a": 1}, lambda d: d.update([("z", 0)]))

changed({"a": 1, "b": 2}, lambda d: d.pop("a")), {"a": 1}.pop("z", 4),
changed({"a": 1}, lambda d: d.setdefault("b", [])), {"a": 1}.setdefault("a", 3)

changed({"a": 1}, lambda d: d.clear()), {"a": 1, "b": 2}.popitem(), changed({"a": 1}, lambda d: d.copy().update(b=1)),
list(dict(a=1, b=2))

list(changed(OrderedDict(a=1, b=2), lambda d: d.move_to_end("a"))),
list(changed(OrderedDict(a=1, b=2), lambda d: d.move_to_end("b", last=False)))

OrderedDict(a=1, b=2).popitem(last=False), list(OrderedDict([("x", 1)]).items()),
dict(changed(defaultdict(list), lambda d: d["a"].append(1)))

changed({1, 2}, lambda s: s.add(3)), changed({1, 2}, lambda s: s.discard(5)), changed({1, 2}, lambda s: s.remove(1)),
changed({1}, lambda s: s.update([2], [3]))

{1, 2}.union([3]), {1, 2}.intersection({2, 3}), {1, 2}.difference([1]), {1, 2}.symmetric_difference({2, 3}),
{1}.issubset({1, 2}), {1, 2}.issuperset([1])

changed({1, 2}, lambda s: s.intersection_update([2])), changed({1, 2}, lambda s: s.difference_update([2])),
{1}.isdisjoint({2}), {3}.pop(), {1, 2}.copy()

Counter("aab"), Counter("aab").most_common(1), Counter("aab")["z"], list(deque([1, 2, 3], maxlen=2)),
list(changed(deque([1]), lambda d: d.appendleft(0)))

deque([1, 2]).popleft(), list(changed(deque([1, 2, 3]), lambda d: d.rotate(1))),
list(changed(deque([1]), lambda d: d.extendleft([2, 3])))

Point(1, 2).x, Point(1), Point(x=1, y=3)._replace(y=5), Point(1, 2)._asdict(), Point._fields, tuple(Point(1, 2)),
Row(1, 2).b, Point._make([1, 2])

Colour.RED.value, Colour(2).name, Colour["BLUE"].value, [c.name for c in Colour], Level.HIGH + 1,
Level.LOW < Level.HIGH, int(Level.HIGH), max(Level).name

Table(a=1, b=2).total(), Table({"x": 3})["x"], list(Stack(1, 2)), Stack(5)[0], Pair(3, 4)[1], list(Pair(3, 4)),
Missing(a=1)["bb"], Missing(a=1)["a"]

Words("x-y").split("-"), Number(5) + 1, Number(7) // 2, Box().s, Box(k=3).k, Box(5, [1]).s, dataclasses.asdict(Box()),
dataclasses.replace(Box(), k=9).k

Frozen(4).twice, dataclasses.is_dataclass(Box), dataclasses.astuple(Box(2, [3])),
[f.name for f in dataclasses.fields(Box)], Once() is Once(), Lazy().size, Lazy().double()

math.ceil(2.1), math.floor(2.9), math.sqrt(16), math.log2(8), math.log(8, 2), math.prod([2, 3]), math.gcd(4, 6),
math.pi, math.isclose(1, 1.0), math.factorial(5)

math.comb(5, 2), math.inf, math.trunc(2.5), math.pow(2, 3), math.hypot(3, 4), math.isqrt(17), math.copysign(1, -2),
math.fmod(5, 3), math.prod([2, 3], start=4)

partial(pow, 2)(3), partial(int, base=2)("101"), partial(tripled, by=4)(2), tripled(2), tripled.__name__,
reduce(lambda a, b: a * b, [1, 2, 3]), reduce(max, [3, 1], 5)

partial(tripled, by=4).keywords, partial(tripled, 1).args, functools.lru_cache(maxsize=None)(abs)(-2),
functools.lru_cache(lambda x: x + 1)(2)

list(itertools.chain([1], [2, 3])), list(itertools.chain.from_iterable([[1], [2]])),
list(itertools.product([1, 2], "ab")), list(itertools.product([0, 1], repeat=2))

list(itertools.repeat(1, 3)), list(zip(itertools.count(2), "ab")), list(itertools.islice(itertools.count(), 2, 6, 2)),
list(itertools.accumulate([1, 2, 3]))

list(itertools.accumulate([1, 2, 3], operator.mul)), list(itertools.accumulate([1], initial=5)),
list(itertools.combinations("abc", 2)), list(itertools.permutations([1, 2]))

list(itertools.zip_longest([1, 2], "a", fillvalue=0)), [(k, list(g)) for k, g in itertools.groupby("aab")],
list(itertools.starmap(pow, [(2, 3), (3, 2)]))

list(zip(itertools.cycle("ab"), range(3))), list(itertools.takewhile(lambda x: x < 3, [1, 2, 5, 1])),
list(itertools.dropwhile(lambda x: x < 3, [1, 5, 1]))

list(itertools.compress("abc", [1, 0, 1])), list(itertools.filterfalse(None, [0, 1])),
[list(x) for x in itertools.tee([1, 2])], list(itertools.pairwise("abc"))

operator.itemgetter(1)([4, 5]), operator.itemgetter("a", "b")({"a": 1, "b": 2}), operator.attrgetter("a")(Shape(6)),
operator.mul(2, 3), operator.lt(1, 2)

operator.methodcaller("upper")("a"), operator.contains([1], 1), operator.neg(3),
sorted([(1, 3), (0, 4)], key=operator.itemgetter(1)), operator.floordiv(7, 2)

copy.copy([1, [2]]), copy.deepcopy({"a": [1]}), copy.deepcopy(Box()).s, copy.copy(Box(3)).k,
changed([[1]], lambda x: copy.deepcopy(x)[0].append(2))

changed([[1]], lambda x: copy.copy(x)[0].append(2)), changed(Box(), lambda b: copy.deepcopy(b).s.append(1)).s,
changed({"a": [1]}, lambda d: dict(d)["a"].append(2))

re.match(r"k(\\d+)_s(\\d+)", "k3_s2").groups(), re.match("a", "b"), re.search(r"(?P<n>[0-9]+)", "ab12").group("n"),
re.findall(r"[a-z]\\d+", "r2_k3_s1")

re.split(r"(\\d+)", "k3s12"), re.sub("_", "-", "a_b"), re.sub(r"(\\w)1", r"\\1", "a1"),
re.compile("b+").search("abb").span(), re.fullmatch("[ab]+", "ab").group(0)

re.compile("a").sub("b", "aa"), re.match("(a)?b", "b").groups(), re.match("(a)?b", "b").group(1), re.escape("a.b"),
[m.group() for m in re.finditer("[0-9]", "a1b2")]

re.sub("[0-9]", lambda m: str(int(m.group()) + 1), "a1b2"), re.match("(?P<a>x)", "x").groupdict(),
re.match("A", "a", re.I) is not None, re.split(",", "a,b,c", 1)

string.ascii_lowercase, textwrap.dedent("  a"), json.loads('{"k": [1, 2.5, null]}'), os.path.join("a", "b"),
os.path.basename("a/b.py"), os.path.splitext("a.py")

os.path.dirname("a/b/c"), os.sep, pathlib.Path("a/b.py").stem, str(pathlib.Path("a") / "b"),
pathlib.Path("a/b.py").suffix, pathlib.Path("a/b").parent.name

pathlib.Path("a.py").with_suffix(".txt").name, pathlib.Path("a", "b").parts, sys.version_info >= (3, 6),
sys.version_info[0], sys.maxsize > 2**32, sys.version_info.major

list(inspect.signature(tripled).parameters), inspect.signature(Shape).parameters["b"].default,
[p.name for p in inspect.signature(Shape).parameters.values()]

inspect.signature(Shape).parameters["a"].default is inspect.Parameter.empty,
inspect.signature(Shape).parameters["c"].kind == inspect.Parameter.KEYWORD_ONLY

inspect.getfullargspec(Shape.__init__).args, inspect.getfullargspec(Shape.__init__)[0],
"kwargs" in inspect.signature(Shape.__init__).parameters, inspect.isclass(Shape)

inspect.isfunction(tripled), inspect.isfunction(3), inspect.ismodule(math), inspect.isclass(3),
list(inspect.signature(Shape(1).area).parameters), inspect.unwrap(tripled) is tripled

inside(), opened("x").__enter__(), types.SimpleNamespace(a=1).a, types.MappingProxyType({"a": 1})["a"],
isinstance(tripled, types.FunctionType), typing.cast(int, "a")

typing.TYPE_CHECKING, typing.Optional[int] is None, isinstance([], typing.List), list(typing.OrderedDict(a=1)),
logging.getLogger("a").debug("b"), warnings.resetwarnings.__name__

str(ValueError("bad")), ValueError("a", 1).args, caught(lambda: int("x")), caught(lambda: [].pop()),
caught(lambda: {}["a"]), caught(lambda: {}.pop("a"))

caught(lambda: [1].remove(2)), caught(lambda: next(iter([]))), caught(lambda: min([])),
caught(lambda: "a".index("b")), caught(lambda: 1 + "a"), caught(lambda: len(3))

caught(lambda: int([])), caught(lambda: sorted([1, "a"])), caught(lambda: iter(3)), caught(lambda: Colour(9)),
caught(lambda: Point()), caught(lambda: math.sqrt(-1))

caught(lambda: "a".upper(1)), caught(lambda: [].append()), caught(lambda: {}.get()), caught(lambda: range("a")),
caught(lambda: chr(-1)), caught(lambda: ord("ab")), caught(lambda: int("1.5"))

caught(lambda: getattr(3, "nope")), caught(lambda: "{} {}".format(1)), caught(lambda: reduce(max, [])),
caught(lambda: zip([1], [1, 2], strict=True) and list(zip([1], [1, 2], strict=True)))
"""

GROUPS = EXPRESSIONS.strip().split("\n\n")


class Bench:
    """A machine with one file in it."""

    def __init__(self, folder: Path, text: str) -> None:
        path = folder / "sample.py"
        path.write_text(text, encoding="utf-8")
        self.session = Session(Request(folder, (path,)))
        self.machine: Machine = self.session.machine
        found = self.session.modules.at(path)
        assert found is not None
        self.module: Module = found

    def value(self, name: str) -> Value:
        return self.session.modules.attribute(self.module, name, adapt.NOWHERE)  # type: ignore[no-any-return]

    def plain(self, name: str) -> Any:
        return adapt.raw(self.machine, self.value(name))


def run_by_python(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "sample"}
    exec(compile(text, "sample.py", "exec", dont_inherit=True), names)
    return names


def as_plain(value: Any) -> Any:
    """Python's own result in the evaluator's plain types."""
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return set(value)
    if isinstance(value, tuple):
        return tuple(map(as_plain, value))
    if isinstance(value, list):
        return list(map(as_plain, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


@pytest.mark.parametrize("group", GROUPS, ids=range(len(GROUPS)))
def test_expressions_give_what_python_gives(group: str, tmp_path: Path) -> None:
    text = f"{HEADER}\nresult = [{group}]\n"
    expected = as_plain(run_by_python(text)["result"])
    bench = Bench(tmp_path, text)
    result = bench.value("result")
    assert isinstance(result, List), result
    parts = [repr(item) if isinstance(item, Unknown) else adapt.raw(bench.machine, item) for item in result.items]
    assert parts == expected
    assert [type(part) for part in parts] == [type(part) for part in expected]


MUTATIONS = [
    "x.append(3)",
    "x.extend([4, 5])",
    "x.insert(0, 6)",
    "x.pop()",
    "x.reverse()",
    "x.sort()",
    "x.clear()",
    "x.pop(0)",
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(MUTATIONS), max_size=8))
def test_lists_change_as_in_python(tmp_path_factory: pytest.TempPathFactory, changes: list[str]) -> None:
    guarded = [f"    if len(x) > 0: {change}" if "pop" in change else f"    {change}" for change in changes]
    text = "\n".join(["def change():", "    x = [2, 1]", *guarded, "    return x", "result = change()", ""])
    assert Bench(tmp_path_factory.mktemp("lists"), text).plain("result") == run_by_python(text)["result"]


def test_every_module_loads_and_holds_only_values(tmp_path: Path) -> None:
    bench = Bench(tmp_path, "x = 1\n")
    for name in MODULES:
        module = load(bench.machine, name)
        assert module is not None
        assert module.attrs
        assert all(isinstance(value, Value) for value in module.attrs.values()), name


def test_modelled_names_exist_in_python(tmp_path: Path) -> None:
    """A name that Python's module does not have would make ``hasattr`` and star imports lie."""
    later = {
        "abstractmethod",
        "StrEnum",
        "EnumType",
        "verify",
        "member",
        "nonmember",
        "global_enum",
        "batched",
        "pairwise",
    }
    later |= {
        "cbrt",
        "exp2",
        "NoneType",
        "UnionType",
        "chdir",
        "deprecated",
        "replace",
        "getargspec",
        "WARN",
        "fatal",
        "NOFLAG",
    }
    later |= {
        "ByteString",
        "assert_type",
        "reveal_type",
        "dataclass_transform",
        "override",
        "get_overloads",
        "TypeVarTuple",
    }
    later |= {
        "TypeAliasType",
        "runtime",
        "with_stem",
        "error",
        "bit_count",
        "warn",
        "ParamSpec",
        "PureWindowsPath",
        "abstractproperty",
    }
    bench = Bench(tmp_path, "x = 1\n")
    import importlib
    import sys

    for name in MODULES:
        if name.partition(".")[0] not in sys.stdlib_module_names or name.startswith("distutils"):
            continue
        module = load(bench.machine, name)
        assert module is not None
        real = importlib.import_module(name)
        old = set(ABSTRACT) if name == "collections" else set()
        assert {key for key in module.attrs if not hasattr(real, key)} <= later | old, name


def test_a_value_that_is_passed_through_keeps_its_origin(tmp_path: Path) -> None:
    keeping = [
        "x",
        "int(x)",
        "int(float(x))",
        "max(1, x)",
        "min([x, 9])",
        "sorted([9, x])[0]",
        "list((x,))[0]",
        "tuple([x])[0]",
        "abs(x)",
        "round(x)",
        "dict(a=x)['a']",
        "{'a': x}.get('a')",
        "list(zip([x]))[0][0]",
        "list(enumerate([x]))[0][1]",
        "next(iter([x]))",
        "[x].pop()",
        "list(reversed([x]))[0]",
        "math.floor(x)",
        "getattr(holder, 'x')",
        "copy.copy([x])[0]",
        "copy.deepcopy([x])[0]",
        "list({x})[0]",
        "Point(x).a",
        "functools.partial(same, x)()",
        "list(map(same, [x]))[0]",
        "dict(zip('a', [x]))['a']",
        "list({'a': x}.values())[0]",
    ]
    lines = [f"r{index} = {line}" for index, line in enumerate(keeping)]
    head = "import math, copy, functools, collections\nx = 5\nclass holder:\n    x = x\ndef same(v): return v"
    head += "\nPoint = collections.namedtuple('Point', 'a')"
    text = "\n".join([head, *lines, "computed = x + 1", "counted = len([x])", ""])
    bench = Bench(tmp_path, text)
    origin = bench.value("x").origin  # type: ignore[attr-defined]
    assert text[origin.start : origin.end] == "5"
    for index, line in enumerate(keeping):
        found = bench.value(f"r{index}")
        assert isinstance(found, Const), line
        assert (found.value, found.origin) == (5, origin), line
    for name in ("computed", "counted"):
        assert bench.value(name).origin != origin  # type: ignore[attr-defined]


REGNET = """
import numpy as np

def widths(slope, initial, multiplier, depth, q=8):
    continuous = np.arange(depth) * slope + initial
    exponents = np.round(np.log(continuous / initial) / np.log(multiplier))
    found = np.round(np.divide(initial * np.power(multiplier, exponents), q)) * q
    return found.astype(int).tolist(), len(np.unique(found)), int(exponents.max() + 1), found[0].item()

result = widths(27.89, 48, 2.09, 16)
"""


def test_numpy_gives_the_widths_of_regnet_y_400mf(tmp_path: Path) -> None:
    """Widths 48, 104, 208, 440, depths 1, 3, 6, 6: Radosavovic et al., "Designing Network Design Spaces", CVPR 2020."""
    widths, stages, last, first = Bench(tmp_path, REGNET).plain("result")
    assert widths == [48] + [104] * 3 + [208] * 6 + [440] * 6
    assert (stages, last, first) == (4, 4, 48.0)


ARRAYS = {
    "np.array([1, 2]) * 2": [2, 4],
    "np.linspace(0, 1, 3)": [0.0, 0.5, 1.0],
    "np.arange(2, 8, 3)": [2, 5],
    "2 ** np.arange(3)": [1, 2, 4],
    "np.array([3, 1])[::-1]": [1, 3],
    "np.cumsum([1, 2, 3])": [1, 3, 6],
    "np.array([1, 5, 2]) > 1": [False, True, True],
    "np.diff([1, 4, 9])": [3, 5],
    "np.concatenate([[1], np.array([2])])": [1, 2],
    "np.ceil([1.2])": [2.0],
    "np.unique([8, 24, 8])": [8, 24],
    "np.unique([8, 24, 8], return_counts=True)[1]": [2, 1],
    "np.unique([24, 8, 8], True, True)[1]": [1, 0],
    "np.unique([24, 8, 8], True, True)[2]": [1, 0, 0],
    "np.maximum([1, 4], 2)": [2, 4],
    "np.array([1, 5, 2])[np.array([1, 5, 2]) > 1]": [5, 2],
    "np.array([[1, 2], [3, 4]]).flatten()": [1, 2, 3, 4],
    "list(np.array([1, 2]))": [1, 2],
    "[len(np.zeros(3)), np.prod([2, 3]), max(np.array([1, 9])), int(np.ceil(2.1)), np.int64(3)]": [3, 6, 9, 3, 3],
}


@pytest.mark.parametrize("line", ARRAYS)
def test_arrays(line: str, tmp_path: Path) -> None:
    text = f"import numpy as np\nresult = np.array({line}).tolist()\n"
    assert Bench(tmp_path, text).plain("result") == ARRAYS[line]


WRITTEN_ARRAYS = {
    "np.zeros(2)": ("a[1] = 5", [0.0, 5.0]),
    "np.array([1, 2])": ("a[-1] = 4.9", [1, 4]),
    "np.array([1, 2.5])": ("a[0] = True", [1.0, 2.5]),
    "np.array([True, True])": ("a[0] = 0", [False, True]),
    "np.array([[1, 2], [3, 4]])": ("a[0] = 7", [[7, 7], [3, 4]]),
    "np.array([[1, 2], [3, 5]])": ("a[1] = [8, 9]", [[1, 2], [8, 9]]),
}


@pytest.mark.parametrize("array", WRITTEN_ARRAYS)
def test_what_is_written_into_an_array_has_its_type_and_fills_its_row(array: str, tmp_path: Path) -> None:
    statement, expected = WRITTEN_ARRAYS[array]
    found = Bench(tmp_path, f"import numpy as np\na = {array}\n{statement}\nresult = a.tolist()\n").plain("result")
    assert found == expected
    assert repr(found) == repr(expected)


UNKNOWN_GIVES = [
    "len(u)",
    "max(u, 1)",
    "sorted(u)",
    "sorted([u, 1])",
    "sum([1, u])",
    "int(u)",
    "str(u)",
    "list(u)",
    "list(zip(u, [1]))",
    "u.x",
    "u[0]",
    "range(u)",
    "math.ceil(u)",
    "{'a': 1}[u] if False else getattr(u, 'a')",
    "list(map(int, u))",
    "isinstance(u, int)",
    "hasattr(u, 'a')",
    "callable(u)",
    "'-'.join([u])",
    "os.path.exists('a')",
    "np.prod(u)",
    "np.sum([1, 2], keepdims=True)",
    "np.round([1.5], 0, None)",
    "random.random()",
    "hash('a')",
    "any([u, 0])",
    "all([1, u])",
    "re.match(u, 'a')",
    "re.match('(a+)+b', 'aaa')",
    "'%s'.__class__(u)",
    "copy.deepcopy(u)",
    "functools.reduce(max, u)",
    "open('a')",
    "eval('1 + u')",
    "min(u)",
    "round(u)",
    "json.loads(u)",
    "math.fsum((lambda x: x.append(x) or x)([]))",
    "'a' * u",
    "'{}'.format(u)",
    "itertools.product(u)",
    "next(u)",
    "range(10 ** 9).__class__ and list(range(10 ** 9))",
]


@pytest.mark.parametrize("line", UNKNOWN_GIVES)
def test_an_unknown_argument_gives_an_unknown_result(line: str, tmp_path: Path) -> None:
    header = (
        "import math, os, re, copy, functools, itertools, json, random\nimport numpy as np\nfrom nowhere import u\n"
    )
    assert isinstance(Bench(tmp_path, f"{header}result = {line}\n").value("result"), Unknown)


@pytest.mark.parametrize(
    "line", ["any([u, 1])", "not all([u, 0])", "isinstance(None, int) or 1", "'a' in {'a': 1, **u}"]
)
def test_what_an_unknown_does_not_decide_is_known(line: str, tmp_path: Path) -> None:
    assert Bench(tmp_path, f"from nowhere import u\nresult = bool({line})\n").plain("result") is True


HUGE = [
    "'a'.zfill(10 ** 10)",
    "'a'.center(10 ** 10)",
    "'aa'.replace('a', 'b' * 90000)",
    "'{:1000000000}'.format(1)",
    "'{:{}}'.format(1, 10 ** 9)",
    "math.factorial(10 ** 6)",
    "math.comb(10 ** 6, 5 * 10 ** 5)",
    "round(5, -10 ** 9)",
    "list(itertools.product(range(99), repeat=9))",
    "list(itertools.permutations(range(12)))",
    "list(range(10 ** 12))",
    "sum(range(10 ** 12))",
    "math.prod(range(10 ** 12))",
    "int('9' * 5000)",
    "('a' * 90000).translate({97: 'b' * 90000})",
    "format(1, '1000000000d')",
    "list(itertools.repeat(0, 10 ** 9))",
    "'\\t'.expandtabs(10 ** 9)",
    "range(10 ** 12).count(2.5)",
    "np.arange(10 ** 12)",
    "np.linspace(0, 1, 10 ** 9)",
    "np.zeros(10 ** 10)",
    "pow(10, 10 ** 9)",
    "'-'.join(['a' * 90000] * 9)",
    "bin(2 ** 500).zfill(10 ** 7)",
    "itertools.tee([1], 10 ** 9)",
    "json.loads('[' * 90000)",
    "'{0}{0}{0}{0}'.format('a' * 90000)",
    "list('a' * 90000) * 90000",
]


@pytest.mark.parametrize("line", HUGE)
def test_what_would_be_huge_is_not_built(line: str, tmp_path: Path) -> None:
    """Each of these would take gigabytes or hours if it were worked out."""
    text = (
        "import math, itertools, json\nimport numpy as np\n"
        f"def attempt():\n    try:\n        return {line}\n    except Exception:\n        return None\n"
        "result = attempt()\n"
    )
    found = Bench(tmp_path, text).value("result")
    assert isinstance(found, Unknown) or (isinstance(found, Const) and found.value is None)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a|a)*b",
        "a*a*a*b",
        "(a*)*",
        "(.*)(.*)(.*)",
        "x*y*x*y*x*z|(q+)+",
        "a?" * 30 + "a" * 30,
        r"(\w+\s?)*$",
        "(a+){2,}b",
        r".*.*=.*",
        r"(?=a+)+",
        r"(a)\1+",
        "a+a+a+",
    ],
)
def test_patterns_that_could_backtrack_for_long_are_refused(pattern: str) -> None:
    re.compile(pattern)
    assert not is_cheap(pattern, 0)


@pytest.mark.parametrize(
    "pattern",
    [
        r"k(\d+)_s(\d+)",
        "[a-z]+[0-9]+",
        r"^(resnet)(\d+)$",
        "a|b",
        r"([a-z]+)(\d+)",
        r"(\d+)",
        "x?y?z?",
        r"^(.*)_k(\d+)$",
        "a*a*b",
    ],
)
def test_patterns_that_models_parse_their_blocks_with_are_matched(pattern: str) -> None:
    assert is_cheap(pattern, 0)


PLAIN = st.one_of(
    st.integers(-5, 300),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.booleans(),
    st.none(),
    st.lists(st.integers(0, 9), max_size=3).map(tuple),
)


def _methods() -> list[tuple[str, Callable[..., Any]]]:
    names = [name for name in dir(str) if not name.startswith("_") and method(Const(""), name) is not None]
    return [(name, getattr(str, name)) for name in names]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(_methods()), st.text(max_size=8), st.lists(PLAIN, max_size=3))
def test_text_methods_do_what_python_does_with_any_argument(
    tmp_path_factory: pytest.TempPathFactory,
    found: tuple[str, Callable[..., Any]],
    subject: str,
    given_values: list[Any],
) -> None:
    """Never an exception of the evaluator's own: a result, the exception Python raises, or an unknown."""
    name, real = found
    builtin = method(Const(subject), name)
    assert builtin is not None
    machine = _machine(tmp_path_factory)
    values = [adapt.lift(machine, value, adapt.NOWHERE) for value in [subject, *given_values]]
    try:
        result = adapt.raw(machine, builtin.call(machine, Arguments(values), adapt.NOWHERE))
    except Raised as error:
        with pytest.raises(getattr(builtins, error.kind)):
            real(subject, *given_values)
        return
    except NotIterable:
        return
    assert result == real(subject, *given_values)


_KEPT: dict[str, Machine] = {}


def _machine(factory: pytest.TempPathFactory) -> Machine:
    if "machine" not in _KEPT:
        _KEPT["machine"] = Bench(factory.mktemp("methods"), "x = 1\n").machine
    return _KEPT["machine"]


def _everything(machine: Machine) -> list[tuple[str, Value]]:
    """Each function and class of every modelled module, and each built-in one."""
    found = dict(machine.modules.builtins)
    for name in MODULES:
        module = load(machine, name)
        assert module is not None
        found.update({f"{name}.{key}": value for key, value in module.attrs.items()})
    return sorted((name, value) for name, value in found.items() if isinstance(value, (Builtin, Class)))


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_no_modelled_function_fails_on_any_argument(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever the arguments, what comes out is a value or an exception of the evaluated code."""
    from convlint.evaluate.objects import calls

    machine = _machine(tmp_path_factory)
    name, callee = data.draw(st.sampled_from(_EVERYTHING or _fill(machine)))
    unknown = Unknown("no-default", "a parameter")
    plain = PLAIN.map(lambda value: adapt.lift(machine, value, adapt.NOWHERE))
    special = st.sampled_from([unknown, callee, machine.list([Const(3)]), machine.dict(), machine.list([unknown])])
    words = st.sampled_from(["key", "default", "start", "name", "reverse", "axis", "x", "repeat"])
    args = data.draw(st.lists(st.one_of(plain, special), max_size=4))
    keywords = data.draw(st.dictionaries(words, st.one_of(plain, special), max_size=2))
    try:
        result = calls.call(machine, callee, Arguments(args, keywords), Span(-1, 0, 0))
    except Raised:
        return
    assert isinstance(result, Value), name


def test_flags_of_a_pattern_are_an_integer(tmp_path: Path) -> None:
    """``re`` itself takes 0.0 where it has seen the pattern with 0, which its own parser does not."""
    machine = Bench(tmp_path, "x = 1\n").machine
    module = load(machine, "re")
    assert module is not None
    find = module.attrs["findall"]
    assert isinstance(find, Builtin)
    find.call(machine, Arguments([Const("a"), Const("aa"), Const(0)]), adapt.NOWHERE)
    with pytest.raises(Raised, match="integer"):
        find.call(machine, Arguments([Const("a"), Const("aa"), Const(0.0)]), adapt.NOWHERE)


_EVERYTHING: list[tuple[str, Value]] = []


def _fill(machine: Machine) -> list[tuple[str, Value]]:
    _EVERYTHING.extend(_everything(machine))
    return _EVERYTHING
