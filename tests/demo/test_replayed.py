"""What the demo leaves behind follows from its journal, row by row."""

from scripts.tools.demo.report import report_on
from tests.demo.performance import Copy, Performance
from tests.evidence.replaying import differences, replayed


def test_the_ledger_of_a_demo_is_replayed_as_it_is(spoiled: Copy, performance: Performance) -> None:
    with replayed(performance.stack, spoiled.url) as (result, then):
        rows = {one.table: one.rows for one in result.comparisons}
        again = report_on(performance.stack.postgres.url(database=then.name), performance.played)

    assert differences(result) == []
    assert min(rows["signal_outbox"], rows["execution_events"], rows["risk_decisions"]) > 0
    # The demo's own invariants hold of the replayed ledger too: that no deal is lost, that positions agree.
    assert again.invariants.duplicates == again.invariants.lost == ()
