-- When a halt has answered, it is in force: no acknowledgement that was on its way is granted behind its back; two
-- operators who press the switch at once have pressed it once; and what a halt has closed no director closes again.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.grants_lock()
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
    return pg_catalog.hashtextextended('ledger.directive_acknowledgements', 0);
end
$$;
comment on function ledger.grants_lock() is 'The advisory lock that acknowledgements share and that a halt waits for.';

create or replace function api.acknowledge_directives(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_instance_id uuid := p_request ->> 'instance_id';
    v_id uuid;
    v_results jsonb := '{}';
begin
    -- Before anything else is locked: who waits here for a halt must not keep others waiting.
    perform pg_catalog.pg_advisory_xact_lock_shared(ledger.grants_lock());
    perform ledger.seen(v_account_id, v_instance_id, v_at);
    -- In one order for everyone: two terminals that ask for the same directives must not wait for each other in a circle.
    for v_id in select distinct i::uuid as id from pg_catalog.jsonb_array_elements_text(p_request -> 'directive_ids') i order by id loop
        v_results := v_results || pg_catalog.jsonb_build_object(v_id,
            ledger.acknowledge_directive(v_id, v_instance_id, v_at));
    end loop;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'results', (
        select pg_catalog.jsonb_agg(v_results -> i order by n)
        from pg_catalog.jsonb_array_elements_text(p_request -> 'directive_ids') with ordinality as ids (i, n)));
end
$$;

create function ledger.await_grants()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_patience text := pg_catalog.current_setting('lock_timeout');
begin
    -- Behind a halt that waits, later acknowledgements wait too, so this takes as long as the slowest one on its
    -- way. One that hangs must not keep a halt from being recorded.
    perform pg_catalog.set_config('lock_timeout', '2s', true);
    begin
        perform pg_catalog.pg_advisory_xact_lock(ledger.grants_lock());
    exception when lock_not_available then
        null;
    end;
    perform pg_catalog.set_config('lock_timeout', v_patience, true);
end
$$;
comment on function ledger.await_grants() is
    'Returns when every acknowledgement on its way has ended, or after two seconds; until this transaction ends no other one begins.';

create or replace function ledger.record_halt(p_halt jsonb, p_action text, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_halt ledger.trading_halts;
    v_value text := coalesce(p_halt ->> 'value', '');
    v_mode text := coalesce(p_halt ->> 'mode', 'close_only');
begin
    if coalesce(p_halt ->> 'scope', '') not in ('global', 'account', 'symbol', 'strategy')
        or (p_halt ->> 'scope' = 'global') <> (v_value = '')
        or coalesce(p_halt ->> 'reason', '') = ''
        or v_mode not in ('close_only', 'close_all') or p_action = 'resumed' and v_mode <> 'close_only' then
        perform ledger.refuse(422, 'halt_invalid',
            'A halt needs a scope, the value it is about (none for global) and a reason; it may have a mode, close_only or close_all.',
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
    -- The lock of ledger.lock_halts, before reading: of two that are the same, the second one finds the first.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.trading_halts', 0));
    select * into v_halt from ledger.trading_halts h
    where h.scope = p_halt ->> 'scope' and h.value = v_value order by h.halt_no desc limit 1;
    if (v_halt.action, v_halt.reason, coalesce(v_halt.mode, 'close_only')) is distinct from (p_action, p_halt ->> 'reason', v_mode) then
        if p_action = 'resumed' and v_halt.action is distinct from 'halted' then
            perform ledger.refuse(409, 'halt_absent', 'There is no such halt to be taken back.', 'Check scope and value against the halts in force.');
        elsif p_action = 'halted' then
            perform ledger.await_grants();
        end if;
        insert into ledger.trading_halts (scope, value, action, reason, mode, recorded_at)
        values (p_halt ->> 'scope', v_value, p_action, p_halt ->> 'reason', v_mode, p_at)
        returning * into v_halt;
    end if;
    return pg_catalog.jsonb_build_object('halt_no', v_halt.halt_no, 'scope', v_halt.scope, 'value', v_halt.value,
        'action', v_halt.action, 'mode', coalesce(v_halt.mode, 'close_only'), 'recorded_at', ledger.utc(v_halt.recorded_at));
end
$$;

create or replace function ledger.closes_twice(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees a close that another signal, or a halt, led to since the director looked: one that
    -- is on its way, and one that is done already. What never was this account's position is not gone but wrong,
    -- and refused when the directive is issued.
    return exists (select from unnest(ledger.closed_targets(p_decision)) t
        where ledger.is_closing(t) or not exists (select from ledger.exposures e where e.directive_no = t)
            and exists (select from ledger.directive_registry r
                join ledger.trade_directives d
                    on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
                where r.directive_no = t and d.account_id = p_decision ->> 'account_id' and d.symbol = p_signal.symbol
                    and d.action = 'open'));
end
$$;
comment on function ledger.closes_twice(ledger.signal_outbox, jsonb) is
    'Whether a decision means to close again what is already being closed, or is closed by now.';

grant execute on function ledger.grants_lock() to officer, operator;
grant execute on function ledger.await_grants() to operator;
