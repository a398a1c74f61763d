-- What an account has at risk right now, and the facts that fit nowhere.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.exposures (
    directive_no bigint primary key references ledger.directive_registry,
    account_id text not null references ledger.accounts,
    strategy_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    volume_directed_lots numeric not null,
    volume_filled_lots numeric not null default 0,
    volume_closed_lots numeric not null default 0,
    position_id numeric(20),
    changed_at timestamptz not null default ledger.at()
) with (fillfactor = 70);
create index exposures_account_symbol on ledger.exposures (account_id, symbol);
comment on table ledger.exposures is
    'One row per opening directive, from its issue until nothing of it remains at the broker. Kept by triggers, so limits are checked against few rows however long the history.';
comment on column ledger.exposures.directive_no is 'The directive that opens it.';
comment on column ledger.exposures.account_id is 'The account.';
comment on column ledger.exposures.strategy_id is 'The strategy.';
comment on column ledger.exposures.symbol is 'The symbol.';
comment on column ledger.exposures.side is 'buy or sell.';
comment on column ledger.exposures.volume_directed_lots is 'What was commanded, lots.';
comment on column ledger.exposures.volume_filled_lots is 'What was filled, lots; 0 while only reserved.';
comment on column ledger.exposures.volume_closed_lots is 'What was closed again, lots.';
comment on column ledger.exposures.position_id is 'The broker''s position identifier, once known.';
comment on column ledger.exposures.changed_at is 'Last change.';

create table ledger.unmatched_reports (
    account_id text not null references ledger.accounts,
    event_id uuid not null,
    content_hash bytea not null,
    instance_id uuid not null,
    reason text not null check (reason in ('unknown_directive', 'event_conflict')),
    report jsonb not null,
    recorded_at timestamptz not null default ledger.at(),
    primary key (account_id, event_id, content_hash)
);
comment on table ledger.unmatched_reports is 'Reports that fit no directive, or contradict one stored under the same id. Facts may not be refused: they are kept and flagged.';
comment on column ledger.unmatched_reports.account_id is 'The account that reported it.';
comment on column ledger.unmatched_reports.event_id is 'The id it came under.';
comment on column ledger.unmatched_reports.content_hash is 'SHA-256 of it, so that a retry is stored once.';
comment on column ledger.unmatched_reports.instance_id is 'The EA instance that reported it.';
comment on column ledger.unmatched_reports.reason is 'unknown_directive or event_conflict.';
comment on column ledger.unmatched_reports.report is 'The report, whole.';
comment on column ledger.unmatched_reports.recorded_at is 'When it was stored.';

create table ledger.discrepancies (
    discrepancy_no bigint generated always as identity primary key,
    account_id text not null references ledger.accounts,
    kind text not null check (kind in ('position_missing', 'position_unknown', 'volume_differs')),
    directive_no bigint not null,
    position_id numeric(20),
    symbol text not null,
    expected_volume_lots numeric,
    actual_volume_lots numeric,
    recorded_at timestamptz not null default ledger.at(),
    -- A sync a minute must not write the same finding every minute.
    unique nulls not distinct (account_id, directive_no, kind, position_id, expected_volume_lots, actual_volume_lots)
);
comment on table ledger.discrepancies is 'Where an officer''s sync found ledger and broker to differ; each difference once. Immutable.';
comment on column ledger.discrepancies.discrepancy_no is 'Order of recording.';
comment on column ledger.discrepancies.account_id is 'The account.';
comment on column ledger.discrepancies.kind is 'position_missing, position_unknown or volume_differs.';
comment on column ledger.discrepancies.directive_no is 'The directive the position belongs to, by its magic number.';
comment on column ledger.discrepancies.position_id is 'The broker''s position identifier, where there is one.';
comment on column ledger.discrepancies.symbol is 'The symbol.';
comment on column ledger.discrepancies.expected_volume_lots is 'What the ledger holds, lots.';
comment on column ledger.discrepancies.actual_volume_lots is 'What the broker holds, lots.';
comment on column ledger.discrepancies.recorded_at is 'When it was first seen.';

create function ledger.reserve_exposure()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into ledger.exposures (directive_no, account_id, strategy_id, symbol, side, volume_directed_lots)
    values (new.directive_no, new.account_id, new.strategy_id, new.symbol, new.side, new.volume_lots);
    return null;
end
$$;
comment on function ledger.reserve_exposure() is 'Trigger: an issued open counts against the limits from this moment.';

create function ledger.release_exposure()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from ledger.exposures where directive_no = new.directive_no and volume_filled_lots = 0;
    return null;
end
$$;
comment on function ledger.release_exposure() is 'Trigger: a directive that failed or was cancelled unfilled no longer counts.';

create function ledger.follow_execution()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_directive ledger.trade_directives;
begin
    select * into v_directive from ledger.trade_directives d
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (new.signal_id, new.symbol, new.created_at, new.directive_no);

    if new.kind = 'order_filled' and v_directive.action = 'open' then
        -- A fill may come after the directive was given up: then its exposure comes back.
        insert into ledger.exposures as e (directive_no, account_id, strategy_id, symbol, side,
            volume_directed_lots, volume_filled_lots, position_id)
        values (v_directive.directive_no, v_directive.account_id, v_directive.strategy_id, v_directive.symbol,
            v_directive.side, v_directive.volume_lots, new.volume_lots, new.position_id)
        on conflict (directive_no) do update
            set volume_filled_lots = e.volume_filled_lots + excluded.volume_filled_lots,
                position_id = coalesce(excluded.position_id, e.position_id), changed_at = ledger.at();
    elsif new.kind = 'position_closed' then
        update ledger.exposures
            set volume_closed_lots = volume_closed_lots + new.volume_lots, changed_at = ledger.at()
        where directive_no = coalesce(v_directive.target_directive_no, v_directive.directive_no);
    elsif new.kind = 'order_cancelled' then
        -- A pending order that the broker let go of after it was placed.
        delete from ledger.exposures where directive_no = new.directive_no and volume_filled_lots = 0;
    end if;

    delete from ledger.exposures
    where directive_no = coalesce(v_directive.target_directive_no, v_directive.directive_no)
        and volume_filled_lots > 0 and volume_closed_lots >= volume_filled_lots;
    return null;
end
$$;
comment on function ledger.follow_execution() is 'Trigger: what a report says was filled, closed or cancelled moves the exposure it belongs to.';

create trigger reserve_exposure after insert on ledger.trade_directives
    for each row when (new.action = 'open') execute function ledger.reserve_exposure();
create trigger release_exposure after update of status on ledger.trade_directives
    for each row when (new.status in ('failed', 'cancelled')) execute function ledger.release_exposure();
create trigger follow_execution after insert on ledger.execution_events
    for each row execute function ledger.follow_execution();
