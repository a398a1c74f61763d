-- From bars to signals: the feed's and the generator's doors.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.timeframe_interval(p_timeframe text)
returns interval
language sql
immutable
set search_path = ''
as $$
    select case p_timeframe
        when 'M1' then interval '1 minute' when 'M5' then interval '5 minutes' when 'M15' then interval '15 minutes'
        when 'M30' then interval '30 minutes' when 'H1' then interval '1 hour' when 'H4' then interval '4 hours'
        when 'D1' then interval '24 hours' end
$$;
comment on function ledger.timeframe_interval(text) is 'How long a bar of a timeframe lasts.';

create function api.store_bars(p_bars jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_source text := case ledger.actor() when 'officer' then 'account:' || ledger.account_id() else 'feed' end;
    v_bad jsonb;
    v_recorded integer;
    v_conflicts jsonb;
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
    from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) b
    -- One order for everyone who stores the same bars at once, or they would wait for each other in a circle.
    order by b.symbol, b.timeframe, b.opened_at
    on conflict do nothing;
    get diagnostics v_recorded = row_count;

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('symbol', b.symbol, 'timeframe', b.timeframe,
        'opened_at', ledger.utc(b.opened_at)) order by b.symbol, b.timeframe, b.opened_at), '[]')
    into v_conflicts
    from pg_catalog.jsonb_populate_recordset(null::ledger.bars, p_bars) b
    join ledger.bars s on (s.source, s.symbol, s.timeframe, s.opened_at) = (v_source, b.symbol, b.timeframe, b.opened_at)
    where (s.open, s.high, s.low, s.close, s.tick_volume, s.spread_points)
        is distinct from (b.open, b.high, b.low, b.close, b.tick_volume, b.spread_points);

    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'recorded', v_recorded,
        'duplicates', pg_catalog.jsonb_array_length(p_bars) - v_recorded - pg_catalog.jsonb_array_length(v_conflicts),
        'conflicts', v_conflicts);
end
$$;
comment on function api.store_bars(jsonb, timestamptz) is
    'feed, officer: stores closed bars. A bar already stored with other prices is answered as a conflict and stays as it was.';
grant execute on function ledger.timeframe_interval(text), api.store_bars(jsonb, timestamptz) to feed, officer;

create function api.generator_inputs(p_strategy_ids text[] default null, p_at timestamptz default null)
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
            'parameters', s.parameters, 'bars', coalesce((
                -- Hundreds of bars a strategy: spelled out, for each call of a helper costs more than what it does.
                select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'symbol', b.symbol, 'timeframe', b.timeframe,
                    'opened_at', pg_catalog.to_char(b.opened_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                    'open', pg_catalog.trim_scale(b.open)::text, 'high', pg_catalog.trim_scale(b.high)::text,
                    'low', pg_catalog.trim_scale(b.low)::text, 'close', pg_catalog.trim_scale(b.close)::text,
                    'tick_volume', b.tick_volume, 'spread_points', b.spread_points) order by b.opened_at)
                from (
                    select * from ledger.bars b
                    where b.source = s.bar_source and b.symbol = y.symbol and b.timeframe = s.timeframe
                        and b.opened_at <= v_at - ledger.timeframe_interval(s.timeframe)
                    order by b.opened_at desc limit s.warm_up_bars
                ) b), '[]')) order by s.strategy_id, y.symbol)
        from ledger.strategies s
        cross join lateral pg_catalog.unnest(s.symbols) y (symbol)
        where s.enabled and (p_strategy_ids is null or s.strategy_id = any (p_strategy_ids))), '[]'));
end
$$;
comment on function api.generator_inputs(text[], timestamptz) is
    'generator: the enabled strategies (all, or those named), each symbol with its newest closed bars, oldest first.';
grant execute on function ledger.timeframe_interval(text), api.generator_inputs(text[], timestamptz) to generator;

create function ledger.signal_document(p_signal ledger.signal_outbox)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'signal_id', p_signal.signal_id, 'strategy_id', p_signal.strategy_id, 'symbol', p_signal.symbol,
        'timeframe', p_signal.timeframe, 'created_at', ledger.utc(p_signal.created_at), 'action', p_signal.action,
        'side', p_signal.side, 'strength', ledger.exact(p_signal.strength), 'entry_price', ledger.exact(p_signal.entry_price),
        'stop_loss', ledger.exact(p_signal.stop_loss), 'take_profit', ledger.exact(p_signal.take_profit),
        'expires_at', ledger.utc(p_signal.expires_at), 'indicators', p_signal.indicators)
$$;
comment on function ledger.signal_document(ledger.signal_outbox) is 'A signal as contracts/schemas/signal writes it. Also what its content hash is taken of.';

create function ledger.publish_signal(p_document jsonb, p_at timestamptz)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_signal ledger.signal_outbox := pg_catalog.jsonb_populate_record(null::ledger.signal_outbox, p_document);
    v_hash bytea;
begin
    v_signal.status := 'pending';
    v_signal.recorded_at := p_at;
    -- 1.10 and 1.1 are one number: written in one way before it is hashed, a retry is known as a retry.
    v_signal.indicators := (select coalesce(pg_catalog.jsonb_object_agg(i.key, ledger.exact(i.value::numeric)), '{}')
        from pg_catalog.jsonb_each_text(p_document -> 'indicators') i);
    v_hash := ledger.content_hash(ledger.signal_document(v_signal));

    insert into ledger.signal_registry (signal_id, symbol, created_at, content_hash)
    values (v_signal.signal_id, v_signal.symbol, v_signal.created_at, v_hash)
    on conflict do nothing;
    if not found then
        return case when exists (select from ledger.signal_registry r where r.signal_id = v_signal.signal_id and r.content_hash = v_hash)
            then 'duplicate' else 'conflict' end;
    end if;
    insert into ledger.signal_outbox select v_signal.*;
    return 'published';
end
$$;
comment on function ledger.publish_signal(jsonb, timestamptz) is 'Publishes one signal: published, duplicate (same content) or conflict (other content; nothing is written).';

create function ledger.check_signal_times(p_signals jsonb, p_at timestamptz)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_window interval := (select signal_window from ledger.settings);
    v_signal record;
begin
    for v_signal in select s.* from pg_catalog.jsonb_to_recordset(p_signals) s (signal_id uuid, created_at timestamptz) loop
        if v_signal.created_at not between p_at - v_window and p_at + v_window then
            perform ledger.refuse(422, 'signal_outside_present',
                pg_catalog.format('Signal %s is of %s, too far from %s.', v_signal.signal_id,
                    ledger.utc(v_signal.created_at), ledger.utc(p_at)),
                'Check the clock of the bars'' source; history is replayed on a ledger under simulated time.');
        end if;
        if not exists (select from ledger.partitioned_months m
            where m.month = pg_catalog.date_trunc('month', v_signal.created_at at time zone 'UTC')::date) then
            perform ledger.refuse(503, 'partition_missing',
                pg_catalog.format('There is no partition for %s yet.', ledger.utc(v_signal.created_at)),
                'Let the archivist make partitions (premake_partitions), then send the same again.');
        end if;
    end loop;
end
$$;
comment on function ledger.check_signal_times(jsonb, timestamptz) is 'Refuses signals far from the present, or of a month without partitions.';

create function api.publish_signals(p_signals jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_item record;
    v_table text;
    v_outcomes jsonb := '{}';
begin
    perform ledger.check_signal_times(p_signals, v_at);
    -- In one order for everyone: two generators with the same batch must not wait for each other in a circle.
    for v_item in
        select d.document, d.n from pg_catalog.jsonb_array_elements(p_signals) with ordinality as d (document, n)
        order by d.document ->> 'signal_id', d.n
    loop
        v_outcomes := v_outcomes || pg_catalog.jsonb_build_object(v_item.n, ledger.publish_signal(v_item.document, v_at));
    end loop;
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signals', coalesce((
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('signal_id', d ->> 'signal_id',
            'outcome', v_outcomes ->> n::text) order by n)
        from pg_catalog.jsonb_array_elements(p_signals) with ordinality as documents (d, n)), '[]'));
exception
    when foreign_key_violation then
        perform ledger.refuse(404, 'strategy_unknown', 'A signal is of a strategy that there is not.', 'Save the strategy first; nothing of this request was stored.');
    when check_violation or not_null_violation or invalid_text_representation then
        get stacked diagnostics v_table = table_name;
        if v_table <> '' and v_table not like 'signal%' then
            raise;  -- not the caller's fault but ours, and to be seen as such
        end if;
        perform ledger.refuse(422, 'signal_invalid', 'A signal is not what contracts/schemas/signal says a signal is.', 'Nothing of this request was stored.');
end
$$;
comment on function api.publish_signals(jsonb, timestamptz) is
    'generator: publishes signals; answers published, duplicate or conflict for each. Safe to repeat.';
grant execute on function ledger.signal_document(ledger.signal_outbox), ledger.publish_signal(jsonb, timestamptz),
    ledger.check_signal_times(jsonb, timestamptz), api.publish_signals(jsonb, timestamptz) to generator;
