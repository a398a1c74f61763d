"""The fold as SQL: one function that applies a stretch of the journal, made from what the triggers tell."""

from collections.abc import Iterable, Mapping

from psycopg import sql

from scripts.tools.evidence.replay.fold_law import Table, Told

# Held back until the fold is over: while it runs, the ledger's clock is set by the fold.
HELD_BACK = "settings"

# What the api functions write beside a row and the journal does not repeat: worked out anew, by the same
# functions that worked it out then, before the row, which refers to it. By assignment, for PL/pgSQL keeps the
# plan of an expression from row to row; within an INSERT an SQL function would be planned at each call.
_BESIDE: Mapping[str, sql.SQL] = {
    "signal_outbox": sql.SQL("""
        v_hash := ledger.signal_hash(v_signal_outbox);
        insert into ledger.signal_registry (signal_id, symbol, created_at, content_hash)
        values (v_signal_outbox.signal_id, v_signal_outbox.symbol, v_signal_outbox.created_at, v_hash);"""),
    "trade_directives": sql.SQL("""
        v_directive_id := ledger.directive_uuid(v_trade_directives.signal_id, v_trade_directives.symbol,
            v_trade_directives.created_at, v_trade_directives.account_id,
            v_trade_directives.target_directive_no);
        insert into ledger.directive_registry
            (directive_no, directive_id, signal_id, symbol, created_at, account_id) overriding system value
        values (v_trade_directives.directive_no, v_directive_id, v_trade_directives.signal_id,
            v_trade_directives.symbol, v_trade_directives.created_at, v_trade_directives.account_id);"""),
    "execution_events": sql.SQL("""
        v_directive_id := (select r.directive_id from ledger.directive_registry r
            where r.directive_no = v_execution_events.directive_no);
        v_hash := ledger.content_hash(ledger.event_document(v_execution_events, v_directive_id));
        insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)
        values (v_execution_events.account_id, v_execution_events.event_id, v_hash, v_directive_id);"""),
    # A conflict is about an id that is registered already, with what was reported first; so may the id of a
    # report be that is about a month dropped since.
    "unmatched_reports": sql.SQL("""
        if v_unmatched_reports.reason <> 'event_conflict' then
            v_hash := ledger.content_hash(v_unmatched_reports.report);
            insert into ledger.event_registry (account_id, event_id, content_hash, directive_id)
            values (v_unmatched_reports.account_id, v_unmatched_reports.event_id, v_hash,
                (v_unmatched_reports.report ->> 'directive_id')::uuid)
            on conflict do nothing;
        end if;"""),
}

_FUNCTION = sql.SQL("""
create function replay.fold(p_after bigint, p_rows integer,
    out last_id bigint, out rows bigint, out moved date)
language plpgsql
set search_path = pg_catalog
as $fold$
#variable_conflict use_column
declare
    v record;
    v_hash bytea;
    v_directive_id uuid;
    {variables}
begin
    rows := 0;
    for v in
        select j.journal_id, j.entity, j.key, j.event, j.recorded_at, j.payload::jsonb as payload
        from history.journal j where j.journal_id > p_after order by j.journal_id limit p_rows
    loop
        -- The triggers that keep the exposures write down when: then, not now.
        perform set_config('ledger.at', v.recorded_at::text, true);
        case
            {branches}
            else raise exception 'this version of the ledger writes no such entry';
        end case;
        last_id := v.journal_id;
        rows := rows + 1;
        if v.entity = 'archive' and v.event = 'month.moved' then
            moved := (v.payload ->> 'month')::date;
            return;  -- no table can be moved while it is read from
        end if;
    end loop;
exception when others then
    raise exception '%', sqlerrm using
        errcode = 'P0001',
        detail = format('journal entry %s, %s of %s %s', v.journal_id, v.event, v.entity, v.key);
end
$fold$
""")


def fold_function(told: Iterable[Told]) -> sql.Composed:
    """The statement that creates `replay.fold(after, rows)`.

    It applies up to so many entries after a journal_id, in the order of journal_id, and answers the last one,
    how many they were, and the month that is to be moved to the archive before it goes on, if any. An entry
    that cannot be applied is an error, whose detail names the entry.
    """
    known = list(told)
    tables = {one.table.name: one.table for one in known}
    return _FUNCTION.format(
        variables=sql.SQL("\n    ").join(
            sql.SQL("{} ledger.{};").format(_variable(table), sql.Identifier(table.name))
            for table in tables.values()
        ),
        branches=sql.SQL("\n            ").join(_branch(one) for one in known),
    )


def _branch(told: Told) -> sql.Composed:
    event: sql.Composable = sql.Literal(told.event)
    if told.detail is not None:
        event = sql.SQL("format({}, v.payload ->> {})").format(event, sql.Literal(told.detail))
    return sql.SQL("when v.entity = {} and v.event = {} then {}").format(
        sql.Literal(told.entity), event, _apply(told)
    )


def _apply(told: Told) -> sql.Composable:
    table = told.table
    if table.name == HELD_BACK:
        return sql.SQL("null;")
    row = sql.SQL("{} := jsonb_populate_record(null::ledger.{}, v.payload);").format(
        _variable(table), sql.Identifier(table.name)
    )
    change = _insert(table) if told.inserted else _update(table)
    return sql.SQL("{} {}").format(row, change)


def _insert(table: Table) -> sql.Composed:
    return sql.SQL("{} insert into ledger.{} overriding system value select {}.*;").format(
        _BESIDE.get(table.name, sql.SQL("")), sql.Identifier(table.name), _variable(table)
    )


def _update(table: Table) -> sql.Composed:
    return sql.SQL(
        "update ledger.{} as t set {} where {};"
        " if not found then raise exception 'it changes a row of % that no entry wrote before', {}; end if;"
    ).format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(
            sql.SQL("{0} = {1}.{0}").format(sql.Identifier(column), _variable(table))
            for column in table.other_columns
        ),
        sql.SQL(" and ").join(
            sql.SQL("t.{0} = {1}.{0}").format(sql.Identifier(column), _variable(table))
            for column in table.key_columns
        ),
        sql.Literal(table.name),
    )


def _variable(table: Table) -> sql.Identifier:
    return sql.Identifier(f"v_{table.name}")
