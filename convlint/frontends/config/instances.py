"""Mappings and tags that ask for an object, in every way in which configs do, as calls with arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convlint.frontends.config.calls import Argument, Call, Keyed, Listed, Opaque
from convlint.frontends.config.dialect import Config
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, text, truth
from convlint.frontends.config.plain_values import plain_value
from convlint.frontends.config.references import Located, resolve

MAX_VALUES = 50_000
"""Arguments of one file, those that are shared counted each time."""
MAX_DEPTH = 100
"""Arguments inside each other."""

_TAG = re.compile(r"!(?P<how>new|name|apply):(?P<target>[\w.]{1,400})(?![\w.])")
_SHORT = re.compile(r"[A-Z]\w*")
_DOTTED = re.compile(r"(?:[A-Za-z_]\w*\.){1,20}[A-Za-z_]\w*")
_DOTTED_CLASS = re.compile(r"(?:[a-z_]\w*\.){1,20}[A-Z]\w*")
_TYPE_KEYS = frozenset({"type", "_delete_", "_scope_"})
_OWN_KEYS = frozenset(
    {"_target_", "_args_", "_partial_", "_recursive_", "_convert_", "_disabled_", "_requires_", "_desc_", "_mode_"}
)


class Instances:
    """One document: finds the outermost calls, and turns what they receive into arguments."""

    def __init__(self, config: Config, root: Node) -> None:
        self.config = config
        self.root = root
        self.values = 0

    def calls(self) -> Iterator[Call]:
        stack: list[tuple[Located, str]] = [(Located(self.root), "")]
        seen: set[int] = set()
        while stack and len(seen) < MAX_VALUES:
            located, path = stack.pop()
            node = located.node
            if id(node) in seen or (isinstance(node, Scalar) and not _TAG.match(node.tag)):
                continue
            seen.add(id(node))
            call = self._call(located, path, 0)
            if call is not None:
                yield call
                continue
            below: list[tuple[Located, str]] = []
            if isinstance(node, Mapping):
                below = [
                    (located.below(value), f"{path}.{key}" if path else key) for key, value in node.entries.items()
                ]
            elif isinstance(node, Sequence):
                below = [(located.below(item), f"{path}[{index}]") for index, item in enumerate(node.items)]
            stack.extend(reversed(below))

    def _call(self, located: Located, path: str, depth: int) -> Call | None:
        """The call that a node asks for; None where it asks for none."""
        node = located.node
        tag = _TAG.match(node.tag)
        if tag is not None:
            return self._tagged(located, path, tag, depth)
        if not isinstance(node, Mapping):
            return None
        target = node.get("_target_")
        if isinstance(target, Scalar):
            name = self._name(located.below(target))
            return None if name is None else self._target_call(located, node, target, name, path, depth)
        target = node.get("class_path")
        if isinstance(target, Scalar) and _DOTTED.fullmatch(target.text):
            call = Call(target, target.text, node, path)
            for key in ("init_args", "dict_kwargs"):
                given = node.get(key)
                if isinstance(given, Mapping):
                    self._keywords(call, located.below(given), given, frozenset(), depth)
            self.config.take(node)
            return call
        target = node.get("target")
        if isinstance(target, Scalar) and "params" in node.entries and _DOTTED.fullmatch(target.text):
            call = Call(target, target.text, node, path)
            given = node.get("params")
            if isinstance(given, Mapping):
                self._keywords(call, located.below(given), given, frozenset(), depth)
            self.config.take(node)
            return call
        target = node.get("type")
        if isinstance(target, Scalar) and _DOTTED_CLASS.fullmatch(target.text):
            # What looks like a module may be a registry's scope: mmdet.ResNet.
            name = f"torch.{target.text}" if target.text.startswith("nn.") else target.text
            call = Call(target, name, node, path, guessed=True)
            self._keywords(call, located, node, _TYPE_KEYS, depth)
            return call
        return None

    def _name(self, located: Located) -> str | None:
        """The name of a target: a dotted one, or one of MONAI's short ones."""
        found = resolve(located)
        name = text(found.node) if found is not None else None
        if name is None:
            return None
        return name if _SHORT.fullmatch(name) or _DOTTED.fullmatch(name) else None

    def _target_call(
        self, located: Located, node: Mapping, target: Scalar, name: str, path: str, depth: int
    ) -> Call | None:
        if truth(node.get("_disabled_")):
            self.config.take(node)
            return None
        short = bool(_SHORT.fullmatch(name))
        call = Call(target, f"monai.networks.nets.{name}" if short else name, node, path, guessed=short)
        call.partial = bool(truth(node.get("_partial_"))) or text(node.get("_mode_")) in (
            "partial",
            "callable",
            "debug",
        )
        args = node.get("_args_")
        if isinstance(args, Sequence):
            inside = located.below(args)
            call.positional = [
                self._argument(inside.below(item), f"{path}._args_[{index}]", depth + 1)
                for index, item in enumerate(args.items)
            ]
        params = node.get("params")
        if isinstance(params, Mapping) and set(node.entries) <= {*_OWN_KEYS, "params"}:  # before Hydra 1.1
            self.config.take(node)
            self._keywords(call, located.below(params), params, frozenset(), depth)
        else:
            self._keywords(call, located, node, _OWN_KEYS, depth)
        return call

    def _tagged(self, located: Located, path: str, tag: re.Match[str], depth: int) -> Call | None:
        node = located.node
        start = node.start + tag.start("target") if node.source.text.startswith("!", node.start) else node.start
        if isinstance(node, Scalar):  # its tag stands in front of it
            start = max(node.source.text.rfind(tag["target"], 0, node.start + 1), 0)
        target = Scalar(node.source, start, start + len(tag["target"]), tag["target"])
        call = Call(
            target, tag["target"], node if isinstance(node, Mapping) else target, path, partial=tag["how"] == "name"
        )
        if isinstance(node, Mapping):
            self._keywords(call, located, node, frozenset(), depth)
        elif isinstance(node, Sequence):
            call.positional = [
                self._argument(located.below(item), f"{path}[{index}]", depth + 1)
                for index, item in enumerate(node.items)
            ]
        elif node.quoted or node.text not in ("", "~", "null"):
            return None
        return call

    def _keywords(self, call: Call, located: Located, node: Mapping, skipped: frozenset[str], depth: int) -> None:
        """Take the entries of a mapping as the keywords of a call."""
        self.config.take(node)
        for key, value in node.entries.items():
            if key in skipped:
                continue
            call.keywords[key] = self._argument(located.below(value), f"{call.path}.{key}", depth + 1)
            own = node.key(key)
            if own is not None:
                call.keys[key] = own

    def _argument(self, located: Located, path: str, depth: int) -> Argument:
        node = located.node
        self.values += 1
        if self.values > MAX_VALUES or depth > MAX_DEPTH:
            return Opaque("too many values", node)
        found = resolve(located)
        if found is None:
            return Opaque(f"{node.text[:40]!r}" if isinstance(node, Scalar) else "a reference", node)
        call = self._call(found, path, depth)
        if call is not None:
            return call
        node = found.node
        if isinstance(node, Scalar):
            return plain_value(node)
        if isinstance(node, Sequence):
            items = [
                self._argument(found.below(item), f"{path}[{index}]", depth + 1)
                for index, item in enumerate(node.items)
            ]
            return Listed(items, node, node.tag == "!tuple")
        self.config.take(node)
        entries = {
            key: self._argument(found.below(value), f"{path}.{key}", depth + 1) for key, value in node.entries.items()
        }
        return Keyed(entries, node)
