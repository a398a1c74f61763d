-- The operator's doors: open accounts, save strategies, subscribe, issue and revoke keys, halt and resume.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.active_halt(p_account_id text, p_symbol text, p_strategy_id text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Four look-ups in an index, however many halts there ever were.
    return (
        select pg_catalog.jsonb_build_object('scope', h.scope, 'value', h.value, 'reason', h.reason)
        from (values (1, 'global', ''), (2, 'account', p_account_id), (3, 'symbol', p_symbol), (4, 'strategy', p_strategy_id))
            as s (rank, scope, value)
        cross join lateral (
            select t.scope, t.value, t.reason, t.action from ledger.trading_halts t
            where t.scope = s.scope and t.value = s.value order by t.halt_no desc limit 1
        ) h
        where h.action = 'halted'
        order by s.rank limit 1);
end
$$;
comment on function ledger.active_halt(text, text, text) is
    'The halt that stops opens for this account, symbol and strategy; null where there is none. Null arguments match nothing.';
grant execute on function ledger.active_halt(text, text, text) to director, officer, operator, auditor;

create function api.open_account(p_account jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.accounts := pg_catalog.jsonb_populate_record(null::ledger.accounts, p_account);
    v_old ledger.accounts;
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
end
$$;
comment on function api.open_account(jsonb, timestamptz) is 'operator: opens an account with its limits. The same again is answered the same.';

create function api.change_account(p_account_id text, p_changes jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_account ledger.accounts;
    v_new ledger.accounts;
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
        takeover_seconds = v_new.takeover_seconds
    where account_id = p_account_id;
    return pg_catalog.jsonb_build_object('account_id', p_account_id, 'changed', true);
end
$$;
comment on function api.change_account(text, jsonb, timestamptz) is 'operator: changes limits of an account; journaled. Answers whether anything was different.';

create function api.save_strategy(p_strategy jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.strategies := pg_catalog.jsonb_populate_record(null::ledger.strategies, p_strategy);
    v_old ledger.strategies;
begin
    v_new.recorded_at := v_at;
    insert into ledger.strategies select v_new.* on conflict do nothing;
    select * into v_old from ledger.strategies where strategy_id = v_new.strategy_id for no key update;
    if (v_old.kind, v_old.timeframe) is distinct from (v_new.kind, v_new.timeframe) then
        -- Both are part of what a signal_id means.
        perform ledger.refuse(409, 'strategy_conflict',
            pg_catalog.format('Strategy %s has another kind or timeframe.', v_new.strategy_id), 'Give the new strategy a name of its own.');
    end if;
    update ledger.strategies s set symbols = v_new.symbols, bar_source = v_new.bar_source,
        parameters = v_new.parameters, warm_up_bars = v_new.warm_up_bars, enabled = v_new.enabled
    where s.strategy_id = v_new.strategy_id
        and (s.symbols, s.bar_source, s.parameters, s.warm_up_bars, s.enabled)
            is distinct from (v_new.symbols, v_new.bar_source, v_new.parameters, v_new.warm_up_bars, v_new.enabled);
    return pg_catalog.jsonb_build_object('strategy_id', v_new.strategy_id);
end
$$;
comment on function api.save_strategy(jsonb, timestamptz) is 'operator: adds a strategy or changes its parameters; journaled.';

create function api.subscribe(p_subscription jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_new ledger.subscriptions := pg_catalog.jsonb_populate_record(null::ledger.subscriptions, p_subscription);
begin
    if not exists (select from ledger.accounts where account_id = v_new.account_id) then
        perform ledger.refuse(404, 'account_unknown', pg_catalog.format('There is no account %s.', v_new.account_id), 'Open it first.');
    end if;
    if not exists (select from ledger.strategies where strategy_id = v_new.strategy_id) then
        perform ledger.refuse(404, 'strategy_unknown', pg_catalog.format('There is no strategy %s.', v_new.strategy_id), 'Save it first.');
    end if;
    insert into ledger.subscriptions as s (account_id, strategy_id, risk_multiplier, enabled, recorded_at)
    values (v_new.account_id, v_new.strategy_id, v_new.risk_multiplier, v_new.enabled, v_at)
    on conflict (account_id, strategy_id) do update
        set risk_multiplier = excluded.risk_multiplier, enabled = excluded.enabled
        where (s.risk_multiplier, s.enabled) is distinct from (excluded.risk_multiplier, excluded.enabled);
    return pg_catalog.jsonb_build_object('account_id', v_new.account_id, 'strategy_id', v_new.strategy_id);
end
$$;
comment on function api.subscribe(jsonb, timestamptz) is 'operator: lets an account follow a strategy, or changes how; journaled.';

create function api.issue_api_key(p_key jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_hash bytea := pg_catalog.decode(p_key ->> 'secret_hash', 'hex');
    v_old ledger.api_keys;
begin
    if p_key ->> 'account_id' is not null
        and not exists (select from ledger.accounts where account_id = p_key ->> 'account_id') then
        perform ledger.refuse(404, 'account_unknown', pg_catalog.format('There is no account %s.', p_key ->> 'account_id'), 'Open it first.');
    end if;
    insert into ledger.api_keys (key_id, secret_hash, role, account_id, label, recorded_at, expires_at)
    values (p_key ->> 'key_id', v_hash, p_key ->> 'role', p_key ->> 'account_id', p_key ->> 'label', v_at,
        (p_key ->> 'expires_at')::timestamptz)
    on conflict do nothing;
    select * into v_old from ledger.api_keys where key_id = p_key ->> 'key_id';
    if (v_old.secret_hash, v_old.role, v_old.account_id, v_old.label, v_old.expires_at) is distinct from
        (v_hash, p_key ->> 'role', p_key ->> 'account_id', p_key ->> 'label', (p_key ->> 'expires_at')::timestamptz) then
        perform ledger.refuse(409, 'api_key_conflict', 'This key id was issued with other data.', 'Make a new key.');
    end if;
    return pg_catalog.jsonb_build_object('key_id', v_old.key_id, 'recorded_at', ledger.utc(v_old.recorded_at));
end
$$;
comment on function api.issue_api_key(jsonb, timestamptz) is 'operator: stores the hash of a new API key. The secret itself never comes here.';

create function api.revoke_api_key(p_key_id text, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_key ledger.api_keys;
begin
    update ledger.api_keys set revoked_at = v_at where key_id = p_key_id and revoked_at is null;
    select * into v_key from ledger.api_keys where key_id = p_key_id;
    if not found then
        perform ledger.refuse(404, 'api_key_unknown', 'There is no such key.', 'Check the key id: the twelve characters after ds_.');
    end if;
    return pg_catalog.jsonb_build_object('key_id', v_key.key_id, 'revoked_at', ledger.utc(v_key.revoked_at));
end
$$;
comment on function api.revoke_api_key(text, timestamptz) is 'operator: revokes a key. HTTP functions forget it within their cache time.';

create function ledger.record_halt(p_halt jsonb, p_action text, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_halt ledger.trading_halts;
    v_value text := coalesce(p_halt ->> 'value', '');
begin
    if coalesce(p_halt ->> 'scope', '') not in ('global', 'account', 'symbol', 'strategy')
        or (p_halt ->> 'scope' = 'global') <> (v_value = '')
        or coalesce(p_halt ->> 'reason', '') = '' then
        perform ledger.refuse(422, 'halt_invalid', 'A halt needs a scope, the value it is about (none for global) and a reason.',
            'Name global, account, symbol or strategy.');
    end if;
    -- A mistyped name would halt nothing while everybody believes it did.
    if p_halt ->> 'scope' = 'account' and not exists (select from ledger.accounts where account_id = v_value) then
        perform ledger.refuse(404, 'account_unknown', pg_catalog.format('There is no account %s.', v_value), 'Check its name.');
    elsif p_halt ->> 'scope' = 'strategy' and not exists (select from ledger.strategies where strategy_id = v_value) then
        perform ledger.refuse(404, 'strategy_unknown', pg_catalog.format('There is no strategy %s.', v_value), 'Check its name.');
    elsif p_halt ->> 'scope' = 'symbol' and not exists (select from ledger.strategies s where v_value = any (s.symbols)) then
        perform ledger.refuse(404, 'symbol_unknown', pg_catalog.format('No strategy trades %s.', v_value), 'Check its name; case matters.');
    end if;
    select * into v_halt from ledger.trading_halts h
    where h.scope = p_halt ->> 'scope' and h.value = v_value order by h.halt_no desc limit 1;
    if (v_halt.action, v_halt.reason) is distinct from (p_action, p_halt ->> 'reason') then
        if p_action = 'resumed' and v_halt.action is distinct from 'halted' then
            perform ledger.refuse(409, 'halt_absent', 'There is no such halt to be taken back.', 'Check scope and value against the halts in force.');
        end if;
        insert into ledger.trading_halts (scope, value, action, reason, recorded_at)
        values (p_halt ->> 'scope', v_value, p_action, p_halt ->> 'reason', p_at)
        returning * into v_halt;
    end if;
    return pg_catalog.jsonb_build_object('halt_no', v_halt.halt_no, 'scope', v_halt.scope, 'value', v_halt.value,
        'action', v_halt.action, 'recorded_at', ledger.utc(v_halt.recorded_at));
end
$$;
comment on function ledger.record_halt(jsonb, text, timestamptz) is 'Appends a halt or a resume; the same again is answered the same.';

create function api.halt_trading(p_halt jsonb, p_at timestamptz default null)
returns jsonb
language sql
set search_path = ''
as $$
    select ledger.record_halt(p_halt, 'halted', ledger.begin(p_at))
$$;
comment on function api.halt_trading(jsonb, timestamptz) is 'operator: stops opens, from the next decision, poll and ack on. Closes go on.';

create function api.resume_trading(p_halt jsonb, p_at timestamptz default null)
returns jsonb
language sql
set search_path = ''
as $$
    select ledger.record_halt(p_halt, 'resumed', ledger.begin(p_at))
$$;
comment on function api.resume_trading(jsonb, timestamptz) is 'operator: takes a halt of the same scope and value back.';

grant execute on function api.open_account(jsonb, timestamptz), api.change_account(text, jsonb, timestamptz),
    api.save_strategy(jsonb, timestamptz), api.subscribe(jsonb, timestamptz), api.issue_api_key(jsonb, timestamptz),
    api.revoke_api_key(text, timestamptz), ledger.record_halt(jsonb, text, timestamptz),
    api.halt_trading(jsonb, timestamptz), api.resume_trading(jsonb, timestamptz)
    to operator;
