-- What a strategy says at one bar is decided in the order it is meant in: what it closes, what it moves, what it opens.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.turn(p_action text)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
    return case p_action when 'close' then 1 when 'modify' then 2 else 3 end;
end
$$;
comment on function ledger.turn(text) is 'Which of a strategy''s signals of one bar comes first: closes before modifies before opens.';

create function ledger.earlier_signals(p_signal ledger.signal_outbox)
returns ledger.signal_outbox[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select s from ledger.signal_outbox s
        where s.status = 'pending' and s.strategy_id = p_signal.strategy_id and s.symbol = p_signal.symbol
            and s.created_at = p_signal.created_at and ledger.turn(s.action) < ledger.turn(p_signal.action));
end
$$;
comment on function ledger.earlier_signals(ledger.signal_outbox) is
    'The pending signals of the same bar that an account decides before this one.';

create or replace function ledger.undecided_accounts(p_signal ledger.signal_outbox, p_max_accounts integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_earlier ledger.signal_outbox[] := ledger.earlier_signals(p_signal);
begin
    return (
        select coalesce(pg_catalog.jsonb_agg(ledger.account_context(p_signal, u.subscription) order by u.account_id), '[]')
        from (
            select b as subscription, b.account_id from ledger.subscriptions b
            where b.strategy_id = p_signal.strategy_id and ledger.is_concerned(b, p_signal)
                and not ledger.is_decided(p_signal, b.account_id)
                -- An open that is judged before its close is decided meets the position that is to be closed.
                and not exists (select from pg_catalog.unnest(v_earlier) e
                    where ledger.is_concerned(b, e) and not ledger.is_decided(e, b.account_id))
            order by b.account_id limit p_max_accounts
        ) u);
end
$$;
comment on function ledger.undecided_accounts(ledger.signal_outbox, integer) is
    'What decisions on a signal depend on, for the first so many accounts that have none yet, and have decided what comes before it.';

create or replace function api.pending_signals(p_max_signals integer, p_max_accounts integer default 500, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_left integer := p_max_accounts;
    v_signal ledger.signal_outbox;
    v_accounts jsonb;
    v_signals jsonb := '[]';
begin
    if p_max_accounts is null or p_max_accounts not between 1 and 1000 then
        perform ledger.refuse(422, 'accounts_invalid', 'From 1 to 1000 accounts can be read in one call.', 'Ask for fewer, and again.');
    end if;
    for v_signal in
        select * from ledger.signal_outbox o where o.status = 'pending'
        order by o.created_at, o.strategy_id, ledger.turn(o.action), o.symbol, o.signal_id limit p_max_signals
    loop
        v_accounts := ledger.undecided_accounts(v_signal, v_left);
        v_signals := v_signals || pg_catalog.jsonb_build_object('signal', ledger.signal_document(v_signal), 'accounts', v_accounts);
        v_left := v_left - pg_catalog.jsonb_array_length(v_accounts);
        exit when v_left <= 0;
    end loop;
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signals', v_signals);
end
$$;
comment on function api.pending_signals(integer, integer, timestamptz) is
    'director: pending signals, oldest first and those of one bar by strategy, closes before modifies before opens; each with subscribed accounts that have no decision yet (at most p_max_accounts of all signals together) and what a decision for them depends on.';

grant execute on function ledger.turn(text), ledger.earlier_signals(ledger.signal_outbox) to director;
