-- A disabled strategy opens nothing more, and goes on trailing and closing what it holds. What is declined when it is
-- recorded says what it was declined by.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- Small tables, and built while writers wait for no longer than the lock timeout above allows.
-- squawk-ignore require-concurrent-index-creation
create index exposures_strategy_symbol on ledger.exposures (strategy_id, symbol);
-- squawk-ignore require-concurrent-index-creation
create index strategies_of_source on ledger.strategies (bar_source);
-- Only wanted_bars read through it, which is asked of disabled strategies too now.
-- squawk-ignore require-concurrent-index-deletion
drop index ledger.strategies_bar_source;

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

create function ledger.strategy_enabled(p_strategy_id text)
returns boolean
language plpgsql
-- Volatile, so that under the account's lock it sees what was committed while this transaction waited for it.
volatile
security definer
set search_path = ''
as $$
begin
    -- A director reads no strategies; of them it learns one switch.
    return exists (select from ledger.strategies t where t.strategy_id = p_strategy_id and t.enabled);
end
$$;
comment on function ledger.strategy_enabled(text) is 'Whether a strategy may open anything.';

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

create or replace function ledger.wanted_bars(p_source text)
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

create or replace function ledger.recheck_open(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_account_id text := p_decision ->> 'account_id';
    v_leaving bigint[] := ledger.closed_targets(p_decision);
    v_halt jsonb := ledger.active_halt(v_account_id, p_signal.symbol, p_signal.strategy_id);
begin
    -- Volatile, so that it counts what was committed while this transaction waited for the account.
    return (
        with counts as (
            select count(*) as of_account, count(*) filter (where e.symbol = p_signal.symbol) as of_symbol
            from ledger.exposures e where e.account_id = v_account_id and e.directive_no <> all (v_leaving)
        )
        select pg_catalog.jsonb_build_object(
            'rechecked_open_positions_account', c.of_account, 'rechecked_open_positions_symbol', c.of_symbol,
            'reason', case
                when not a.enabled then 'account_disabled'
                when not s.enabled then 'subscription_disabled'
                when not ledger.strategy_enabled(p_signal.strategy_id) then 'strategy_disabled'
                when v_halt is not null then 'trading_halted'
                when p_at >= p_signal.expires_at then 'signal_expired'
                when c.of_account >= a.max_open_positions_account then 'max_open_positions_account'
                when c.of_symbol >= a.max_open_positions_symbol then 'max_open_positions_symbol'
            end)
            -- Under the names that the director gives them.
            || case when v_halt is null then '{}' else pg_catalog.jsonb_build_object(
                'halt_scope', v_halt -> 'scope', 'halt_value', v_halt -> 'value', 'halt_reason', v_halt -> 'reason') end
        from counts c, ledger.accounts a
        join ledger.subscriptions s on s.account_id = a.account_id and s.strategy_id = p_signal.strategy_id
        where a.account_id = v_account_id);
end
$$;
comment on function ledger.recheck_open(ledger.signal_outbox, jsonb, timestamptz) is
    'What may have changed since the director looked, counted again under the account''s lock without what the decision closes, and a halt that covers it. reason is null if the open may stand.';

grant execute on function ledger.strategy_holds(text, text) to generator;
grant execute on function ledger.strategy_enabled(text) to director;
