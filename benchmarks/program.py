"""What a program to measure is to the harness and the tracers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class Program(ABC):
    """A module with `main(size)`."""

    name: str
    title: str
    size: int

    @property
    @abstractmethod
    def module(self) -> str:
        """The module."""

    @property
    @abstractmethod
    def modules(self) -> tuple[str, ...]:
        """What is traced: every module that is its own code, or patterns of their names."""

    @abstractmethod
    def files(self) -> list[str]:
        """Where that code is: files, or directories of them."""
