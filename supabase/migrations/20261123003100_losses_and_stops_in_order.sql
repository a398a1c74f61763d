-- Losses in a row are counted in the order in which they happened, whatever order they were reported in; and a
-- stop is never loosened by a decision that did not know of the one before it.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- Not concurrently: a migration is one transaction, and a partitioned table knows no other way.
-- squawk-ignore require-concurrent-index-creation
create index execution_events_closed on ledger.execution_events
    (account_id, least(occurred_at, recorded_at) desc, recorded_at desc, occurred_at desc)
    where kind = 'position_closed';
-- Only ledger.losing_streak read through it.
-- squawk-ignore require-concurrent-index-deletion
drop index ledger.execution_events_closes;

create or replace function ledger.losing_streak(p_account_id text, p_most integer)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
    -- A director reads no reports; of these it learns one number. Each deal counts once, a correction in place of
    -- what it corrects: more rows than closes asked for are read, and never more than three times as many. A
    -- terminal that was away reports many closes at once, and late: what counts is when each happened, and that is
    -- no later than it was told. The cool-down runs from when the ledger learned of a loss, whose clock no terminal sets.
    return (
        with newest as (
            select e.event_id, e.deal_ticket, e.references_event_id, e.occurred_at, e.recorded_at,
                least(e.occurred_at, e.recorded_at) as happened_at,
                coalesce(e.profit, 0) + coalesce(e.swap, 0) + coalesce(e.commission, 0) as result
            from ledger.execution_events e
            where e.account_id = p_account_id and e.kind = 'position_closed'
            order by least(e.occurred_at, e.recorded_at) desc, e.recorded_at desc, e.occurred_at desc,
                e.deal_ticket desc nulls last limit 3 * p_most
        ), deals as (
            select distinct on (coalesce(n.deal_ticket::text, n.event_id::text))
                n.happened_at, n.recorded_at, n.occurred_at, n.deal_ticket, n.result, n.event_id
            from newest n
            where not exists (select from newest c where c.references_event_id = n.event_id and c.event_id <> n.event_id)
            order by coalesce(n.deal_ticket::text, n.event_id::text), n.recorded_at, n.event_id
        ), placed as (
            select d.recorded_at, d.result < 0 as lost, pg_catalog.row_number() over (
                order by d.happened_at desc, d.recorded_at desc, d.occurred_at desc, d.deal_ticket desc nulls last,
                    d.event_id) as place
            from deals d
        ), streak as (
            select p.recorded_at from placed p
            where p.place <= p_most and p.place < coalesce((select min(w.place) from placed w where not w.lost), p_most + 1)
        )
        select pg_catalog.jsonb_build_object('losses', count(*), 'last_loss_at', ledger.utc(max(s.recorded_at))) from streak s);
end
$$;

create or replace function ledger.directed_stops(p_directive_no bigint, out stop_loss numeric, out take_profit numeric)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.at();
begin
    -- A modify that leaves a level null leaves it as it was: the newest that names one tells. One that expired
    -- before any officer took it changes nothing any more, though it stays pending until the next sync.
    with directed as (
        select 0 as rank, o.directive_no, o.stop_loss, o.take_profit from ledger.directive_registry r
        join ledger.trade_directives o
            on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = p_directive_no
        union all
        select 1, m.directive_no, m.stop_loss, m.take_profit from ledger.trade_directives m
        where m.target_directive_no = p_directive_no and m.action = 'modify'
            and (m.status in ('acknowledged', 'completed')
                or m.status = 'pending' and (m.expires_at is null or m.expires_at > v_at))
    )
    select
        (pg_catalog.array_agg(d.stop_loss order by d.rank desc, d.directive_no desc) filter (where d.stop_loss is not null))[1],
        (pg_catalog.array_agg(d.take_profit order by d.rank desc, d.directive_no desc) filter (where d.take_profit is not null))[1]
    into stop_loss, take_profit from directed d;
end
$$;

create function ledger.loosens_stop(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees the stops that another signal directed since the director looked.
    return p_signal.action = 'modify' and exists (
        select from pg_catalog.jsonb_to_recordset(p_decision -> 'directives') d (side text, stop_loss numeric, target_directive_no bigint)
        cross join lateral ledger.directed_stops(d.target_directive_no) s
        where case d.side when 'buy' then d.stop_loss <= s.stop_loss else d.stop_loss >= s.stop_loss end);
end
$$;
comment on function ledger.loosens_stop(ledger.signal_outbox, jsonb) is
    'Whether a decision means to give a position a stop that is no closer than the one it was last directed to have.';

grant execute on function ledger.loosens_stop(ledger.signal_outbox, jsonb) to director;
