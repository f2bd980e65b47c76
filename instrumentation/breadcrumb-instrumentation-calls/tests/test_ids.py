from __future__ import annotations

import random

from breadcrumb_instrumentation_calls.parenting.sdk import id_generator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator


class ChosenIdGenerator(RandomIdGenerator):
    """Somebody's own."""


def test_ids_leave_the_programs_random_numbers_alone() -> None:
    before = random.getstate()
    ids = id_generator(TracerProvider())
    made = {ids.generate_span_id() for _ in range(100)} | {ids.generate_trace_id() for _ in range(100)}
    assert len(made) == 200
    assert random.getstate() == before


def test_a_generator_that_somebody_chose_is_used() -> None:
    chosen = ChosenIdGenerator()
    assert id_generator(TracerProvider(id_generator=chosen)) is chosen
