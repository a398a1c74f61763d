-- The kill switch: a halt that also closes. What it closes goes the way of every close, through signals and
-- directives, so nothing of it is lost and all of it can be told later.
set lock_timeout = '3s';
set statement_timeout = '60s';

alter table ledger.trading_halts add column mode text check (mode in ('close_only', 'close_all'));
comment on column ledger.trading_halts.mode is
    'close_only: no opens; closes go on. close_all: and all positions in scope are closed. Null where a halt is older than this column: close_only.';

-- An operator's close is a signal like any other, published and decided at once.
insert into ledger.lifecycle (entity, from_status, to_status, role, because) values
    ('signal', '', 'pending', 'operator', 'a halt closes all positions in its scope'),
    ('signal', 'pending', 'processed', 'operator', 'every account in the scope of a halt has its decision'),
    ('directive', '', 'pending', 'operator', 'a halt closes the position');

create function ledger.halted_positions(p_halt ledger.trading_halts)
returns setof ledger.exposures
language plpgsql
stable
set search_path = ''
as $$
begin
    return query select e.* from ledger.exposures e
    where case p_halt.scope
        when 'global' then true
        when 'account' then e.account_id = p_halt.value
        when 'symbol' then e.symbol = p_halt.value
        when 'strategy' then e.strategy_id = p_halt.value
    end;
end
$$;
comment on function ledger.halted_positions(ledger.trading_halts) is 'What the accounts hold, or are about to, within the scope of a halt.';

create function ledger.derived_uuid(variadic p_fields text[])
returns uuid
language sql
immutable
set search_path = ''
as $$
    -- A version 8 UUID (RFC 9562): the first 128 bits of a SHA-256, with version and variant set.
    select pg_catalog.encode(pg_catalog.set_byte(pg_catalog.set_byte(h, 6, (pg_catalog.get_byte(h, 6) & 15) | 128),
        8, (pg_catalog.get_byte(h, 8) & 63) | 128), 'hex')::uuid
    from pg_catalog.substring(pg_catalog.sha256(pg_catalog.convert_to(ledger.netstrings(variadic p_fields), 'UTF8')), 1, 16) h
$$;
comment on function ledger.derived_uuid(text[]) is 'An id that follows from these fields: made twice, it is the same.';

create function ledger.publish_closes(p_halt ledger.trading_halts, p_at timestamptz)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_signals integer;
begin
    perform ledger.check_signal_times(pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('created_at', p_at)), p_at);
    -- The id follows from the halt, so that asked again it is the same signal.
    with closes as (
        select distinct ledger.derived_uuid('halt', p_halt.halt_no::text, e.strategy_id, e.symbol) as signal_id,
            e.symbol, e.strategy_id, s.timeframe
        from ledger.halted_positions(p_halt) e join ledger.strategies s on s.strategy_id = e.strategy_id
    ), documents as (
        select (pg_catalog.jsonb_populate_record(null::ledger.signal_outbox, pg_catalog.jsonb_build_object(
            'signal_id', c.signal_id, 'symbol', c.symbol, 'created_at', p_halt.recorded_at, 'strategy_id', c.strategy_id,
            'timeframe', c.timeframe, 'action', 'close', 'strength', 1, 'expires_at', p_halt.recorded_at + interval '1 day',
            'indicators', '{}'::jsonb, 'status', 'pending', 'recorded_at', p_at,
            'account_id', case p_halt.scope when 'account' then p_halt.value end))) as signal
        from closes c
    ), registered as (
        insert into ledger.signal_registry (signal_id, symbol, created_at, content_hash)
        select (d.signal).signal_id, (d.signal).symbol, (d.signal).created_at, ledger.signal_hash(d.signal) from documents d
        order by 1 on conflict do nothing
        returning signal_id
    )
    insert into ledger.signal_outbox
    select (d.signal).* from documents d where (d.signal).signal_id in (select r.signal_id from registered r);
    get diagnostics v_signals = row_count;
    return v_signals;
end
$$;
comment on function ledger.publish_closes(ledger.trading_halts, timestamptz) is
    'Publishes a close for each strategy and symbol that is held within the scope of a halt; answers how many were new.';

create function ledger.decide_halted_account(p_signal ledger.signal_outbox, p_account_id text, p_halt_no bigint, p_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_directives jsonb;
    v_decision jsonb;
begin
    perform ledger.cancel_reserved_opens(p_signal, p_account_id);
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('action', 'close', 'side', e.side,
        'order_type', 'market', 'max_slippage_points', a.max_slippage_points, 'priority', 9,
        'target_directive_no', e.directive_no) order by e.directive_no), '[]')
    into v_directives
    from (
        select x.* from ledger.exposures x
        where x.account_id = p_account_id and ledger.is_meant(p_signal, x) and x.volume_filled_lots > 0
            and not ledger.is_closing(x.directive_no)
        order by x.directive_no limit 100
    ) e
    join ledger.accounts a on a.account_id = e.account_id;
    v_decision := pg_catalog.jsonb_build_object('account_id', p_account_id,
        'outcome', case when v_directives = '[]' then 'declined' else 'issued' end,
        'reason', case when v_directives = '[]' then 'no_position' else 'issued' end,
        'numbers', pg_catalog.jsonb_build_object('halt_no', p_halt_no,
            'positions_matched', pg_catalog.jsonb_array_length(v_directives)),
        'directives', v_directives);
    if ledger.overlooks_exposure(p_signal, v_decision) then
        return false;
    end if;
    perform ledger.record_decision(p_signal, v_decision, p_at);
    return true;
end
$$;
comment on function ledger.decide_halted_account(ledger.signal_outbox, text, bigint, timestamptz) is
    'Issues the closes that a halt asks of one account; false if one of its opens came on its way meanwhile.';

create function ledger.can_close_now(p_signal ledger.signal_outbox, p_account_id text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- An officer that is opening one at this moment has to be waited for; the director does that.
    return not exists (select from ledger.risk_decisions d
            where (d.signal_id, d.symbol, d.created_at, d.account_id)
                = (p_signal.signal_id, p_signal.symbol, p_signal.created_at, p_account_id))
        and not exists (select from ledger.trade_directives d
            where d.account_id = p_account_id and d.status = 'acknowledged' and d.action = 'open'
                and d.strategy_id = p_signal.strategy_id and d.symbol = p_signal.symbol);
end
$$;
comment on function ledger.can_close_now(ledger.signal_outbox, text) is 'Whether an account has no decision on a close yet, and no open in flight that it means.';

create function ledger.undecided_close(p_halt ledger.trading_halts)
returns ledger.signal_outbox
language plpgsql
volatile
set search_path = ''
as $$
begin
    return (
        select s from ledger.signal_outbox s
        where s.created_at = p_halt.recorded_at and s.status = 'pending'
            and s.signal_id = ledger.derived_uuid('halt', p_halt.halt_no::text, s.strategy_id, s.symbol)
            and exists (select from ledger.halted_positions(p_halt) e
                where (e.strategy_id, e.symbol) = (s.strategy_id, s.symbol) and ledger.can_close_now(s, e.account_id))
        order by s.signal_id limit 1);
end
$$;
comment on function ledger.undecided_close(ledger.trading_halts) is 'The first of a halt''s closes that an account can be given now.';

create function ledger.close_halted(p_halt ledger.trading_halts, p_max_accounts integer, p_at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_signals integer := ledger.publish_closes(p_halt, p_at);
    v_signal ledger.signal_outbox := ledger.undecided_close(p_halt);
    v_account_id text;
    v_account_ids text[];
    v_decided integer := 0;
begin
    -- One signal a call, and first its lock, then its accounts': the order in which directors lock.
    perform from ledger.signal_outbox o
    where (o.signal_id, o.symbol, o.created_at) = (v_signal.signal_id, v_signal.symbol, v_signal.created_at)
        and o.status = 'pending' for no key update;
    if found then
        v_account_ids := array(
            select distinct e.account_id from ledger.halted_positions(p_halt) e
            where (e.strategy_id, e.symbol) = (v_signal.strategy_id, v_signal.symbol)
                and ledger.can_close_now(v_signal, e.account_id)
            order by e.account_id limit p_max_accounts);
        perform ledger.lock_accounts(v_account_ids);
        foreach v_account_id in array v_account_ids loop
            v_decided := v_decided + ledger.decide_halted_account(v_signal, v_account_id, p_halt.halt_no, p_at)::integer;
        end loop;
    end if;
    return pg_catalog.jsonb_build_object('signals', v_signals, 'accounts_decided', v_decided,
        'positions_left', (select count(*) from ledger.halted_positions(p_halt) e where not ledger.is_closing(e.directive_no)));
end
$$;
comment on function ledger.close_halted(ledger.trading_halts, integer, timestamptz) is
    'Closes what is held within the scope of a halt, for so many accounts at a time. Called again it goes on; what has to be waited for, a director''s next run decides.';

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
    select * into v_halt from ledger.trading_halts h
    where h.scope = p_halt ->> 'scope' and h.value = v_value order by h.halt_no desc limit 1;
    if (v_halt.action, v_halt.reason, coalesce(v_halt.mode, 'close_only')) is distinct from (p_action, p_halt ->> 'reason', v_mode) then
        if p_action = 'resumed' and v_halt.action is distinct from 'halted' then
            perform ledger.refuse(409, 'halt_absent', 'There is no such halt to be taken back.', 'Check scope and value against the halts in force.');
        end if;
        insert into ledger.trading_halts (scope, value, action, reason, mode, recorded_at)
        values (p_halt ->> 'scope', v_value, p_action, p_halt ->> 'reason', v_mode, p_at)
        returning * into v_halt;
    end if;
    return pg_catalog.jsonb_build_object('halt_no', v_halt.halt_no, 'scope', v_halt.scope, 'value', v_halt.value,
        'action', v_halt.action, 'mode', coalesce(v_halt.mode, 'close_only'), 'recorded_at', ledger.utc(v_halt.recorded_at));
end
$$;

create function api.close_halted(p_halt_no bigint, p_max_accounts integer default 500, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_halt ledger.trading_halts;
begin
    if p_max_accounts is null or p_max_accounts not between 1 and 1000 then
        perform ledger.refuse(422, 'accounts_invalid', 'From 1 to 1000 accounts can be closed in one call.', 'Ask for fewer, and again.');
    end if;
    select * into v_halt from ledger.trading_halts h where h.halt_no = p_halt_no and h.mode = 'close_all';
    if not found then
        perform ledger.refuse(404, 'halt_unknown', pg_catalog.format('There is no halt %s that closes positions.', p_halt_no),
            'Halt with the mode close_all first.');
    elsif v_halt.halt_no <> (select max(h.halt_no) from ledger.trading_halts h where (h.scope, h.value) = (v_halt.scope, v_halt.value)) then
        perform ledger.refuse(409, 'halt_over', pg_catalog.format('Halt %s is not in force any more.', p_halt_no),
            'What was opened since then is not its business.');
    end if;
    return ledger.close_halted(v_halt, p_max_accounts, v_at);
end
$$;
comment on function api.close_halted(bigint, integer, timestamptz) is
    'operator: issues closes for all that is held within the scope of a close_all halt in force, a batch of accounts at a time; call again while accounts_decided is not 0. Safe to repeat.';

grant execute on function ledger.close_halted(ledger.trading_halts, integer, timestamptz), api.close_halted(bigint, integer, timestamptz)
    to operator;
