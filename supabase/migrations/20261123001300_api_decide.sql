-- The one transaction in which a director commits: decisions, directives, and the check that the limits still hold.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.lock_accounts(p_account_ids text[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Two directors that count the same free place would both take it: deciding for an account is done one at a time.
    -- In one order for everyone, or they would wait for each other in a circle.
    perform from ledger.accounts where account_id = any (p_account_ids) order by account_id for no key update;
end
$$;
comment on function ledger.lock_accounts(text[]) is 'Until this transaction ends, nobody else commits decisions for these accounts.';

create function ledger.recheck_open(p_signal ledger.signal_outbox, p_account_id text, p_at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it counts what was committed while this transaction waited for the account.
    return (
        with counts as (
            select count(*) as of_account, count(*) filter (where e.symbol = p_signal.symbol) as of_symbol
            from ledger.exposures e where e.account_id = p_account_id
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
        where a.account_id = p_account_id);
end
$$;
comment on function ledger.recheck_open(ledger.signal_outbox, text, timestamptz) is
    'What may have changed since the director looked, counted again under the account''s lock. reason is null if the open may stand.';

create function ledger.directive_uuid(p_signal_id uuid, p_symbol text, p_created_at timestamptz, p_account_id text, p_target bigint)
returns uuid
language sql
immutable
set search_path = ''
as $$
    -- A version 8 UUID (RFC 9562): the first 128 bits of a SHA-256, with version and variant set.
    select pg_catalog.encode(pg_catalog.set_byte(pg_catalog.set_byte(h, 6, (pg_catalog.get_byte(h, 6) & 15) | 128),
        8, (pg_catalog.get_byte(h, 8) & 63) | 128), 'hex')::uuid
    from pg_catalog.substring(pg_catalog.sha256(pg_catalog.convert_to(ledger.netstrings(p_signal_id::text, p_symbol,
        ledger.utc(p_created_at), p_account_id, p_target::text), 'UTF8')), 1, 16) h
$$;
comment on function ledger.directive_uuid(uuid, text, timestamptz, text, bigint) is
    'A directive''s id follows from what it is unique by, so whoever issues it gives it the same.';

create function ledger.issue_directive(p_signal ledger.signal_outbox, p_account_id text, p_document jsonb, p_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_directive ledger.trade_directives := pg_catalog.jsonb_populate_record(null::ledger.trade_directives, p_document);
begin
    v_directive.signal_id := p_signal.signal_id;
    v_directive.symbol := p_signal.symbol;
    v_directive.created_at := p_signal.created_at;
    v_directive.strategy_id := p_signal.strategy_id;
    v_directive.account_id := p_account_id;
    v_directive.status := 'pending';
    v_directive.issued_at := p_at;
    v_directive.directive_id := ledger.directive_uuid(p_signal.signal_id, p_signal.symbol, p_signal.created_at,
        p_account_id, v_directive.target_directive_no);
    if v_directive.target_directive_no is not null and not exists (
        select from ledger.directive_registry r
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
        where r.directive_no = v_directive.target_directive_no
            and d.account_id = p_account_id and d.symbol = p_signal.symbol and d.action = 'open') then
        perform ledger.refuse(422, 'decision_invalid', 'A directive targets a position that is not this account''s in this symbol.',
            'Decide again from pending_signals.');
    end if;
    insert into ledger.directive_registry (directive_id, signal_id, symbol, created_at, account_id)
    values (v_directive.directive_id, p_signal.signal_id, p_signal.symbol, p_signal.created_at, p_account_id)
    returning directive_no into v_directive.directive_no;
    insert into ledger.trade_directives select v_directive.*;
end
$$;
comment on function ledger.issue_directive(ledger.signal_outbox, text, jsonb, timestamptz) is 'Numbers a directive and writes it.';

create function ledger.cancel_reserved_opens(p_signal ledger.signal_outbox, p_account_id text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- An open that no officer has taken yet would be filled after the close that was meant to end it.
    -- Locked in the order in which officers lock them, or both would wait in a circle.
    perform from ledger.trade_directives d
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side)
    order by d.directive_id for no key update;
    update ledger.trade_directives d set status = 'cancelled'
    where d.account_id = p_account_id and d.status = 'pending' and d.strategy_id = p_signal.strategy_id
        and d.symbol = p_signal.symbol and d.action = 'open' and d.side = coalesce(p_signal.side, d.side);
end
$$;
comment on function ledger.cancel_reserved_opens(ledger.signal_outbox, text) is
    'Withdraws the opens that a close overtakes before any officer acknowledged them.';

create function ledger.record_decision(p_signal ledger.signal_outbox, p_decision jsonb, p_at timestamptz)
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
        v_recheck := ledger.recheck_open(p_signal, v_account_id, p_at);
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
comment on function ledger.record_decision(ledger.signal_outbox, jsonb, timestamptz) is
    'Writes one decision and its directives; declines instead if the limits no longer allow it.';

create function ledger.overlooks_exposure(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees what was filled or issued since the director looked. A decision with as many
    -- directives as one can carry leaves the rest to the next signal.
    return p_signal.action = 'close' and pg_catalog.jsonb_array_length(p_decision -> 'directives') < 100 and exists (
        select from ledger.exposures e
        where e.account_id = p_decision ->> 'account_id' and e.strategy_id = p_signal.strategy_id
            and e.symbol = p_signal.symbol and e.side = coalesce(p_signal.side, e.side)
            and not ledger.is_closing(e.directive_no)
            and not exists (select from pg_catalog.jsonb_array_elements(p_decision -> 'directives') d
                where (d ->> 'target_directive_no')::bigint = e.directive_no));
end
$$;
comment on function ledger.overlooks_exposure(ledger.signal_outbox, jsonb) is
    'Whether a close leaves alone something that is open, or that an officer is opening at this moment.';

create function ledger.closes_twice(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
    -- Volatile, so that it sees a close that another signal led to since the director looked.
    return p_signal.action = 'close' and exists (
        select from pg_catalog.jsonb_array_elements(p_decision -> 'directives') d
        where ledger.is_closing((d ->> 'target_directive_no')::bigint));
end
$$;
comment on function ledger.closes_twice(ledger.signal_outbox, jsonb) is
    'Whether a close means to close again what is already being closed.';

create function ledger.fits_signal(p_signal ledger.signal_outbox, p_decision jsonb)
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (select from ledger.subscriptions s
            where s.account_id = p_decision ->> 'account_id' and s.strategy_id = p_signal.strategy_id)
        and p_decision ->> 'outcome' in ('issued', 'declined')
        and (p_decision ->> 'outcome' = 'issued') = (pg_catalog.jsonb_array_length(p_decision -> 'directives') > 0)
        and not exists (
            select from pg_catalog.jsonb_array_elements(p_decision -> 'directives') x
            join ledger.accounts a on a.account_id = p_decision ->> 'account_id'
            where x ->> 'action' is distinct from p_signal.action
                or x ->> 'side' is distinct from coalesce(p_signal.side, x ->> 'side')
                or p_signal.action = 'open' and (x ->> 'volume_lots')::numeric > a.volume_max_lots)
$$;
comment on function ledger.fits_signal(ledger.signal_outbox, jsonb) is
    'Whether a decision is for a follower of the signal''s strategy, and its directives do what the signal says within the account''s volume.';

create function ledger.check_decisions(p_signal ledger.signal_outbox, p_decisions jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if exists (select from pg_catalog.jsonb_array_elements(p_decisions) d where ledger.fits_signal(p_signal, d) is not true)
        or exists (select from pg_catalog.jsonb_array_elements(p_decisions) d group by d ->> 'account_id' having count(*) > 1) then
        perform ledger.refuse(422, 'decision_invalid',
            'A decision is for an account that does not follow the strategy or is named twice, or its directives do not fit the signal.',
            'Decide again from pending_signals.');
    end if;
end
$$;
comment on function ledger.check_decisions(ledger.signal_outbox, jsonb) is
    'Refuses decisions that no director should have made: the database does not take its word for whom they concern and how large they are.';

create function api.decide_signal(p_signal_id uuid, p_decisions jsonb, p_at timestamptz default null)
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
            if v_signal.action = 'close' then
                perform ledger.cancel_reserved_opens(v_signal, v_decision ->> 'account_id');
            end if;
            -- Not now: the signal stays pending, and the next run decides by what has become of it.
            continue when ledger.overlooks_exposure(v_signal, v_decision) or ledger.closes_twice(v_signal, v_decision);
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
comment on function api.decide_signal(uuid, jsonb, timestamptz) is
    'director: commits decisions and their directives in one transaction. An account already decided keeps its first decision. With the last account the signal is processed.';

grant execute on function ledger.netstrings(text[]), ledger.lock_accounts(text[]), ledger.recheck_open(ledger.signal_outbox, text, timestamptz),
    ledger.directive_uuid(uuid, text, timestamptz, text, bigint),
    ledger.issue_directive(ledger.signal_outbox, text, jsonb, timestamptz),
    ledger.cancel_reserved_opens(ledger.signal_outbox, text),
    ledger.record_decision(ledger.signal_outbox, jsonb, timestamptz),
    ledger.overlooks_exposure(ledger.signal_outbox, jsonb),
    ledger.closes_twice(ledger.signal_outbox, jsonb),
    ledger.fits_signal(ledger.signal_outbox, jsonb), ledger.check_decisions(ledger.signal_outbox, jsonb), api.decide_signal(uuid, jsonb, timestamptz)
    to director;
