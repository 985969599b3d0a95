"""Stands for transformers.hf_argparser of transformers 5: objects of the settings' classes with their defaults."""

from argparse import ArgumentParser


class HfArgumentParser(ArgumentParser):
    def __init__(self, dataclass_types=None, **kwargs):
        super().__init__()
        several = isinstance(dataclass_types, (list, tuple))
        self.dataclass_types = list(dataclass_types) if several else [dataclass_types]

    def parse_args_into_dataclasses(
        self,
        args=None,
        return_remaining_strings=False,
        look_for_args_file=True,
        args_filename=None,
        args_file_flag=None,
    ):
        return tuple([made() for made in self.dataclass_types])
