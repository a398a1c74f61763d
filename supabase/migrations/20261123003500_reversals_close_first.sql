-- The other side: a signal to open says that it is to be closed, whatever becomes of the open. What nobody has taken
-- yet is withdrawn, and neither counts against the open nor goes before the decision is made.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.other_side(p_signal ledger.signal_outbox, p_account_id text)
returns ledger.signal_outbox
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_signal.action <> 'open' or not exists (select from ledger.accounts a
        where a.account_id = p_account_id and a.opposite_positions = 'reverse') then
        return null;
    end if;
    p_signal.side := case p_signal.side when 'buy' then 'sell' else 'buy' end;
    return p_signal;
end
$$;
comment on function ledger.other_side(ledger.signal_outbox, text) is
    'The close that a signal to open implies for an account that reverses; null for others.';

create function ledger.lock_reserved_opens(p_signal ledger.signal_outbox, p_account_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Locked in the order in which officers lock them, or both would wait in a circle.
    perform from ledger.trade_directives d
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side)
        and d.created_at <= ledger.newest_meant(p_signal)
    order by d.directive_id for no key update;
end
$$;
comment on function ledger.lock_reserved_opens(ledger.signal_outbox, text) is
    'Until this transaction ends, no officer takes the opens that a close would withdraw.';

create or replace function ledger.cancel_reserved_opens(p_signal ledger.signal_outbox, p_account_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- An open that no officer has taken yet would be filled after the close that was meant to end it.
    perform ledger.lock_reserved_opens(p_signal, p_account_id);
    update ledger.trade_directives d set status = 'cancelled'
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side)
        and d.created_at <= ledger.newest_meant(p_signal);
end
$$;

create or replace function ledger.withdraw_overtaken(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_other ledger.signal_outbox;
begin
    if p_signal.action = 'close' then
        perform ledger.cancel_reserved_opens(p_signal, p_decision ->> 'account_id');
        return;
    end if;
    v_other := ledger.other_side(p_signal, p_decision ->> 'account_id');
    if v_other.signal_id is not null then
        perform ledger.lock_reserved_opens(v_other, p_decision ->> 'account_id');
    end if;
end
$$;
comment on function ledger.withdraw_overtaken(ledger.signal_outbox, jsonb, timestamptz) is
    'Withdraws the opens that a close overtakes before any officer acknowledged them, even if it has to wait; those that an open the other way overtakes are withdrawn when it is recorded, and kept from officers until then.';

create or replace function ledger.overlooks_exposure(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_account_id text := p_decision ->> 'account_id';
    v_directives integer := pg_catalog.jsonb_array_length(p_decision -> 'directives');
begin
    if ledger.reverses(p_signal, p_decision) then
        p_signal.side := case p_signal.side when 'buy' then 'sell' else 'buy' end;
    elsif p_signal.action <> 'close' then
        return false;
    end if;
    -- Volatile, so that it sees what was filled or issued since the director looked. A close waits for what an
    -- officer is opening only while there is nothing else to close; what it cannot carry follows. An open that
    -- reverses waits for all of it, but for what it withdraws itself.
    return exists (
        select from ledger.exposures e
        where e.account_id = v_account_id and ledger.is_meant(p_signal, e)
            and case
                when p_signal.action = 'open' then e.volume_filled_lots > 0 or not exists (
                    select from ledger.trade_directives d
                    where d.account_id = v_account_id and d.status = 'pending' and d.directive_no = e.directive_no)
                when e.volume_filled_lots > 0 then v_directives < 100
                else v_directives = 0 end
            and not ledger.is_closing(e.directive_no) and e.directive_no <> all (ledger.closed_targets(p_decision)));
end
$$;

create function ledger.is_overtaken(p_signal ledger.signal_outbox, p_account_id text, p_at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    return exists (
        select from ledger.signal_outbox c
        where c.strategy_id = p_signal.strategy_id and c.symbol = p_signal.symbol and c.action = 'close'
            and c.created_at >= p_signal.created_at and ledger.newest_meant(c) >= p_signal.created_at and c.recorded_at <= p_at
            and coalesce(c.side, p_signal.side) = p_signal.side and coalesce(c.account_id, p_account_id) = p_account_id);
end
$$;
comment on function ledger.is_overtaken(ledger.signal_outbox, text, timestamptz) is
    'Whether a newer close, of the strategy or of a halt, means what a signal to open would open for an account.';

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

create or replace function ledger.recheck_open(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_account_id text := p_decision ->> 'account_id';
    v_leaving bigint[] := ledger.closed_targets(p_decision);
    v_reverses boolean := ledger.reverses(p_signal, p_decision);
    v_halt jsonb := ledger.active_halt(v_account_id, p_signal.symbol, p_signal.strategy_id);
begin
    -- Volatile, so that it counts what was committed while this transaction waited for the account. Before an open
    -- that reverses, the other side is closed, withdrawn or waited for; what something else is closing still counts.
    return (
        with counts as (
            select count(*) as of_account, count(*) filter (where e.symbol = p_signal.symbol) as of_symbol
            from ledger.exposures e
            where e.account_id = v_account_id and e.directive_no <> all (v_leaving)
                and not (v_reverses and e.side <> p_signal.side
                    and (e.strategy_id, e.symbol) = (p_signal.strategy_id, p_signal.symbol)
                    and not ledger.is_closing(e.directive_no))
        )
        select pg_catalog.jsonb_build_object(
            'rechecked_open_positions_account', c.of_account, 'rechecked_open_positions_symbol', c.of_symbol,
            'reason', case
                when not a.enabled then 'account_disabled'
                when not s.enabled then 'subscription_disabled'
                when not ledger.strategy_enabled(p_signal.strategy_id) then 'strategy_disabled'
                when v_halt is not null then 'trading_halted'
                when p_at >= p_signal.expires_at then 'signal_expired'
                when ledger.is_overtaken(p_signal, v_account_id, p_at) then 'overtaken_by_close'
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

create or replace function ledger.record_decision(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_account_id text := p_decision ->> 'account_id';
    v_outcome text := p_decision ->> 'outcome';
    v_reason text := p_decision ->> 'reason';
    v_numbers jsonb := p_decision -> 'numbers';
    v_directives jsonb := p_decision -> 'directives';
    v_other ledger.signal_outbox := ledger.other_side(p_signal, p_decision ->> 'account_id');
    v_listens boolean := exists (select from ledger.accounts a where a.account_id = v_account_id and a.min_strength <= p_signal.strength);
    v_recheck jsonb;
    v_document jsonb;
begin
    if v_outcome = 'issued' and p_signal.action = 'open' then
        v_recheck := ledger.recheck_open(p_signal, p_decision, p_at);
        if v_recheck ->> 'reason' is not null then
            v_outcome := 'declined';
            v_reason := v_recheck ->> 'reason';
            v_numbers := v_numbers || (v_recheck - 'reason');
        end if;
    end if;
    -- A signal that the account does not listen to says nothing of the other side either, whatever declined it first.
    if v_other.signal_id is not null and (v_listens or v_outcome = 'issued') then
        if v_outcome = 'declined' then
            v_other.opened_before := p_signal.created_at;
            v_directives := ledger.close_commands(v_other, v_account_id, null);
            v_numbers := v_numbers || pg_catalog.jsonb_build_object('positions_reversed', pg_catalog.jsonb_array_length(v_directives));
        end if;
        perform ledger.cancel_reserved_opens(v_other, v_account_id);
    elsif v_outcome = 'declined' then
        v_directives := '[]';
    end if;
    insert into ledger.risk_decisions (signal_id, symbol, created_at, account_id, outcome, reason, numbers, rechecked, decided_at)
    values (p_signal.signal_id, p_signal.symbol, p_signal.created_at, v_account_id, v_outcome, v_reason, v_numbers,
        v_outcome is distinct from p_decision ->> 'outcome', p_at);
    for v_document in select d from pg_catalog.jsonb_array_elements(v_directives) d loop
        perform ledger.issue_directive(p_signal, v_account_id, v_document, p_at);
    end loop;
end
$$;
comment on function ledger.record_decision(ledger.signal_outbox, jsonb, timestamptz) is
    'Writes one decision and its directives; declines instead if the limits no longer allow it. What an open would have reversed is closed although it is declined.';

comment on column ledger.risk_decisions.outcome is
    'issued or declined. For an account that reverses, what is declined is the open; the other side may be closed all the same.';

grant execute on function ledger.other_side(ledger.signal_outbox, text), ledger.lock_reserved_opens(ledger.signal_outbox, text),
    ledger.strategy_enabled(text), ledger.is_overtaken(ledger.signal_outbox, text, timestamptz) to director;
