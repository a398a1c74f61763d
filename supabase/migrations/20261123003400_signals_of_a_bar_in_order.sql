-- What a strategy says at one bar is decided in the order it is meant in: what it closes, what it moves, what it opens.
-- Pending signals are read page by page: those that wait, however many, keep no director from what is behind them.
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

-- squawk-ignore ban-drop-function
drop function api.pending_signals(integer, integer, timestamptz);
-- squawk-ignore ban-drop-function
drop function ledger.undecided_accounts(ledger.signal_outbox, integer);

create function ledger.undecided_accounts(p_signal ledger.signal_outbox, p_max_accounts integer, p_after text)
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
            where b.strategy_id = p_signal.strategy_id and (p_after is null or b.account_id > p_after)
                and ledger.is_concerned(b, p_signal) and not ledger.is_decided(p_signal, b.account_id)
                -- An open that is judged before its close is decided meets the position that is to be closed. One that
                -- has expired is declined whatever it meets.
                and (p_signal.expires_at <= ledger.at() or not exists (select from pg_catalog.unnest(v_earlier) e
                    where ledger.is_concerned(b, e) and not ledger.is_decided(e, b.account_id)))
            order by b.account_id limit p_max_accounts
        ) u);
end
$$;
comment on function ledger.undecided_accounts(ledger.signal_outbox, integer, text) is
    'What decisions on a signal depend on, for the first so many accounts behind one (null: from the first) that have none yet, and have decided what comes before it.';

create function ledger.pending_behind(p_after jsonb, p_max_signals integer)
returns setof ledger.signal_outbox
language plpgsql
stable
rows 10
set search_path = ''
as $$
declare
    v_after ledger.signal_outbox;
begin
    if p_after is not null then
        select o.* into v_after from ledger.signal_registry r
        join ledger.signal_outbox o on (o.signal_id, o.symbol, o.created_at) = (r.signal_id, r.symbol, r.created_at)
        where r.signal_id = (p_after ->> 'signal_id')::uuid;
    end if;
    -- The signal itself once more where some of its accounts are behind the page.
    return query select o.* from ledger.signal_outbox o
    where o.status = 'pending' and (v_after.signal_id is null
        or (o.created_at, o.strategy_id, ledger.turn(o.action), o.symbol, o.signal_id)
            > (v_after.created_at, v_after.strategy_id, ledger.turn(v_after.action), v_after.symbol, v_after.signal_id)
        or o.signal_id = v_after.signal_id and p_after ->> 'account_id' is not null)
    order by o.created_at, o.strategy_id, ledger.turn(o.action), o.symbol, o.signal_id limit p_max_signals;
end
$$;
comment on function ledger.pending_behind(jsonb, integer) is
    'Pending signals, oldest first and those of one bar by strategy, closes before modifies before opens; behind the place that a page ended at, or from the first.';

create function api.pending_signals(p_max_signals integer, p_max_accounts integer default 500, p_after jsonb default null,
    p_at timestamptz default null)
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
    v_next jsonb;
begin
    if p_max_accounts is null or p_max_accounts not between 1 and 1000 then
        perform ledger.refuse(422, 'accounts_invalid', 'From 1 to 1000 accounts can be read in one call.', 'Ask for fewer, and again.');
    end if;
    for v_signal in select * from ledger.pending_behind(p_after, p_max_signals) loop
        v_accounts := ledger.undecided_accounts(v_signal, v_left,
            case when v_signal.signal_id::text = p_after ->> 'signal_id' then p_after ->> 'account_id' end);
        v_signals := v_signals || pg_catalog.jsonb_build_object('signal', ledger.signal_document(v_signal), 'accounts', v_accounts);
        v_left := v_left - pg_catalog.jsonb_array_length(v_accounts);
        v_next := pg_catalog.jsonb_build_object('signal_id', v_signal.signal_id,
            'account_id', case when v_left <= 0 then v_accounts -> -1 -> 'account_id' end);
        exit when v_left <= 0;
    end loop;
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signals', v_signals,
        'next', case when v_left <= 0 or pg_catalog.jsonb_array_length(v_signals) = p_max_signals then v_next end);
end
$$;
comment on function api.pending_signals(integer, integer, jsonb, timestamptz) is
    'director: a page of the pending signals, oldest first and those of one bar by strategy, closes before modifies before opens; each with subscribed accounts that have no decision yet (at most p_max_accounts of all signals together) and what a decision for them depends on. next is the p_after of the page behind it, null after the last.';

grant execute on function ledger.turn(text), ledger.earlier_signals(ledger.signal_outbox), ledger.pending_behind(jsonb, integer),
    ledger.undecided_accounts(ledger.signal_outbox, integer, text), api.pending_signals(integer, integer, jsonb, timestamptz)
    to director;
