-- What can be closed is closed at once: no close waits for a sibling whose fate is open, and none stops at as many
-- positions as one decision can carry. The decision is recorded with the first of them; the rest follows under it.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.newest_meant(p_signal ledger.signal_outbox)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
    -- However long a close has to wait, what was opened at its own bar or since is not its business.
    return coalesce(p_signal.opened_before,
        case when p_signal.action = 'close' then p_signal.created_at - interval '1 microsecond' else 'infinity' end);
end
$$;
comment on function ledger.newest_meant(ledger.signal_outbox) is
    'The time of the newest signal whose position a close or modify is about: a close that names none means what is older than itself.';
comment on column ledger.signal_outbox.opened_before is
    'For close and modify: only positions whose own signal was created by then; null means all of them, for a close all that are older than itself.';

create or replace function ledger.is_meant(p_signal ledger.signal_outbox, p_exposure ledger.exposures)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_newest timestamptz := ledger.newest_meant(p_signal);
begin
    return p_exposure.strategy_id = p_signal.strategy_id and p_exposure.symbol = p_signal.symbol
        and p_exposure.side = coalesce(p_signal.side, p_exposure.side)
        and (v_newest = 'infinity' or v_newest >= (
            select r.created_at from ledger.directive_registry r where r.directive_no = p_exposure.directive_no));
end
$$;

create function ledger.is_left(p_signal ledger.signal_outbox, p_exposure ledger.exposures)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    -- One close per story and position: where it failed, the strategy's next one tries again.
    return not exists (select from ledger.trade_directives c
            where c.target_directive_no = p_exposure.directive_no and c.action = 'close'
                and (c.status in ('pending', 'acknowledged')
                    or (c.signal_id, c.symbol, c.created_at) = (p_signal.signal_id, p_signal.symbol, p_signal.created_at)))
        and ledger.is_meant(p_signal, p_exposure);
end
$$;
comment on function ledger.is_left(ledger.signal_outbox, ledger.exposures) is
    'Whether a close means a position that is not being closed, and that it has not closed itself.';

create function ledger.close_commands(p_signal ledger.signal_outbox, p_account_id text, p_most integer)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees what was filled or closed while this transaction waited for the account.
    return (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('action', 'close', 'side', e.side,
            'order_type', 'market', 'max_slippage_points', a.max_slippage_points, 'priority', 9,
            'target_directive_no', e.directive_no) order by e.directive_no), '[]')
        from (
            select x.* from ledger.exposures x
            where x.account_id = p_account_id and x.symbol = p_signal.symbol and x.volume_filled_lots > 0
                and ledger.is_left(p_signal, x)
            order by x.directive_no limit p_most
        ) e
        join ledger.accounts a on a.account_id = e.account_id);
end
$$;
comment on function ledger.close_commands(ledger.signal_outbox, text, integer) is
    'The directives that close what an account holds of what a close means and is left: the oldest, at most so many, or all for null.';

create function ledger.is_decided(p_signal ledger.signal_outbox, p_account_id text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from ledger.risk_decisions d
        where (d.signal_id, d.symbol, d.created_at, d.account_id)
            = (p_signal.signal_id, p_signal.symbol, p_signal.created_at, p_account_id));
end
$$;
comment on function ledger.is_decided(ledger.signal_outbox, text) is 'Whether a signal has been decided for an account.';

create function ledger.was_issued(p_signal ledger.signal_outbox, p_account_id text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from ledger.risk_decisions d
        where (d.signal_id, d.symbol, d.created_at, d.account_id)
                = (p_signal.signal_id, p_signal.symbol, p_signal.created_at, p_account_id)
            and d.outcome = 'issued');
end
$$;
comment on function ledger.was_issued(ledger.signal_outbox, text) is 'Whether directives were issued to an account for a signal.';

create function ledger.left_over(p_signal ledger.signal_outbox)
returns setof ledger.exposures
language plpgsql
volatile
rows 10
set search_path = ''
as $$
begin
    return query select e.* from ledger.exposures e
    where e.strategy_id = p_signal.strategy_id and e.symbol = p_signal.symbol
        and not exists (select from ledger.trade_directives c where c.target_directive_no = e.directive_no
            and c.action = 'close' and c.status in ('pending', 'acknowledged'))
        and ledger.was_issued(p_signal, e.account_id) and ledger.is_left(p_signal, e);
end
$$;
comment on function ledger.left_over(ledger.signal_outbox) is
    'What a close has still to close on the accounts that have begun with it: more than one decision carries, and what an officer is opening.';

create function ledger.go_on_closing(p_signal ledger.signal_outbox, p_account_id text, p_at timestamptz)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_document jsonb;
begin
    for v_document in select d from pg_catalog.jsonb_array_elements(ledger.close_commands(p_signal, p_account_id, 100)) d loop
        perform ledger.issue_directive(p_signal, p_account_id, v_document, p_at);
    end loop;
    return found;
end
$$;
comment on function ledger.go_on_closing(ledger.signal_outbox, text, timestamptz) is
    'Issues the next closes of a close that an account has begun with; whether there were any. The caller holds the account''s lock.';

create or replace function api.decide_signal(p_signal_id uuid, p_decisions jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_key ledger.signal_registry;
    v_signal ledger.signal_outbox;
    v_decision jsonb;
    v_decisions jsonb;
    v_account_id text;
    v_begun text[] := '{}';
    v_continued integer := 0;
    v_table text;
begin
    select * into v_key from ledger.signal_registry where signal_id = p_signal_id;
    -- Locked, so that a second director sees what the first one wrote.
    select * into v_signal from ledger.signal_outbox s
    where (s.signal_id, s.symbol, s.created_at) = (v_key.signal_id, v_key.symbol, v_key.created_at) for no key update;
    if not found then
        perform ledger.refuse(404, 'signal_unknown', pg_catalog.format('There is no signal %s.', p_signal_id), 'Read pending_signals again.');
    end if;

    if v_signal.status = 'pending' then
        perform ledger.check_decisions(v_signal, p_decisions);
        if v_signal.action = 'close' then
            v_begun := array(select distinct e.account_id from ledger.left_over(v_signal) e where e.volume_filled_lots > 0 limit 500);
        end if;
        perform ledger.lock_accounts(v_begun || array(select d ->> 'account_id' from pg_catalog.jsonb_array_elements(p_decisions) d));
        foreach v_account_id in array v_begun loop
            v_continued := v_continued + ledger.go_on_closing(v_signal, v_account_id, v_at)::integer;
        end loop;
        for v_decision in
            select d from pg_catalog.jsonb_array_elements(p_decisions) d
            where not ledger.is_decided(v_signal, d ->> 'account_id')
            order by d ->> 'account_id'
        loop
            perform ledger.withdraw_overtaken(v_signal, v_decision, v_at);
            -- Not now: the signal stays pending, and the next run decides by what has become of it.
            continue when ledger.has_to_wait(v_signal, v_decision, v_at);
            perform ledger.record_decision(v_signal, v_decision, v_at);
        end loop;

        if v_signal.action <> 'close' or not exists (select from ledger.left_over(v_signal)) then
            update ledger.signal_outbox s set status = 'processed'
            where (s.signal_id, s.symbol, s.created_at) = (v_signal.signal_id, v_signal.symbol, v_signal.created_at)
                and not exists (
                    select from ledger.subscriptions b
                    where b.strategy_id = v_signal.strategy_id and ledger.is_concerned(b, v_signal) and not exists (
                        select from ledger.risk_decisions r
                        where (r.signal_id, r.symbol, r.created_at, r.account_id)
                            = (v_signal.signal_id, v_signal.symbol, v_signal.created_at, b.account_id)))
            returning s.status into v_signal.status;
        end if;
    end if;

    -- What is recorded, whether this call or an earlier one recorded it.
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('account_id', r.account_id,
        'outcome', r.outcome, 'reason', r.reason) order by r.account_id), '[]')
    into v_decisions from ledger.risk_decisions r
    where (r.signal_id, r.symbol, r.created_at) = (v_signal.signal_id, v_signal.symbol, v_signal.created_at)
        and r.account_id in (select d ->> 'account_id' from pg_catalog.jsonb_array_elements(p_decisions) d);
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signal_id', p_signal_id,
        'status', coalesce(v_signal.status, 'pending'), 'decisions', v_decisions,
        'issued', v_continued + (select count(*) from pg_catalog.jsonb_array_elements(v_decisions) d where d ->> 'outcome' = 'issued'),
        'declined', (select count(*) from pg_catalog.jsonb_array_elements(v_decisions) d where d ->> 'outcome' = 'declined'));
exception
    when check_violation or not_null_violation or unique_violation or invalid_text_representation then
        get stacked diagnostics v_table = table_name;
        if v_table <> '' and v_table not like 'risk_decisions%' and v_table not like 'trade_directives%' and v_table <> 'directive_registry' then
            raise;  -- not the caller's fault but ours, and to be seen as such
        end if;
        perform ledger.refuse(422, 'decision_invalid', 'A decision is not what contracts/schemas/risk_decision says a decision is.',
            'Nothing of this request was stored.');
end
$$;

grant execute on function ledger.newest_meant(ledger.signal_outbox),
    ledger.is_left(ledger.signal_outbox, ledger.exposures), ledger.close_commands(ledger.signal_outbox, text, integer),
    ledger.is_decided(ledger.signal_outbox, text), ledger.was_issued(ledger.signal_outbox, text), ledger.left_over(ledger.signal_outbox),
    ledger.go_on_closing(ledger.signal_outbox, text, timestamptz) to director;
