-- Bars that their source corrects: each content is kept as a version, and the newest is what strategies read. They are
-- wanted for a disabled strategy too while it holds something: it opens nothing more, and goes on trailing and closing.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- squawk-ignore prefer-bigint-over-smallint
alter table ledger.bars add column version smallint not null default 1 check (version between 1 and 1000);
comment on column ledger.bars.version is '1 for what was stored first; each other content of the same bar is the next. The highest counts.';
comment on column ledger.bars.recorded_at is 'When this version was stored.';
comment on table ledger.bars is
    'Closed bars per source, every version of each. Too voluminous to journal; a signal records the indicators it was made from.';

-- Bars wait, once, for as long as building an index over them takes.
-- squawk-ignore ban-drop-constraint, constraint-missing-not-valid, adding-serial-primary-key-field
alter table ledger.bars drop constraint bars_pkey, add primary key (source, symbol, timeframe, opened_at, version);

-- A sync asks this once a minute and account. Small tables, and built while writers wait for no longer than the lock
-- timeout above allows.
-- squawk-ignore require-concurrent-index-creation
create index strategies_bar_source on ledger.strategies (bar_source);
-- squawk-ignore require-concurrent-index-creation
create index exposures_strategy_symbol on ledger.exposures (strategy_id, symbol);

create function ledger.restatements(p_source text, p_bars jsonb, p_at timestamptz)
returns setof ledger.bars
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Equal to any version is known: numbers that come again late must not take back what replaced them.
    return query
    select p_source, b.symbol, b.timeframe, b.opened_at, b.open, b.high, b.low, b.close, b.tick_volume, b.spread_points, p_at,
        (s.newest + pg_catalog.row_number() over (partition by b.symbol, b.timeframe, b.opened_at order by b.n))::smallint
    from (
        select n.symbol, n.timeframe, n.opened_at, n.open, n.high, n.low, n.close, n.tick_volume, n.spread_points, min(n.ordinality) as n
        from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) with ordinality n
        group by n.symbol, n.timeframe, n.opened_at, n.open, n.high, n.low, n.close, n.tick_volume, n.spread_points
    ) b
    cross join lateral (
        select max(v.version) as newest,
            bool_or((v.open, v.high, v.low, v.close, v.tick_volume, v.spread_points)
                = (b.open, b.high, b.low, b.close, b.tick_volume, b.spread_points)) as known
        from ledger.bars v
        where (v.source, v.symbol, v.timeframe, v.opened_at) = (p_source, b.symbol, b.timeframe, b.opened_at)
    ) s
    where not s.known;
end
$$;
comment on function ledger.restatements(text, jsonb, timestamptz) is
    'Of bars that are stored, those with numbers that no stored version has, as the next versions they would be.';

create function ledger.restate_bars(p_source text, p_bars jsonb, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_lock bigint;
    v_bar ledger.bars;
    v_restated jsonb;
begin
    -- Two that restate a bar at once would both take the next version, and one of them would be lost.
    -- In one order for everyone, and by the lock itself, for two names might share one.
    for v_lock in
        select distinct pg_catalog.hashtextextended(pg_catalog.format('ledger.bars/%s/%s/%s', p_source, r.symbol, r.timeframe), 0) as lock
        from ledger.restatements(p_source, p_bars, p_at) r order by lock
    loop
        perform pg_catalog.pg_advisory_xact_lock(v_lock);
    end loop;
    if not found then
        return '[]';
    end if;
    select r.* into v_bar from ledger.restatements(p_source, p_bars, p_at) r where r.version > 1000 limit 1;
    if v_bar is not null then
        perform ledger.refuse(409, 'bar_restated_too_often',
            pg_catalog.format('The %s bar of %s of %s has 1000 versions.', v_bar.timeframe, v_bar.symbol, ledger.utc(v_bar.opened_at)),
            'A source that never says the same twice is broken: look at it. Nothing of this request was stored.');
    end if;
    with restated as (
        insert into ledger.bars select r.* from ledger.restatements(p_source, p_bars, p_at) r
        returning symbol, timeframe, opened_at, version
    )
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('symbol', r.symbol, 'timeframe', r.timeframe,
        'opened_at', ledger.utc(r.opened_at), 'version', r.version) order by r.symbol, r.timeframe, r.opened_at, r.version), '[]')
    into v_restated from restated r;
    return v_restated;
end
$$;
comment on function ledger.restate_bars(text, jsonb, timestamptz) is
    'Stores the next version of each stored bar that comes with other numbers, and says which; the old versions stay.';

create or replace function api.store_bars(p_bars jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_source text := case ledger.actor() when 'officer' then 'account:' || ledger.account_id() else 'feed' end;
    v_bad jsonb;
    v_recorded integer;
    v_restated jsonb := '[]';
begin
    select pg_catalog.to_jsonb(b) into v_bad from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) b
    where b.high < greatest(b.open, b.close, b.low) or b.low > least(b.open, b.close)
        or b.opened_at <> pg_catalog.date_trunc('minute', b.opened_at) limit 1;
    if v_bad is not null then
        perform ledger.refuse(422, 'bar_inconsistent',
            pg_catalog.format('The bar of %s does not lie between its own low and high, or does not open on a whole minute.', v_bad ->> 'opened_at'),
            'Check the source of the bars; nothing of this request was stored.');
    end if;
    select pg_catalog.to_jsonb(b) into v_bad from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) b
    where b.opened_at + ledger.timeframe_interval(b.timeframe) > v_at limit 1;
    if v_bad is not null then
        perform ledger.refuse(422, 'bar_not_closed',
            pg_catalog.format('The bar of %s is still open at %s.', v_bad ->> 'opened_at', ledger.utc(v_at)),
            'Send closed bars only; nothing of this request was stored.');
    end if;

    insert into ledger.bars (source, symbol, timeframe, opened_at, open, high, low, close, tick_volume, spread_points, recorded_at)
    select v_source, b.symbol, b.timeframe, b.opened_at, b.open, b.high, b.low, b.close, b.tick_volume, b.spread_points, v_at
    from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) with ordinality b
    -- One order for everyone who stores the same bars at once, or they would wait for each other in a circle.
    order by b.symbol, b.timeframe, b.opened_at, b.ordinality
    on conflict do nothing;
    get diagnostics v_recorded = row_count;
    if v_recorded < pg_catalog.jsonb_array_length(p_bars) then
        v_restated := ledger.restate_bars(v_source, p_bars, v_at);
    end if;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'recorded', v_recorded,
        'duplicates', pg_catalog.jsonb_array_length(p_bars) - v_recorded - pg_catalog.jsonb_array_length(v_restated),
        'restated', v_restated);
end
$$;
comment on function api.store_bars(jsonb, timestamptz) is
    'feed, officer: stores closed bars. A bar already stored with other prices becomes its next version; the old ones stay. Safe to repeat.';

create function ledger.strategy_holds(p_strategy_id text, p_symbol text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- A generator sees no account's exposure; of it it learns whether there is any.
    return exists (select from ledger.exposures e where e.strategy_id = p_strategy_id and e.symbol = p_symbol);
end
$$;
comment on function ledger.strategy_holds(text, text) is
    'Whether any account holds, or has reserved, anything of a strategy in a symbol.';

create or replace function api.generator_inputs(p_strategy_ids text[] default null, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'strategies', coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'strategy_id', s.strategy_id, 'kind', s.kind, 'symbol', y.symbol, 'timeframe', s.timeframe,
            'enabled', s.enabled, 'parameters', s.parameters, 'bars', coalesce((
                -- Hundreds of bars a strategy: spelled out, for each call of a helper costs more than what it does.
                select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'symbol', b.symbol, 'timeframe', b.timeframe,
                    'opened_at', pg_catalog.to_char(b.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'open', pg_catalog.trim_scale(b.open)::text, 'high', pg_catalog.trim_scale(b.high)::text,
                    'low', pg_catalog.trim_scale(b.low)::text, 'close', pg_catalog.trim_scale(b.close)::text,
                    'tick_volume', b.tick_volume, 'spread_points', b.spread_points) order by b.opened_at)
                from (
                    -- The newest version of each of the newest bars: the primary key read backwards, as far as is needed.
                    select distinct on (b.opened_at) b.*
                    from ledger.bars b
                    where b.source = s.bar_source and b.symbol = y.symbol and b.timeframe = s.timeframe
                        and b.opened_at <= v_at - ledger.timeframe_interval(s.timeframe)
                    order by b.opened_at desc, b.version desc limit s.warm_up_bars
                ) b), '[]')) order by s.strategy_id, y.symbol)
        from ledger.strategies s
        cross join lateral pg_catalog.unnest(s.symbols) y (symbol)
        where (s.enabled or ledger.strategy_holds(s.strategy_id, y.symbol))
            and (p_strategy_ids is null or s.strategy_id = any (p_strategy_ids))), '[]'));
end
$$;
comment on function api.generator_inputs(text[], timestamptz) is
    'generator: the strategies (all, or those named) that are enabled or still hold something, each symbol with its newest closed bars, oldest first.';

create function ledger.wanted_bars(p_source text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- Whoever brings bars reads no strategies; of these it learns which bars of its own source they want.
    if (ledger.actor() = 'feed' and p_source is distinct from 'feed')
        or (ledger.actor() = 'officer' and p_source is distinct from 'account:' || ledger.account_id()) then
        perform ledger.refuse(403, 'permission_denied', 'These are the bars of another source.', 'Ask for your own.');
    end if;
    return coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('symbol', w.symbol, 'timeframe', w.timeframe, 'count', w.count,
            'newest_opened_at', (
                select ledger.utc(b.opened_at) from ledger.bars b
                where b.source = p_source and b.symbol = w.symbol and b.timeframe = w.timeframe
                order by b.opened_at desc, b.version desc limit 1)) order by w.symbol, w.timeframe)
        from (
            select y.symbol, s.timeframe, max(s.warm_up_bars) as count
            from ledger.strategies s cross join lateral pg_catalog.unnest(s.symbols) y (symbol)
            where s.bar_source = p_source and (s.enabled or ledger.strategy_holds(s.strategy_id, y.symbol))
            group by y.symbol, s.timeframe
            -- What an answer of the contract may hold at most.
            order by y.symbol, s.timeframe limit 1000
        ) w), '[]');
end
$$;
comment on function ledger.wanted_bars(text) is
    'Which bars of a source are read by the strategies that are enabled or still hold something: per symbol and timeframe how many of the newest, and what is there already.';

create function api.wanted_bars(p_source text default 'feed', p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'wanted_bars', ledger.wanted_bars(p_source));
end
$$;
comment on function api.wanted_bars(text, timestamptz) is
    'feed, operator: which bars of a source are read by the strategies that are enabled or still hold something, how many of the newest, and the newest stored; a feed asks for its own.';

create or replace function api.sync_account(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_discrepancies jsonb;
begin
    perform ledger.seen(v_account_id, (p_request ->> 'instance_id')::uuid, v_at);
    perform ledger.store_account_state(v_account_id, p_request -> 'account', v_at);
    perform ledger.store_instruments(v_account_id, p_request -> 'instruments', v_at);
    perform ledger.cancel_expired(v_account_id, v_at);

    with found as (
        select * from ledger.find_discrepancies(v_account_id, p_request -> 'positions', p_request -> 'orders')
    ), noted as (
        insert into ledger.discrepancies (account_id, kind, directive_no, position_id, symbol, expected_volume_lots, actual_volume_lots, recorded_at)
        select v_account_id, f.kind, f.directive_no, f.position_id, f.symbol, f.expected_volume_lots, f.actual_volume_lots, v_at
        from found f order by f.directive_no
        on conflict do nothing
    )
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', f.kind, 'directive_no', f.directive_no,
        'position_id', f.position_id::text, 'symbol', f.symbol, 'expected_volume_lots', ledger.exact(f.expected_volume_lots),
        'actual_volume_lots', ledger.exact(f.actual_volume_lots)) order by f.directive_no), '[]')
    into v_discrepancies from found f;
    -- What stands now, beside what was ever seen. Written when it changes, and not by a sync that a newer one overtook.
    update ledger.account_states s set discrepancies = v_discrepancies
    where s.account_id = v_account_id and s.reported_at = v_at and s.discrepancies is distinct from v_discrepancies;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'discrepancies', v_discrepancies,
        'directives', ledger.identities(v_account_id, array(
            select (n ->> 'directive_no')::bigint
            from pg_catalog.jsonb_array_elements((p_request -> 'positions') || (p_request -> 'orders') || v_discrepancies) n)),
        'wanted_bars', ledger.wanted_bars('account:' || v_account_id));
end
$$;
comment on function api.sync_account(jsonb, timestamptz) is
    'officer: reports balance, instruments, positions and orders; answers where ledger and broker differ, and which bars are wanted of it. Each difference is journaled once.';

grant execute on function ledger.restatements(text, jsonb, timestamptz), ledger.restate_bars(text, jsonb, timestamptz) to feed, officer;
grant execute on function ledger.wanted_bars(text) to feed, officer, operator;
grant execute on function api.wanted_bars(text, timestamptz) to feed, operator;
grant execute on function ledger.strategy_holds(text, text) to generator;
