-- A halt that closes everything closes at once what can be closed, whatever else is unresolved, however much it is,
-- and nothing that was opened after it.
set lock_timeout = '3s';
set statement_timeout = '60s';

create or replace function ledger.publish_closes(p_halt ledger.trading_halts, p_at timestamptz)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_signals integer;
begin
    perform ledger.check_signal_times(pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('created_at', p_at)), p_at);
    -- The id follows from the halt, so that asked again it is the same signal. It means what is older than the
    -- halt: should it have to wait until trading was resumed, it leaves alone what was opened since.
    with closes as (
        select distinct ledger.derived_uuid('halt', p_halt.halt_no::text, e.strategy_id, e.symbol) as signal_id,
            e.symbol, e.strategy_id, s.timeframe
        from ledger.halted_positions(p_halt) e join ledger.strategies s on s.strategy_id = e.strategy_id
    ), documents as (
        select (pg_catalog.jsonb_populate_record(null::ledger.signal_outbox, pg_catalog.jsonb_build_object(
            'signal_id', c.signal_id, 'symbol', c.symbol, 'created_at', p_halt.recorded_at, 'strategy_id', c.strategy_id,
            'timeframe', c.timeframe, 'action', 'close', 'strength', 1, 'expires_at', p_halt.recorded_at + interval '1 day',
            'indicators', '{}'::jsonb, 'status', 'pending', 'recorded_at', p_at, 'opened_before', p_halt.recorded_at,
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

create or replace function ledger.decide_halted_account(p_signal ledger.signal_outbox, p_account_id text, p_halt_no bigint, p_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_directives jsonb;
    v_decision jsonb;
begin
    -- Decided already, as issued or as nothing to close: what is left, or has come back since, follows.
    if ledger.is_decided(p_signal, p_account_id) then
        return ledger.go_on_closing(p_signal, p_account_id, p_at);
    end if;
    perform ledger.cancel_reserved_opens(p_signal, p_account_id);
    v_directives := ledger.close_commands(p_signal, p_account_id, 100);
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
    'Issues the closes that a halt asks of one account, a hundred at a time; false if there is none to issue now.';

create or replace function ledger.can_close_now(p_signal ledger.signal_outbox, p_account_id text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    if exists (select from ledger.exposures e
        where e.account_id = p_account_id and e.symbol = p_signal.symbol and e.volume_filled_lots > 0
            and ledger.is_left(p_signal, e)) then
        return true;
    end if;
    -- An officer that is opening one at this moment has to be waited for; the director does that.
    return not ledger.is_decided(p_signal, p_account_id)
        and not exists (select from ledger.trade_directives d
            where d.account_id = p_account_id and d.status = 'acknowledged' and d.action = 'open'
                and d.strategy_id = p_signal.strategy_id and d.symbol = p_signal.symbol);
end
$$;
comment on function ledger.can_close_now(ledger.signal_outbox, text) is
    'Whether a close can be carried out on an account, or settled: something is open that it means, or there is no decision yet and no open in flight.';

create function ledger.accounts_to_close(p_halt ledger.trading_halts, p_signal ledger.signal_outbox)
returns setof text
language plpgsql
volatile
rows 10
set search_path = ''
as $$
begin
    -- Each account is asked once, however much it holds.
    return query select h.account_id
    from (
        select distinct e.account_id from ledger.halted_positions(p_halt) e
        where (e.strategy_id, e.symbol) = (p_signal.strategy_id, p_signal.symbol)
    ) h
    where ledger.can_close_now(p_signal, h.account_id);
end
$$;
comment on function ledger.accounts_to_close(ledger.trading_halts, ledger.signal_outbox) is
    'The accounts in the scope of a halt to which one of its closes can be given now.';

create or replace function ledger.undecided_close(p_halt ledger.trading_halts)
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
            and exists (select from ledger.accounts_to_close(p_halt, s))
        order by s.signal_id limit 1);
end
$$;

create or replace function ledger.close_halted(p_halt ledger.trading_halts, p_max_accounts integer, p_at timestamptz)
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
        v_account_ids := array(select a from ledger.accounts_to_close(p_halt, v_signal) a order by a limit p_max_accounts);
        perform ledger.lock_accounts(v_account_ids);
        foreach v_account_id in array v_account_ids loop
            v_decided := v_decided + ledger.decide_halted_account(v_signal, v_account_id, p_halt.halt_no, p_at)::integer;
        end loop;
    end if;
    return pg_catalog.jsonb_build_object('signals', v_signals, 'accounts_decided', v_decided,
        'positions_left', (select count(*) from ledger.halted_positions(p_halt) e where not ledger.is_closing(e.directive_no)));
end
$$;
