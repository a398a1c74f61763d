-- One signal for thousands of accounts: a director reads, and decides, as many at a time as one call can carry.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.undecided_accounts(p_signal ledger.signal_outbox, p_max_accounts integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.jsonb_agg(ledger.account_context(p_signal, u.subscription) order by u.account_id), '[]')
        from (
            select b as subscription, b.account_id from ledger.subscriptions b
            where b.strategy_id = p_signal.strategy_id and ledger.is_concerned(b, p_signal) and not exists (
                select from ledger.risk_decisions d
                where (d.signal_id, d.symbol, d.created_at, d.account_id)
                    = (p_signal.signal_id, p_signal.symbol, p_signal.created_at, b.account_id))
            order by b.account_id limit p_max_accounts
        ) u);
end
$$;
comment on function ledger.undecided_accounts(ledger.signal_outbox, integer) is
    'What decisions on a signal depend on, for the first so many accounts that have none yet.';

-- Calls with the old arguments go to the new one.
-- squawk-ignore ban-drop-function
drop function api.pending_signals(integer, timestamptz);
create function api.pending_signals(p_max_signals integer, p_max_accounts integer default 500, p_at timestamptz default null)
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
        order by o.created_at, o.signal_id limit p_max_signals
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
    'director: pending signals, oldest first, each with subscribed accounts that have no decision yet (at most p_max_accounts of all signals together) and what a decision for them depends on.';

grant execute on function ledger.undecided_accounts(ledger.signal_outbox, integer), api.pending_signals(integer, integer, timestamptz)
    to director;
