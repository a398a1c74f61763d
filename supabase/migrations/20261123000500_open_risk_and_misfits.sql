-- What an account has at risk right now, and the facts that fit nowhere.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.exposures (
    directive_no bigint primary key references ledger.directive_registry,
    account_id text not null references ledger.accounts,
    strategy_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    volume_directed_lots numeric not null check (volume_directed_lots > '-Infinity' and volume_directed_lots < 'Infinity'),
    volume_filled_lots numeric not null default 0 check (volume_filled_lots > '-Infinity' and volume_filled_lots < 'Infinity'),
    volume_closed_lots numeric not null default 0 check (volume_closed_lots > '-Infinity' and volume_closed_lots < 'Infinity'),
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
    expected_volume_lots numeric check (expected_volume_lots > '-Infinity' and expected_volume_lots < 'Infinity'),
    actual_volume_lots numeric check (actual_volume_lots > '-Infinity' and actual_volume_lots < 'Infinity'),
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

create function ledger.position_volume(p_directive_no bigint, out filled_lots numeric, out closed_lots numeric)
language plpgsql
stable
set search_path = ''
as $$
begin
    -- From the facts, each deal once, corrections in place of what they correct: reports come late, twice
    -- (from two terminals, under two ids) and in any order, and adding up as they come would be wrong for ever.
    with concerned as (
        select d.* from ledger.directive_registry r
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = p_directive_no
        union all
        select d.* from ledger.trade_directives d where d.target_directive_no = p_directive_no
    ), facts as (
        select e.* from concerned d
        join ledger.execution_events e on (e.signal_id, e.symbol, e.created_at, e.directive_no) = (d.signal_id, d.symbol, d.created_at, d.directive_no)
        where e.kind in ('order_filled', 'position_closed')
    ), deals as (
        select distinct on (f.kind, coalesce(f.deal_ticket::text, f.event_id::text)) f.kind, f.directive_no, f.volume_lots
        from facts f
        where not exists (select from facts c where c.references_event_id = f.event_id and c.event_id <> f.event_id)
        order by f.kind, coalesce(f.deal_ticket::text, f.event_id::text), f.recorded_at, f.event_id
    )
    select coalesce(sum(d.volume_lots) filter (where d.kind = 'order_filled' and d.directive_no = p_directive_no), 0),
        coalesce(sum(d.volume_lots) filter (where d.kind = 'position_closed'), 0)
    into filled_lots, closed_lots from deals d;
end
$$;
comment on function ledger.position_volume(bigint) is
    'How much of an opening directive was filled, and how much of that was closed again, by itself or by closes that target it; lots.';

create function ledger.follow_execution()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_opened ledger.trade_directives;
    v_volume record;
begin
    -- The directive that opened the position: the reported one, or the one it targets.
    select o.* into v_opened from ledger.trade_directives d
    join ledger.directive_registry r on r.directive_no = coalesce(d.target_directive_no, d.directive_no)
    join ledger.trade_directives o on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (new.signal_id, new.symbol, new.created_at, new.directive_no);
    select * into v_volume from ledger.position_volume(v_opened.directive_no);

    if v_volume.filled_lots > v_volume.closed_lots then
        -- A fill may come after the directive was given up: then its exposure comes back.
        insert into ledger.exposures as e (directive_no, account_id, strategy_id, symbol, side,
            volume_directed_lots, volume_filled_lots, volume_closed_lots, position_id)
        values (v_opened.directive_no, v_opened.account_id, v_opened.strategy_id, v_opened.symbol, v_opened.side,
            v_opened.volume_lots, v_volume.filled_lots, v_volume.closed_lots, new.position_id)
        on conflict (directive_no) do update
            set volume_filled_lots = excluded.volume_filled_lots, volume_closed_lots = excluded.volume_closed_lots,
                position_id = coalesce(excluded.position_id, e.position_id), changed_at = ledger.at();
    elsif v_volume.filled_lots > 0
        -- A correction may take a fill back altogether.
        or new.references_event_id is not null
        -- Nothing was filled and nothing will be: a placed order that the broker let go of or turned down.
        or new.directive_no = v_opened.directive_no and new.kind in ('order_cancelled', 'order_failed', 'order_rejected') then
        delete from ledger.exposures where directive_no = v_opened.directive_no;
    end if;
    return null;
end
$$;
comment on function ledger.follow_execution() is 'Trigger: after each report the exposure it concerns is worked out anew from all reports.';

create function ledger.lock_positions(p_directive_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Two reports about one position, say a close and a stop loss, would each work out its volume without the
    -- other: the registry row of the directive that opened it is their lock. In one order, against circles.
    perform from ledger.directive_registry r
    where r.directive_no in (
        select coalesce(d.target_directive_no, d.directive_no) from ledger.directive_registry k
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (k.signal_id, k.symbol, k.created_at, k.directive_no)
        where k.directive_id = any (p_directive_ids) and k.account_id = ledger.account_id())
    order by r.directive_no for no key update;
end
$$;
comment on function ledger.lock_positions(uuid[]) is 'Until this transaction ends, nobody else reports about the positions of these directives of the caller''s account.';
grant execute on function ledger.position_volume(bigint), ledger.lock_positions(uuid[]) to officer;

create trigger reserve_exposure after insert on ledger.trade_directives
    for each row when (new.action = 'open') execute function ledger.reserve_exposure();
create trigger release_exposure after update of status on ledger.trade_directives
    for each row when (new.status in ('failed', 'cancelled')) execute function ledger.release_exposure();
create trigger follow_execution after insert on ledger.execution_events
    for each row execute function ledger.follow_execution();
