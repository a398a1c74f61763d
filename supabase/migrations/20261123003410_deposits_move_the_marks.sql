-- Money that is paid in or taken out is no profit and no loss: the marks that losses are counted from move with it.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter table ledger.accounts add column net_deposits numeric check (net_deposits > '-Infinity' and net_deposits < 'Infinity');
comment on column ledger.accounts.net_deposits is
    'What was paid in since the account was opened here, less what was taken out, deposit currency, as the operator says; the marks that losses are counted from move by each change of it. Null as 0.';
grant update (net_deposits) on ledger.accounts to operator;

drop trigger a_guard_row on ledger.accounts;
create trigger a_guard_row before update or delete on ledger.accounts
    for each row execute function ledger.guard_row('broker', 'enabled', 'risk_per_trade', 'min_strength',
        'max_signal_age_seconds', 'max_open_positions_account', 'max_open_positions_symbol', 'volume_max_lots',
        'directive_ttl_seconds', 'max_slippage_points', 'max_state_age_seconds', 'max_in_flight', 'takeover_seconds',
        'max_open_positions_currency', 'max_open_positions_group', 'max_net_exposure_currency', 'max_daily_loss',
        'max_drawdown', 'max_spread_points', 'max_margin_use', 'max_consecutive_losses', 'cool_down_seconds', 'sessions',
        'opposite_positions', 'allow_duplicates', 'equity_marks_since', 'net_deposits');
alter table ledger.accounts enable always trigger a_guard_row;

alter table ledger.equity_marks add column net_deposits numeric not null default 0
    check (net_deposits > '-Infinity' and net_deposits < 'Infinity');
comment on column ledger.equity_marks.net_deposits is 'The account''s net deposits that the marks have been moved by.';

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
        allow_duplicates = v_new.allow_duplicates, equity_marks_since = v_new.equity_marks_since,
        net_deposits = v_new.net_deposits
    where account_id = p_account_id;
    return pg_catalog.jsonb_build_object('account_id', p_account_id, 'changed', true);
exception
    when check_violation then
        get stacked diagnostics v_constraint = constraint_name;
        perform ledger.refuse_limits(v_constraint);
end
$$;

create or replace function ledger.mark_equity(p_account_id text, p_equity numeric, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_account ledger.accounts := (select a from ledger.accounts a where a.account_id = p_account_id);
    v_since timestamptz := v_account.equity_marks_since;
    v_day date := (p_at at time zone 'UTC')::date;
begin
    insert into ledger.equity_marks as m (account_id, day, equity, day_start_equity, high_water_equity, since, net_deposits)
    values (p_account_id, v_day, p_equity, p_equity, p_equity, p_at, coalesce(v_account.net_deposits, 0))
    on conflict (account_id) do update set
        day = excluded.day,
        equity = excluded.equity,
        day_start_equity = case
            when m.since < v_since then excluded.equity
            -- What was lost between the days, over a weekend say, is the new day's loss. Money that was taken out is
            -- not in the last equity any more, or counts as lost; money that was paid in never hides a loss.
            when m.day < excluded.day then m.equity + greatest(excluded.net_deposits - m.net_deposits, 0)
            else m.day_start_equity + excluded.net_deposits - m.net_deposits end,
        high_water_equity = case when m.since < v_since then excluded.equity
            else greatest(m.high_water_equity + excluded.net_deposits - m.net_deposits, excluded.equity) end,
        since = case when m.since < v_since then excluded.since else m.since end,
        net_deposits = excluded.net_deposits
    where (m.day, m.equity, m.net_deposits) is distinct from (excluded.day, excluded.equity, excluded.net_deposits)
        or m.since < v_since;
end
$$;
comment on function ledger.mark_equity(text, numeric, timestamptz) is
    'Keeps the equity an account''s day began with and its highest, moved by what was paid in or taken out; never read from history.';
