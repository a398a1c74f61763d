"""GET /metrics: the numbers of the ledger in the text format of Prometheus."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from functions.gateway.answers import TextAnswer
from functions.gateway.context import Context
from functions.gateway.endpoint import reading_endpoint
from functions.metrics.families import FAMILIES, Family, Numbers

if TYPE_CHECKING:
    from prometheus_client.core import Metric


@reading_endpoint(roles=frozenset({"monitor"}))
def metrics(context: Context) -> TextAnswer:
    """All metric families, as of now."""
    return exposition(context.call("metrics"))


def exposition(numbers: Numbers) -> TextAnswer:
    """What `api.metrics` answered, as Prometheus reads it."""
    # Importing the client takes 80 ms: paid by the first scrape, and by no other function.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    class Collector:
        """Gives the numbers to the client's formatter."""

        def collect(self) -> Iterator["Metric"]:
            """Each family with its series."""
            return (_metric(family, numbers) for family in FAMILIES)

    registry = CollectorRegistry()
    registry.register(Collector())
    return TextAnswer(generate_latest(registry).decode(), CONTENT_TYPE_PLAIN_0_0_4)


def _metric(family: Family, numbers: Numbers) -> "Metric":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    made: CounterMetricFamily | GaugeMetricFamily
    if family.kind == "counter":
        made = CounterMetricFamily(family.name, family.help, labels=family.labels)
    else:
        made = GaugeMetricFamily(family.name, family.help, labels=family.labels)
    for labels, number in family.samples(numbers):
        if number is not None:
            made.add_metric(labels, float(number))
    return made
