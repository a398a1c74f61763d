-- Two things were said twice: who owes a decision on a signal, and how an id follows from its fields.
set lock_timeout = '3s';
set statement_timeout = '60s';

create or replace function ledger.directive_uuid(p_signal_id uuid, p_symbol text, p_created_at timestamptz, p_account_id text, p_target bigint)
returns uuid
language sql
immutable
set search_path = ''
as $$
    select ledger.derived_uuid(p_signal_id::text, p_symbol, ledger.utc(p_created_at), p_account_id, p_target::text)
$$;
grant execute on function ledger.derived_uuid(text[]) to director;

-- Listed as waiting were all who follow the strategy, also those a trailing stop or an exit does not concern;
-- and not those who have left it and still hold something.
create or replace function ledger.find_undecided_signals(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A director runs each minute: after five, something is wrong with it or with the signal.
    return query
    select case when n.decided = 0 then 'signal_undecided' else 'signal_half_decided' end,
        case when s.action <> 'open' or p_at - s.recorded_at > interval '1 hour' then 'critical' else 'warning' end,
        s.signal_id::text, s.recorded_at,
        pg_catalog.format('Signal to %s %s of strategy %s has been pending for %s. %s accounts are decided%s.',
            s.action, s.symbol, s.strategy_id, ledger.lasting(s.recorded_at, p_at), n.decided, n.waiting),
        'Call the director (POST /director, as the scheduler does) and read its log for this signal_id; an open that has expired is declined, never traded late.'
    from (select * from ledger.signal_outbox o
        where o.status = 'pending' and o.recorded_at <= p_at - interval '5 minutes'
        order by o.created_at, o.signal_id limit p_most) s
    cross join lateral (
        select (select count(*) from ledger.risk_decisions d
                where (d.signal_id, d.symbol, d.created_at) = (s.signal_id, s.symbol, s.created_at)) as decided,
            coalesce((select ', not ' || pg_catalog.string_agg(w.account_id, ', not ') from (
                select b.account_id from ledger.subscriptions b
                where b.strategy_id = s.strategy_id and ledger.is_concerned(b, s) and not exists (select from ledger.risk_decisions d
                    where (d.signal_id, d.symbol, d.created_at, d.account_id) = (s.signal_id, s.symbol, s.created_at, b.account_id))
                order by b.account_id limit 3) w), '') as waiting
    ) n;
end
$$;
grant execute on function ledger.is_concerned(ledger.subscriptions, ledger.signal_outbox),
    ledger.holds(ledger.subscriptions, text) to operator, auditor;
