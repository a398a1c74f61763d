-- What a director saw may have changed until it commits; and an open that reverses closes other positions first.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.closed_targets(p_decision jsonb)
returns bigint[]
language sql
immutable
set search_path = ''
as $$
    select coalesce(pg_catalog.array_agg((d ->> 'target_directive_no')::bigint), '{}')
    from pg_catalog.jsonb_array_elements(p_decision -> 'directives') d where d ->> 'action' = 'close'
$$;
comment on function ledger.closed_targets(jsonb) is 'The positions that a decision closes.';

create function ledger.recheck_open(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_account_id text := p_decision ->> 'account_id';
    v_leaving bigint[] := ledger.closed_targets(p_decision);
begin
    -- Volatile, so that it counts what was committed while this transaction waited for the account.
    return (
        with counts as (
            select count(*) as of_account, count(*) filter (where e.symbol = p_signal.symbol) as of_symbol
            from ledger.exposures e where e.account_id = v_account_id and e.directive_no <> all (v_leaving)
        )
        select pg_catalog.jsonb_build_object(
            'rechecked_open_positions_account', c.of_account, 'rechecked_open_positions_symbol', c.of_symbol,
            'reason', case
                when not a.enabled then 'account_disabled'
                when not s.enabled then 'subscription_disabled'
                when ledger.active_halt(a.account_id, p_signal.symbol, p_signal.strategy_id) is not null then 'trading_halted'
                when p_at >= p_signal.expires_at then 'signal_expired'
                when c.of_account >= a.max_open_positions_account then 'max_open_positions_account'
                when c.of_symbol >= a.max_open_positions_symbol then 'max_open_positions_symbol'
            end)
        from counts c, ledger.accounts a
        join ledger.subscriptions s on s.account_id = a.account_id and s.strategy_id = p_signal.strategy_id
        where a.account_id = v_account_id);
end
$$;
comment on function ledger.recheck_open(ledger.signal_outbox, jsonb, timestamptz) is
    'What may have changed since the director looked, counted again under the account''s lock without what the decision closes. reason is null if the open may stand.';

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
    insert into ledger.risk_decisions (signal_id, symbol, created_at, account_id, outcome, reason, numbers, rechecked, decided_at)
    values (p_signal.signal_id, p_signal.symbol, p_signal.created_at, v_account_id, v_outcome, v_reason, v_numbers,
        v_outcome is distinct from p_decision ->> 'outcome', p_at);
    if v_outcome = 'issued' then
        for v_document in select d from pg_catalog.jsonb_array_elements(p_decision -> 'directives') d loop
            perform ledger.issue_directive(p_signal, v_account_id, v_document, p_at);
        end loop;
    end if;
end
$$;

-- Only record_decision called it.
-- squawk-ignore ban-drop-function
drop function ledger.recheck_open(ledger.signal_outbox, text, timestamptz);

create function ledger.reverses(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return p_signal.action = 'open' and p_decision ->> 'outcome' = 'issued' and exists (select from ledger.accounts a
        where a.account_id = p_decision ->> 'account_id' and a.opposite_positions = 'reverse');
end
$$;
comment on function ledger.reverses(ledger.signal_outbox, jsonb) is
    'Whether a decision to open is one for an account that closes the other side first.';

create function ledger.withdraw_overtaken(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_signal.action = 'close' then
        perform ledger.cancel_reserved_opens(p_signal, p_decision ->> 'account_id');
    elsif ledger.reverses(p_signal, p_decision) and ledger.recheck_open(p_signal, p_decision, p_at) ->> 'reason' is null then
        p_signal.side := case p_signal.side when 'buy' then 'sell' else 'buy' end;
        perform ledger.cancel_reserved_opens(p_signal, p_decision ->> 'account_id');
    end if;
end
$$;
comment on function ledger.withdraw_overtaken(ledger.signal_outbox, jsonb, timestamptz) is
    'Withdraws the opens that a close, or an open the other way, overtakes before any officer acknowledged them.';

create or replace function ledger.overlooks_exposure(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    if ledger.reverses(p_signal, p_decision) then
        p_signal.side := case p_signal.side when 'buy' then 'sell' else 'buy' end;
    elsif p_signal.action <> 'close' then
        return false;
    end if;
    -- Volatile, so that it sees what was filled or issued since the director looked. A decision with as many
    -- directives as one can carry leaves the rest to the next signal.
    return pg_catalog.jsonb_array_length(p_decision -> 'directives') < 100 and exists (
        select from ledger.exposures e
        where e.account_id = p_decision ->> 'account_id' and ledger.is_meant(p_signal, e)
            and not ledger.is_closing(e.directive_no) and e.directive_no <> all (ledger.closed_targets(p_decision)));
end
$$;
comment on function ledger.overlooks_exposure(ledger.signal_outbox, jsonb) is
    'Whether a close, or an open that reverses, leaves alone something that is open, or that an officer is opening at this moment.';

create or replace function ledger.closes_twice(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees a close that another signal led to since the director looked.
    return exists (select from unnest(ledger.closed_targets(p_decision)) t where ledger.is_closing(t));
end
$$;
comment on function ledger.closes_twice(ledger.signal_outbox, jsonb) is
    'Whether a decision means to close again what is already being closed.';

create function ledger.saw_other_holdings(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    return p_signal.action = 'open' and p_decision ->> 'outcome' = 'issued' and exists (
        select from ledger.accounts a
        join ledger.subscriptions s on s.account_id = a.account_id and s.strategy_id = p_signal.strategy_id
        where a.account_id = p_decision ->> 'account_id' and ledger.judges_holdings(a, s)
            and p_decision #>> '{numbers,exposures_token}' is distinct from ledger.exposures_token(a.account_id));
end
$$;
comment on function ledger.saw_other_holdings(ledger.signal_outbox, jsonb) is
    'Whether an open was judged by what the account no longer holds, or not yet.';

create function ledger.has_to_wait(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    return (ledger.overlooks_exposure(p_signal, p_decision) or ledger.closes_twice(p_signal, p_decision)
            or ledger.saw_other_holdings(p_signal, p_decision))
        -- What is declined whatever the account holds need not be looked at again.
        and (p_signal.action <> 'open' or ledger.recheck_open(p_signal, p_decision, p_at) ->> 'reason' is null);
end
$$;
comment on function ledger.has_to_wait(ledger.signal_outbox, jsonb, timestamptz) is
    'Whether a decision rests on what has changed meanwhile, so that it has to be made again.';

create function ledger.fits_directive(p_signal ledger.signal_outbox, p_account ledger.accounts, p_directive jsonb)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_signal.action = 'open' and p_directive ->> 'action' = 'close' then
        return p_account.opposite_positions = 'reverse' and p_directive ->> 'side' <> p_signal.side and exists (
            select from ledger.directive_registry r
            join ledger.trade_directives o
                on (o.signal_id, o.symbol, o.created_at, o.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
            where r.directive_no = (p_directive ->> 'target_directive_no')::bigint and o.action = 'open'
                and o.strategy_id = p_signal.strategy_id and o.side = p_directive ->> 'side');
    end if;
    return p_directive ->> 'action' = p_signal.action
        and p_directive ->> 'side' = coalesce(p_signal.side, p_directive ->> 'side')
        and (p_signal.action <> 'open' or (p_directive ->> 'volume_lots')::numeric <= p_account.volume_max_lots);
end
$$;
comment on function ledger.fits_directive(ledger.signal_outbox, ledger.accounts, jsonb) is
    'Whether a directive does what the signal says within the account''s volume; an open may close the other side of its own strategy first, where the account reverses.';

create or replace function ledger.fits_signal(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (select from ledger.subscriptions s
            where s.account_id = p_decision ->> 'account_id' and s.strategy_id = p_signal.strategy_id)
        and p_decision ->> 'outcome' in ('issued', 'declined')
        and (p_decision ->> 'outcome' = 'issued') = (pg_catalog.jsonb_array_length(p_decision -> 'directives') > 0)
        -- Closes go beside the one open of a signal to open, never in its place.
        and (p_signal.action <> 'open' or p_decision ->> 'outcome' = 'declined' or 1 = (
            select count(*) from pg_catalog.jsonb_array_elements(p_decision -> 'directives') x where x ->> 'action' = 'open'))
        and not exists (
            select from pg_catalog.jsonb_array_elements(p_decision -> 'directives') x
            join ledger.accounts a on a.account_id = p_decision ->> 'account_id'
            where ledger.fits_directive(p_signal, a, x) is not true)
$$;

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
        perform ledger.lock_accounts(array(select d ->> 'account_id' from pg_catalog.jsonb_array_elements(p_decisions) d));
        for v_decision in
            select d from pg_catalog.jsonb_array_elements(p_decisions) d
            where not exists (select from ledger.risk_decisions r
                where (r.signal_id, r.symbol, r.created_at, r.account_id)
                    = (v_signal.signal_id, v_signal.symbol, v_signal.created_at, d ->> 'account_id'))
            order by d ->> 'account_id'
        loop
            perform ledger.withdraw_overtaken(v_signal, v_decision, v_at);
            -- Not now: the signal stays pending, and the next run decides by what has become of it.
            continue when ledger.has_to_wait(v_signal, v_decision, v_at);
            perform ledger.record_decision(v_signal, v_decision, v_at);
        end loop;

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

    -- What is recorded, whether this call or an earlier one recorded it.
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('account_id', r.account_id,
        'outcome', r.outcome, 'reason', r.reason) order by r.account_id), '[]')
    into v_decisions from ledger.risk_decisions r
    where (r.signal_id, r.symbol, r.created_at) = (v_signal.signal_id, v_signal.symbol, v_signal.created_at)
        and r.account_id in (select d ->> 'account_id' from pg_catalog.jsonb_array_elements(p_decisions) d);
    return pg_catalog.jsonb_build_object('at', ledger.utc(v_at), 'signal_id', p_signal_id,
        'status', coalesce(v_signal.status, 'pending'), 'decisions', v_decisions,
        'issued', (select count(*) from pg_catalog.jsonb_array_elements(v_decisions) d where d ->> 'outcome' = 'issued'),
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

grant execute on function ledger.closed_targets(jsonb), ledger.recheck_open(ledger.signal_outbox, jsonb, timestamptz),
    ledger.reverses(ledger.signal_outbox, jsonb), ledger.withdraw_overtaken(ledger.signal_outbox, jsonb, timestamptz),
    ledger.saw_other_holdings(ledger.signal_outbox, jsonb), ledger.has_to_wait(ledger.signal_outbox, jsonb, timestamptz),
    ledger.fits_directive(ledger.signal_outbox, ledger.accounts, jsonb) to director;
