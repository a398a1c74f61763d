-- The operator's doors to the new limits, and the officer's sync that keeps the marks losses are counted from.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.refuse_limits(p_constraint text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform ledger.refuse(422, 'limits_invalid', pg_catalog.format('A value is outside what it may be (%s).', p_constraint),
        'docs/risk.md says what each limit may be.');
end
$$;
comment on function ledger.refuse_limits(text) is 'Refuses what a constraint of a table of limits did not let pass.';

create or replace function api.open_account(p_account jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.accounts := pg_catalog.jsonb_populate_record(null::ledger.accounts, p_account);
    v_old ledger.accounts;
    v_constraint text;
begin
    v_new.recorded_at := v_at;
    insert into ledger.accounts select v_new.* on conflict do nothing;
    select * into v_old from ledger.accounts where account_id = v_new.account_id;
    v_new.recorded_at := v_old.recorded_at;
    if v_old is distinct from v_new then
        perform ledger.refuse(409, 'account_conflict',
            pg_catalog.format('Account %s, or another one with its login, is open with other data.', v_new.account_id),
            'Change limits with change_account; an account''s identity never changes.');
    end if;
    return pg_catalog.jsonb_build_object('account_id', v_old.account_id, 'recorded_at', ledger.utc(v_old.recorded_at));
exception
    when check_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;

create or replace function api.change_account(p_account_id text, p_changes jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_account ledger.accounts;
    v_new ledger.accounts;
    v_constraint text;
begin
    perform ledger.begin(p_at);
    select * into v_account from ledger.accounts where account_id = p_account_id for no key update;
    if not found then
        perform ledger.refuse(404, 'account_unknown', pg_catalog.format('There is no account %s.', p_account_id), 'Open it first.');
    end if;
    -- Identity stays, whatever p_changes says of it.
    v_new := pg_catalog.jsonb_populate_record(v_account, p_changes - array['account_id', 'login', 'server', 'currency', 'recorded_at']);
    if v_new is not distinct from v_account then
        return pg_catalog.jsonb_build_object('account_id', p_account_id, 'changed', false);
    end if;
    update ledger.accounts set
        broker = v_new.broker, enabled = v_new.enabled, risk_per_trade = v_new.risk_per_trade,
        min_strength = v_new.min_strength, max_signal_age_seconds = v_new.max_signal_age_seconds,
        max_open_positions_account = v_new.max_open_positions_account,
        max_open_positions_symbol = v_new.max_open_positions_symbol, volume_max_lots = v_new.volume_max_lots,
        directive_ttl_seconds = v_new.directive_ttl_seconds, max_slippage_points = v_new.max_slippage_points,
        max_state_age_seconds = v_new.max_state_age_seconds, max_in_flight = v_new.max_in_flight,
        takeover_seconds = v_new.takeover_seconds, max_open_positions_currency = v_new.max_open_positions_currency,
        max_open_positions_group = v_new.max_open_positions_group, max_net_exposure_currency = v_new.max_net_exposure_currency,
        max_daily_loss = v_new.max_daily_loss, max_drawdown = v_new.max_drawdown,
        max_spread_points = v_new.max_spread_points, max_margin_use = v_new.max_margin_use,
        max_consecutive_losses = v_new.max_consecutive_losses, cool_down_seconds = v_new.cool_down_seconds,
        sessions = v_new.sessions, opposite_positions = v_new.opposite_positions,
        allow_duplicates = v_new.allow_duplicates, equity_marks_since = v_new.equity_marks_since
    where account_id = p_account_id;
    return pg_catalog.jsonb_build_object('account_id', p_account_id, 'changed', true);
exception
    when check_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;

create or replace function api.subscribe(p_subscription jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.subscriptions := pg_catalog.jsonb_populate_record(null::ledger.subscriptions, p_subscription);
    v_constraint text;
begin
    if not exists (select from ledger.accounts where account_id = v_new.account_id) then
        perform ledger.refuse(404, 'account_unknown', pg_catalog.format('There is no account %s.', v_new.account_id), 'Open it first.');
    end if;
    if not exists (select from ledger.strategies where strategy_id = v_new.strategy_id) then
        perform ledger.refuse(404, 'strategy_unknown', pg_catalog.format('There is no strategy %s.', v_new.strategy_id), 'Save it first.');
    end if;
    v_new.recorded_at := v_at;
    insert into ledger.subscriptions as s select v_new.*
    on conflict (account_id, strategy_id) do update
        set risk_multiplier = excluded.risk_multiplier, enabled = excluded.enabled, allocation = excluded.allocation,
            max_open_positions_strategy = excluded.max_open_positions_strategy
        where (s.risk_multiplier, s.enabled, s.allocation, s.max_open_positions_strategy)
            is distinct from (excluded.risk_multiplier, excluded.enabled, excluded.allocation, excluded.max_open_positions_strategy);
    return pg_catalog.jsonb_build_object('account_id', v_new.account_id, 'strategy_id', v_new.strategy_id);
exception
    when check_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;

create function api.save_correlation_group(p_group jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.correlation_groups := pg_catalog.jsonb_populate_record(null::ledger.correlation_groups, p_group);
    v_constraint text;
begin
    v_new.recorded_at := v_at;
    insert into ledger.correlation_groups as g select v_new.*
    on conflict (group_id) do update set symbols = excluded.symbols where g.symbols is distinct from excluded.symbols;
    return pg_catalog.jsonb_build_object('group_id', v_new.group_id);
exception
    when check_violation or not_null_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;
comment on function api.save_correlation_group(jsonb, timestamptz) is
    'operator: adds a group of correlated symbols or changes which they are; journaled. A group without symbols limits nothing.';

create function api.save_news_window(p_window jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.news_windows := pg_catalog.jsonb_populate_record(null::ledger.news_windows, p_window);
    v_constraint text;
begin
    v_new.recorded_at := v_at;
    insert into ledger.news_windows as w select v_new.*
    on conflict (currency, starts_at, ends_at) do update set label = excluded.label, enabled = excluded.enabled
        where (w.label, w.enabled) is distinct from (excluded.label, excluded.enabled);
    return pg_catalog.jsonb_build_object('currency', v_new.currency, 'starts_at', ledger.utc(v_new.starts_at),
        'ends_at', ledger.utc(v_new.ends_at), 'enabled', v_new.enabled);
exception
    when check_violation or not_null_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;
comment on function api.save_news_window(jsonb, timestamptz) is
    'operator: adds a time at which nothing is opened in a currency, renames it or calls it off; journaled.';

create function ledger.mark_equity(p_account_id text, p_equity numeric, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_since timestamptz := (select a.equity_marks_since from ledger.accounts a where a.account_id = p_account_id);
    v_day date := (p_at at time zone 'UTC')::date;
begin
    insert into ledger.equity_marks as m (account_id, day, equity, day_start_equity, high_water_equity, since)
    values (p_account_id, v_day, p_equity, p_equity, p_equity, p_at)
    on conflict (account_id) do update set
        day = excluded.day,
        equity = excluded.equity,
        day_start_equity = case
            when m.since < v_since then excluded.equity
            -- What was lost between the days, over a weekend say, is the new day's loss.
            when m.day < excluded.day then m.equity
            else m.day_start_equity end,
        high_water_equity = case when m.since < v_since then excluded.equity
            else greatest(m.high_water_equity, excluded.equity) end,
        since = case when m.since < v_since then excluded.since else m.since end
    where (m.day, m.equity) is distinct from (excluded.day, excluded.equity) or m.since < v_since;
end
$$;
comment on function ledger.mark_equity(text, numeric, timestamptz) is
    'Keeps the equity an account''s day began with and its highest; never read from history.';

create or replace function ledger.store_account_state(p_account_id text, p_state jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_state ledger.account_states := pg_catalog.jsonb_populate_record(null::ledger.account_states, p_state);
begin
    if not v_state.hedging then
        perform ledger.refuse(409, 'hedging_required', 'On a netting account positions merge and lose their magic number.',
            'Use a hedging account: contract version 1 needs one.');
    end if;
    if v_state.currency <> (select a.currency from ledger.accounts a where a.account_id = p_account_id) then
        perform ledger.refuse(403, 'account_mismatch',
            pg_catalog.format('This terminal''s account is in %s, account %s is not.', v_state.currency, p_account_id),
            'Check that the EA runs on the account its API key was issued for.');
    end if;
    v_state.account_id := p_account_id;
    v_state.reported_at := p_at;
    insert into ledger.account_states as s select v_state.*
    on conflict (account_id) do update set
        balance = excluded.balance, equity = excluded.equity, margin = excluded.margin, free_margin = excluded.free_margin,
        currency = excluded.currency, leverage = excluded.leverage, hedging = excluded.hedging,
        trade_allowed = excluded.trade_allowed, server_time_offset_seconds = excluded.server_time_offset_seconds,
        reported_at = excluded.reported_at
    -- A request that was held up on its way must not overwrite a newer one.
    where s.reported_at <= excluded.reported_at;
    if found then
        perform ledger.mark_equity(p_account_id, v_state.equity, p_at);
    end if;
end
$$;

grant execute on function ledger.refuse_limits(text), api.save_correlation_group(jsonb, timestamptz),
    api.save_news_window(jsonb, timestamptz), ledger.are_sessions(jsonb) to operator;
grant execute on function ledger.mark_equity(text, numeric, timestamptz) to officer;
