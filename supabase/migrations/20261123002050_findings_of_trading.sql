-- What is stuck in a trade, since when, why, and what to do about it.
-- Each finder reads what is open at this moment, through the partial indexes, or a window of days: never a history.
set lock_timeout = '3s';
set statement_timeout = '60s';

-- Not concurrently: a migration is one transaction, and a partitioned table knows no other way.
-- squawk-ignore require-concurrent-index-creation
create index unmatched_reports_recorded_at on ledger.unmatched_reports (recorded_at);
-- squawk-ignore require-concurrent-index-creation
create index execution_events_anomalous on ledger.execution_events (recorded_at) where anomalies <> '{}';

alter table ledger.account_states add column discrepancies jsonb check (jsonb_typeof(discrepancies) = 'array');
comment on column ledger.account_states.discrepancies is 'Where the newest sync found ledger and broker to differ, as it was answered; null before the first.';

create or replace function api.sync_account(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_discrepancies jsonb;
begin
    perform ledger.seen(v_account_id, (p_request ->> 'instance_id')::uuid, v_at);
    perform ledger.store_account_state(v_account_id, p_request -> 'account', v_at);
    perform ledger.store_instruments(v_account_id, p_request -> 'instruments', v_at);
    perform ledger.cancel_expired(v_account_id, v_at);

    with found as (
        select * from ledger.find_discrepancies(v_account_id, p_request -> 'positions', p_request -> 'orders')
    ), noted as (
        insert into ledger.discrepancies (account_id, kind, directive_no, position_id, symbol, expected_volume_lots, actual_volume_lots, recorded_at)
        select v_account_id, f.kind, f.directive_no, f.position_id, f.symbol, f.expected_volume_lots, f.actual_volume_lots, v_at
        from found f order by f.directive_no
        on conflict do nothing
    )
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', f.kind, 'directive_no', f.directive_no,
        'position_id', f.position_id::text, 'symbol', f.symbol, 'expected_volume_lots', ledger.exact(f.expected_volume_lots),
        'actual_volume_lots', ledger.exact(f.actual_volume_lots)) order by f.directive_no), '[]')
    into v_discrepancies from found f;
    -- What stands now, beside what was ever seen. Written when it changes, and not by a sync that a newer one overtook.
    update ledger.account_states s set discrepancies = v_discrepancies
    where s.account_id = v_account_id and s.reported_at = v_at and s.discrepancies is distinct from v_discrepancies;
    return pg_catalog.jsonb_build_object('server_time', ledger.utc(v_at), 'discrepancies', v_discrepancies,
        'directives', ledger.identities(v_account_id, array(
            select (n ->> 'directive_no')::bigint
            from pg_catalog.jsonb_array_elements((p_request -> 'positions') || (p_request -> 'orders') || v_discrepancies) n)));
end
$$;

create type ledger.finding as (kind text, severity text, subject text, since timestamptz, explanation text, remedy text);
comment on type ledger.finding is 'Something a person should know of.';
comment on column ledger.finding.kind is 'What it is; docs/runbook.md explains each.';
comment on column ledger.finding.severity is 'info: nothing to be done now. warning: look today. critical: look now.';
comment on column ledger.finding.subject is 'What it is about, as the commands take it.';
comment on column ledger.finding.since is 'Since when.';
comment on column ledger.finding.explanation is 'What is known, with the numbers.';
comment on column ledger.finding.remedy is 'What a person does, with the command to type.';

create function ledger.lasting(p_since timestamptz, p_at timestamptz)
returns text
language sql
immutable
strict
set search_path = ''
as $$
    select case
        when p_at - p_since >= interval '2 days' then pg_catalog.format('%s days', extract(epoch from p_at - p_since)::bigint / 86400)
        when p_at - p_since >= interval '2 hours' then pg_catalog.format('%s h', extract(epoch from p_at - p_since)::bigint / 3600)
        when p_at - p_since >= interval '2 minutes' then pg_catalog.format('%s min', extract(epoch from p_at - p_since)::bigint / 60)
        else pg_catalog.format('%s s', extract(epoch from p_at - p_since)::bigint)
    end
$$;
comment on function ledger.lasting(timestamptz, timestamptz) is 'The time between two moments, for people.';

create function ledger.last_seen(p_account_id text)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
    return (select max(i.last_seen_at) from ledger.officer_instances i where i.account_id = p_account_id);
end
$$;
comment on function ledger.last_seen(text) is 'When any terminal of this account last called, to within five seconds; null for never.';

create function ledger.find_undecided_signals(p_at timestamptz, p_most integer)
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
                where b.strategy_id = s.strategy_id and b.enabled and not exists (select from ledger.risk_decisions d
                    where (d.signal_id, d.symbol, d.created_at, d.account_id) = (s.signal_id, s.symbol, s.created_at, b.account_id))
                order by b.account_id limit 3) w), '') as waiting
    ) n;
end
$$;
comment on function ledger.find_undecided_signals(timestamptz, integer) is
    'signal_undecided, signal_half_decided: pending for five minutes. A processed signal lacks no decision: decide_signal sees to that.';

create function ledger.find_waiting_directives(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Without its officer a directive waits for nobody; with it, five minutes are a hundred polls.
    return query
    select case when w.seen then 'directive_not_acknowledged' else 'directive_not_collected' end,
        case when d.action = 'open' then 'warning' else 'critical' end,
        d.directive_id::text, d.issued_at,
        pg_catalog.format('Directive %s to %s %s on account %s has been pending for %s%s; its officer %s.',
            d.directive_no, d.action, d.symbol, d.account_id, ledger.lasting(d.issued_at, p_at),
            case when d.expires_at <= p_at then ' and has expired' else '' end,
            coalesce('last called ' || ledger.lasting(w.last_seen_at, p_at) || ' ago', 'has never called')),
        case when w.seen
            then 'Read on the terminal''s chart what the directive waits for (trading not allowed, halted, in flight).'
            else 'Start the terminal of this account.' end
            || pg_catalog.format(' To withdraw it: scripts/distort directive cancel %s --reason "..."', d.directive_id)
    from ledger.trade_directives d
    join ledger.accounts a on a.account_id = d.account_id
    cross join lateral (select s.at as last_seen_at, coalesce(s.at > p_at - a.takeover_seconds * interval '1 second', false) as seen
        from (select ledger.last_seen(d.account_id) as at) s) w
    where d.status = 'pending' and d.issued_at <= p_at - case when w.seen then interval '5 minutes' else interval '1 minute' end
    order by d.action = 'open', d.issued_at, d.directive_no limit p_most;
end
$$;
comment on function ledger.find_waiting_directives(timestamptz, integer) is
    'directive_not_collected: its officer is silent. directive_not_acknowledged: the officer calls and does not take it.';

create function ledger.find_unresolved_directives(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- An officer looks for a lost outcome for ten minutes by itself.
    return query
    select case when u.recorded_at is null then 'directive_without_result' else 'outcome_unknown' end,
        case when p_at - k.acknowledged_at <= interval '15 minutes' then 'info'
            when u.recorded_at is not null or p_at - k.acknowledged_at > interval '1 hour' then 'critical' else 'warning' end,
        d.directive_id::text, coalesce(u.recorded_at, k.acknowledged_at),
        pg_catalog.format('Directive %s to %s %s on account %s was taken %s ago by instance %s, %s; its officer %s.',
            d.directive_no, d.action, d.symbol, d.account_id, ledger.lasting(k.acknowledged_at, p_at), k.instance_id,
            case when u.recorded_at is null then 'and nothing was reported since' else 'which does not know whether it was traded' end,
            coalesce('last called ' || ledger.lasting(ledger.last_seen(d.account_id), p_at) || ' ago', 'has never called')),
        pg_catalog.format('Start the terminal: it looks for the outcome by itself. If it cannot, look at the broker for the comment "DS %s", then: '
            'scripts/distort directive resolve %s completed|failed|cancelled --reason "..."', d.directive_no, d.directive_id)
    from ledger.trade_directives d
    cross join lateral ledger.holder(d) k
    left join lateral (select max(e.recorded_at) as recorded_at from ledger.execution_events e
        where (e.signal_id, e.symbol, e.created_at, e.directive_no) = (d.signal_id, d.symbol, d.created_at, d.directive_no)
            and e.kind = 'outcome_unknown') u on true
    where d.status = 'acknowledged' and (u.recorded_at is not null or k.acknowledged_at <= p_at - interval '15 minutes')
    order by k.acknowledged_at, d.directive_no limit p_most;
end
$$;
comment on function ledger.find_unresolved_directives(timestamptz, integer) is
    'outcome_unknown: the officer lost sight of its order. directive_without_result: taken a quarter of an hour ago, and silence.';

create function ledger.find_odd_reports(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    (select 'report_unmatched', 'warning',
        pg_catalog.format('%s/%s/%s', u.account_id, u.event_id, pg_catalog.left(pg_catalog.encode(u.content_hash, 'hex'), 12)),
        u.recorded_at,
        pg_catalog.format('Account %s reported %s %s for directive %s: %s.', u.account_id, u.report ->> 'kind',
            coalesce(u.report ->> 'volume_lots' || ' lots', ''), u.report ->> 'directive_id', u.reason),
        pg_catalog.format('Compare the report with the terminal''s history. When it is explained: scripts/distort dismiss report_unmatched %s/%s/%s --reason "..."',
            u.account_id, u.event_id, pg_catalog.left(pg_catalog.encode(u.content_hash, 'hex'), 12))
    from ledger.unmatched_reports u
    where u.recorded_at > p_at - interval '7 days' and not exists (select from ledger.operator_actions a
        where a.finding_kind = 'report_unmatched' and a.finding_subject
            = pg_catalog.format('%s/%s/%s', u.account_id, u.event_id, pg_catalog.left(pg_catalog.encode(u.content_hash, 'hex'), 12)))
    order by u.recorded_at limit p_most)
    union all
    -- After a takeover both terminals may report: that alone is nobody's mistake.
    (select 'report_anomalous', case when e.anomalies <@ array['other_instance'] then 'info' else 'warning' end,
        pg_catalog.format('%s/%s', e.account_id, e.event_id), e.recorded_at,
        pg_catalog.format('Account %s reported %s for directive %s, stored and flagged: %s.', e.account_id, e.kind,
            e.directive_no, pg_catalog.array_to_string(e.anomalies, ', ')),
        pg_catalog.format('Compare directive %s with the terminal''s history. When it is explained: scripts/distort dismiss report_anomalous %s/%s --reason "..."',
            e.directive_no, e.account_id, e.event_id)
    from ledger.execution_events e
    where e.anomalies <> '{}' and e.recorded_at > p_at - interval '7 days' and not exists (select from ledger.operator_actions a
        where a.finding_kind = 'report_anomalous' and a.finding_subject = pg_catalog.format('%s/%s', e.account_id, e.event_id))
    order by e.recorded_at limit p_most);
end
$$;
comment on function ledger.find_odd_reports(timestamptz, integer) is
    'report_unmatched, report_anomalous: facts of the last seven days that nobody expected and no operator has set aside.';

create function ledger.find_rejections(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Stories of the last day, by the index of what did not succeed. One order may fail; five in an hour have a cause.
    return query
    select 'orders_rejected', 'warning', r.account_id, r.since,
        pg_catalog.format('%s orders of account %s were rejected or failed within the last hour, the newest with %s.', r.rejected, r.account_id,
            r.newest),
        pg_catalog.format('docs/runbook.md says what the return codes mean. While the cause lasts: scripts/distort halt account %s --reason "..."', r.account_id)
    from (
        select e.account_id, count(*) as rejected, min(e.recorded_at) as since,
            (pg_catalog.array_agg(pg_catalog.concat_ws(' ', e.retcode::text, e.code, e.message) order by e.recorded_at desc))[1] as newest
        from ledger.execution_events e
        where e.status <> 'success' and e.created_at > p_at - interval '1 day' and e.recorded_at > p_at - interval '1 hour'
            and e.kind in ('order_rejected', 'order_failed')
        group by e.account_id having count(*) >= 5
    ) r
    order by r.since, r.account_id limit p_most;
end
$$;
comment on function ledger.find_rejections(timestamptz, integer) is 'orders_rejected: an account whose broker turns one order after the other down.';

create function ledger.find_silent_officers(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    -- A disabled account still needs its officer while something is open: closes go on.
    return query
    select case when not w.seen then 'officer_not_seen' when t.reported_at is null or w.stale then 'account_state_stale' else 'trading_not_allowed' end,
        case when w.exposed then 'critical' else 'warning' end,
        a.account_id,
        case when not w.seen then coalesce(w.last_seen_at, a.recorded_at) else coalesce(t.reported_at, a.recorded_at) end,
        case when not w.seen then pg_catalog.format('The officer of account %s %s; %s.', a.account_id,
                coalesce('last called ' || ledger.lasting(w.last_seen_at, p_at) || ' ago', 'has never called'),
                case when w.exposed then 'the account has open risk' else 'nothing is open there' end)
            when t.reported_at is null then pg_catalog.format('The officer of account %s calls and has never synchronised.', a.account_id)
            when w.stale then pg_catalog.format('The officer of account %s calls, and its last sync was %s ago; no trade is sized by a state older than %s s.',
                a.account_id, ledger.lasting(t.reported_at, p_at), a.max_state_age_seconds)
            else pg_catalog.format('The officer of account %s calls, and terminal, account or broker does not let it trade.', a.account_id) end,
        case when not w.seen then 'Look at the terminal: running, connected, expert attached, API key and URL as issued?'
            when t.reported_at is null or w.stale then 'Read the expert''s log for the answer to /sync: netting account, other currency, or a request that is refused.'
            else 'Switch Algo Trading on in the terminal and in the expert''s Common tab; else ask the broker.' end
            || case when a.enabled then pg_catalog.format(' If the account is given up: scripts/distort account change %s --no-enabled', a.account_id) else '' end
    from ledger.accounts a
    left join ledger.account_states t on t.account_id = a.account_id
    cross join lateral (
        select s.at as last_seen_at,
            coalesce(s.at, a.recorded_at) > p_at - a.takeover_seconds * interval '1 second' as seen,
            coalesce(t.reported_at, a.recorded_at) <= p_at - a.max_state_age_seconds * interval '1 second' as stale,
            exists (select from ledger.exposures e where e.account_id = a.account_id) as exposed
        from (select ledger.last_seen(a.account_id) as at) s) w
    where (a.enabled or w.exposed) and (not w.seen or w.stale or t.trade_allowed is false)
    order by w.exposed desc, w.last_seen_at nulls last, a.account_id limit p_most;
end
$$;
comment on function ledger.find_silent_officers(timestamptz, integer) is
    'officer_not_seen, account_state_stale, trading_not_allowed: accounts whose officer cannot do its work. Reads one row for each account.';

create function ledger.find_two_terminals(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    select 'two_terminals', 'warning', a.account_id, n.since,
        pg_catalog.format('%s terminals of account %s called within the last %s s. Only one is granted a directive, and the other cannot take over while both call.',
            n.terminals, a.account_id, a.takeover_seconds),
        'Close all but one. If somebody else has the key: scripts/distort key revoke KEY_ID, then key issue.'
    from ledger.accounts a
    cross join lateral (select count(*) as terminals, max(i.first_seen_at) as since from ledger.officer_instances i
        where i.account_id = a.account_id and i.last_seen_at > p_at - a.takeover_seconds * interval '1 second') n
    where n.terminals > 1
    order by n.since, a.account_id limit p_most;
end
$$;
comment on function ledger.find_two_terminals(timestamptz, integer) is 'two_terminals: several instances call for one account.';

create function ledger.find_standing_discrepancies(p_at timestamptz, p_most integer)
returns setof ledger.finding
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    with standing as (
        select t.account_id, t.reported_at, f.*, coalesce((select max(s.recorded_at) from ledger.discrepancies s
            where s.account_id = t.account_id and s.directive_no = f.directive_no and s.kind = f.kind), t.reported_at) as since
        from ledger.account_states t,
        pg_catalog.jsonb_to_recordset(t.discrepancies) f (kind text, directive_no bigint, position_id text, symbol text,
            expected_volume_lots text, actual_volume_lots text)
        where t.discrepancies <> '[]'
    )
    -- A fill or close that is on its way here differs for a sync or two by nature.
    select s.kind, case when p_at - s.since <= interval '3 minutes' then 'info' else 'critical' end,
        pg_catalog.format('%s/%s', s.account_id, s.directive_no), s.since,
        pg_catalog.format('Account %s, position %s of directive %s in %s: the ledger holds %s lots, the broker %s (sync %s ago).',
            s.account_id, coalesce(s.position_id, 'without id'), s.directive_no, s.symbol, coalesce(s.expected_volume_lots, '0'),
            coalesce(s.actual_volume_lots, '0'), ledger.lasting(s.reported_at, p_at)),
        case s.kind
            when 'position_missing' then 'It was closed at the broker. Show the terminal''s whole history ("All History"), so that the officer finds the deal and reports it; else report it by hand (docs/runbook.md).'
            when 'position_unknown' then 'The broker holds what no report told of. Let the officer run; if no order_filled comes, report it by hand (docs/runbook.md) or close the position at the broker.'
            else 'Part of it was filled or closed without a report. Let the officer run with the whole history; else report it by hand (docs/runbook.md).' end
    from standing s
    order by s.since, s.account_id, s.directive_no limit p_most;
end
$$;
comment on function ledger.find_standing_discrepancies(timestamptz, integer) is
    'position_missing, position_unknown, volume_differs: what the newest sync of each account found.';

grant execute on function ledger.lasting(timestamptz, timestamptz), ledger.last_seen(text), ledger.holder(ledger.trade_directives),
    ledger.find_undecided_signals(timestamptz, integer), ledger.find_waiting_directives(timestamptz, integer),
    ledger.find_unresolved_directives(timestamptz, integer), ledger.find_odd_reports(timestamptz, integer),
    ledger.find_rejections(timestamptz, integer), ledger.find_silent_officers(timestamptz, integer),
    ledger.find_two_terminals(timestamptz, integer), ledger.find_standing_discrepancies(timestamptz, integer)
    to operator, auditor;
