"""Layers of config files as a network: what the rules read, in the form in which Python's layers come as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from convlint.frontends.config.facts import Found
from convlint.network.layers import Confidence, Layer, Network, Use
from convlint.network.operations import Operation
from convlint.network.sizes import SizedLayer, SizedModule, Work, fact_of
from convlint.network.verdicts import NOT_FOLLOWED, Verdict, Verdicts, worse
from convlint.source import Place


class ConfigNetwork:
    """The layers that config files describe; the same layer found twice in one place counts twice."""

    def __init__(self, found: Iterable[Found]) -> None:
        uses: dict[Layer, dict[object, Use]] = defaultdict(dict)
        self._verdicts: dict[Layer | Operation, dict[str, Verdict]] = defaultdict(dict)
        for one in found:
            of_layer = self._verdicts[one.layer]
            for name in one.use.entry_points:
                verdict = one.verdict or NOT_FOLLOWED
                of_layer[name] = worse(of_layer.get(name, verdict), verdict)
            key = (one.use.meeting, one.use.entry_points)
            known = uses[one.layer].get(key)
            uses[one.layer][key] = one.use if known is None else replace(known, count=known.count + 1)
        self._uses: dict[Layer | Operation | SizedLayer | SizedModule, tuple[Use, ...]] = {
            layer: tuple(ways.values()) for layer, ways in uses.items()
        }
        self.layers: tuple[Layer, ...] = tuple(uses)
        self.operations: tuple[Operation, ...] = ()
        self.sized_layers: tuple[SizedLayer, ...] = ()
        self.sized_modules: tuple[SizedModule, ...] = ()

    def works(self) -> Mapping[str, Work]:
        """None: a config does not say what is computed at which size."""
        return {}

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        """Each place at which the layer's numbers meet."""
        return self._uses.get(layer, ())

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        """The networks that the layer belongs to."""
        uses = self.uses(layer)
        certain = any(use.confidence is Confidence.CERTAIN for use in uses)
        names = tuple(sorted({name for use in uses for name in use.entry_points}))
        return names, Confidence.CERTAIN if certain else Confidence.POSSIBLE

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        """What the dialect knows of those who read the layer's input, by network."""
        return self._verdicts.get(layer, {})


class JoinedNetwork:
    """Several networks as one.

    Where a config's own dialect and the code that it names tell of the same numbers (a vocoder's lists, which the
    generator's class turns into layers), the dialect's words count, and the code's are left out. What a dialect only
    takes for a layer is left out where code that reads the number, at one of the places ``read``, says what it is.
    """

    def __init__(self, networks: Sequence[Network], read: frozenset[Place] = frozenset()) -> None:
        self._read = read
        self._told: set[object] = {
            (use.meeting, layer.kernel_size, layer.stride, layer.dilation)
            for network in networks
            if isinstance(network, ConfigNetwork)
            for layer in network.layers
            for use in network.uses(layer)
            if not self._is_read(use)
        }
        self._networks = networks
        self._holders: dict[Layer | Operation | SizedLayer | SizedModule, list[Network]] = defaultdict(list)
        for network in networks:
            facts: tuple[Layer | Operation, ...] = (*network.layers, *network.operations)
            for fact in facts:
                self._holders[fact].append(network)
        layers = {layer: None for network in networks for layer in network.layers}
        self.layers: tuple[Layer, ...] = tuple(sorted(layers, key=lambda layer: layer.call))
        self.operations: tuple[Operation, ...] = tuple(fact for network in networks for fact in network.operations)

    @property
    def sized_layers(self) -> Sequence[SizedLayer]:
        """Those of all networks."""
        found: list[SizedLayer] = []
        for network in self._networks:
            for fact in network.sized_layers:
                self._holders[fact] = [network]
                found.append(fact)
        return found

    @property
    def sized_modules(self) -> Sequence[SizedModule]:
        """Those of all networks."""
        found: list[SizedModule] = []
        for network in self._networks:
            for fact in network.sized_modules:
                self._holders[fact] = [network]
                found.append(fact)
        return found

    def works(self) -> Mapping[str, Work]:
        """What any of the networks knows."""
        return {name: work for network in self._networks for name, work in network.works().items()}

    def uses(self, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        """The ways to reach the layer in all networks that hold it."""
        return [use for network in self._holders[layer] for use in self._new(network, layer)]

    def _new(self, network: Network, layer: Layer | Operation | SizedLayer | SizedModule) -> Sequence[Use]:
        """The ways of one network, without those of which another one tells better."""
        uses = network.uses(layer)
        layer = fact_of(layer)
        if isinstance(network, ConfigNetwork):
            return [use for use in uses if not self._is_read(use)]
        if not isinstance(layer, Layer) or not self._told:
            return uses
        sizes = (layer.kernel_size, layer.stride, layer.dilation)
        return [use for use in uses if (use.meeting, *sizes) not in self._told]

    def _is_read(self, use: Use) -> bool:
        """Whether a dialect's guess is about a number of which code says what it is."""
        return use.confidence is Confidence.POSSIBLE and use.meeting in self._read

    def reached_from(self, layer: Layer | Operation) -> tuple[tuple[str, ...], Confidence]:
        """The entry points of all networks that hold the layer."""
        reached = [network.reached_from(layer) for network in self._holders[layer]]
        certain = any(confidence is Confidence.CERTAIN for _, confidence in reached)
        names = tuple(sorted({name for names, _ in reached for name in names}))
        return names, Confidence.CERTAIN if certain else Confidence.POSSIBLE

    def verdicts(self, layer: Layer | Operation) -> Verdicts:
        """What any of the networks knows."""
        return {name: verdict for network in self._holders[layer] for name, verdict in network.verdicts(layer).items()}
