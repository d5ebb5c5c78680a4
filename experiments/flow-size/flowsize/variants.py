"""What each model is shown: the whole of it, and each time something less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

import numpy as np

from .columns import FIRST_CALL, IO, KERNEL, PUBLISHED, TARGET
from .features import Feature


@dataclass(frozen=True)
class Variant:
    """name: what the tables call it; shows: whether a model of it is shown this feature."""

    name: str
    shows: Callable[[Feature], bool]


def is_honest(feature: Feature) -> bool:
    """Whole sizes of flows that had not ended are for the one variant that says so."""
    return feature.kind != "whole"


def without(columns: Sequence[str]) -> Callable[[Feature], bool]:
    return lambda feature: is_honest(feature) and feature.column not in columns


def is_published(feature: Feature) -> bool:
    return is_honest(feature) and feature.column in (*PUBLISHED, TARGET) and feature.kind not in ("pair", "server port")


ALL = Variant("everything", is_honest)
NO_KERNEL = Variant("without kernel traces", without(KERNEL))
NO_FIRST_CALL = Variant("without first_call", without((FIRST_CALL,)))
NEITHER = Variant("without first_call and kernel traces", without((FIRST_CALL, *KERNEL)))
NO_IO = Variant("without I/O columns", without(IO))
NO_CONTEXT = Variant("without context (window 0)", lambda feature: is_honest(feature) and feature.lag == 0)
PUBLISHED_COLUMNS = Variant("published columns", is_published)
PUBLISHED_NO_CONTEXT = Variant("published columns, window 0", lambda feature: is_published(feature) and feature.lag == 0)
LAST_SIZES = Variant("last five sizes alone", lambda feature: feature.column == TARGET and feature.kind == "sent")
ONLY_FIRST_CALL = Variant("first_call alone", lambda feature: feature == Feature(FIRST_CALL, 0, "value"))
UNENDED = Variant("everything, unended flows' sizes known", lambda feature: True)

VARIANTS = (
    ALL,
    NO_KERNEL,
    NO_FIRST_CALL,
    NEITHER,
    NO_IO,
    NO_CONTEXT,
    PUBLISHED_COLUMNS,
    PUBLISHED_NO_CONTEXT,
    LAST_SIZES,
    ONLY_FIRST_CALL,
    UNENDED,
)


def columns_of(variant: Variant, features: Sequence[Feature]) -> np.ndarray:
    """Positions of what it is shown."""
    return np.array([at for at, feature in enumerate(features) if variant.shows(feature)], dtype=int)
