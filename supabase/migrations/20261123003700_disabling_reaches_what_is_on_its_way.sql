-- Who disables a strategy, or ends a subscription, has been answered that nothing more is opened: what was issued and
-- nobody has taken yet is neither offered nor granted, as for an account that is disabled.
set lock_timeout = '3s';
set statement_timeout = '60s';

create function ledger.subscribed(p_strategy_id text)
returns boolean
language plpgsql
-- Volatile, so that an acknowledgement sees what was committed while it waited.
volatile
security definer
set search_path = ''
as $$
begin
    -- An officer reads neither strategies nor subscriptions; of its own account's it learns this.
    return exists (select from ledger.subscriptions s join ledger.strategies t on t.strategy_id = s.strategy_id
        where s.account_id = ledger.account_id() and s.strategy_id = p_strategy_id and s.enabled and t.enabled);
end
$$;
comment on function ledger.subscribed(text) is
    'Whether the calling officer''s account may open what a strategy signals: both the strategy and the subscription are enabled.';

create or replace function ledger.acknowledge_directive(p_directive_id uuid, p_instance_id uuid, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_key ledger.directive_registry;
    v_directive ledger.trade_directives;
begin
    select * into v_key from ledger.directive_registry where directive_id = p_directive_id and account_id = ledger.account_id();
    -- The lock that makes "exactly one ack wins" true: the second asker waits here and then reads what the first one did.
    select * into v_directive from ledger.trade_directives d
    where (d.signal_id, d.symbol, d.created_at, d.directive_no) = (v_key.signal_id, v_key.symbol, v_key.created_at, v_key.directive_no)
    for no key update;

    case
        when v_directive.status is null then
            return ledger.refuse_ack(p_directive_id, 'directive_unknown');
        when v_directive.status = 'cancelled' then
            return ledger.refuse_ack(p_directive_id, 'directive_cancelled');
        when v_directive.status in ('completed', 'failed') then
            return ledger.refuse_ack(p_directive_id, 'directive_finished');
        when v_directive.status = 'acknowledged' then
            return ledger.grant_ack(v_directive, p_instance_id, p_at);
        when v_directive.expires_at <= p_at then
            update ledger.trade_directives d set status = 'cancelled'
            where (d.signal_id, d.symbol, d.created_at, d.directive_no)
                = (v_directive.signal_id, v_directive.symbol, v_directive.created_at, v_directive.directive_no);
            return ledger.refuse_ack(p_directive_id, 'directive_expired');
        when v_directive.action = 'open' and (
            ledger.active_halt(v_directive.account_id, v_directive.symbol, v_directive.strategy_id) is not null
            or not (select a.enabled from ledger.accounts a where a.account_id = v_directive.account_id)
            or not ledger.subscribed(v_directive.strategy_id)) then
            return ledger.refuse_ack(p_directive_id, 'trading_halted');
        else
            update ledger.trade_directives d set status = 'acknowledged'
            where (d.signal_id, d.symbol, d.created_at, d.directive_no)
                = (v_directive.signal_id, v_directive.symbol, v_directive.created_at, v_directive.directive_no);
            return ledger.grant_ack(v_directive, p_instance_id, p_at);
    end case;
end
$$;

create or replace function api.poll_directives(p_request jsonb, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := ledger.own_account();
    v_instance_id uuid := p_request ->> 'instance_id';
    v_places bigint := ledger.open_places(v_account_id);
    v_most integer := p_request ->> 'max_directives';
    v_directives jsonb;
    v_unresolved jsonb;
    v_settled jsonb;
begin
    perform ledger.seen(v_account_id, v_instance_id, v_at);

    select coalesce(pg_catalog.jsonb_agg(ledger.directive_document(d) order by d.action = 'open', d.priority desc, d.issued_at, d.directive_no), '[]')
    into v_directives
    from (
        (select * from ledger.trade_directives t
        where t.account_id = v_account_id and t.status = 'pending' and t.action <> 'open'
            and (t.expires_at is null or t.expires_at > v_at)
        order by t.priority desc, t.issued_at, t.directive_no limit v_most)
        union all
        (select * from ledger.trade_directives t
        where t.account_id = v_account_id and t.status = 'pending' and t.action = 'open' and t.expires_at > v_at
            and ledger.active_halt(t.account_id, t.symbol, t.strategy_id) is null
            and ledger.subscribed(t.strategy_id)
        order by t.priority desc, t.issued_at, t.directive_no limit least(v_places, v_most))
        limit v_most
    ) d;

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive', ledger.directive_document(t),
        'acknowledged_by', k.instance_id, 'acknowledged_at', ledger.utc(k.acknowledged_at),
        'takeover', k.instance_id <> v_instance_id) order by t.directive_no), '[]')
    into v_unresolved
    from ledger.trade_directives t cross join lateral ledger.holder(t) k
    where t.account_id = v_account_id and t.status = 'acknowledged';

    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('directive_id', u.id,
        'status', coalesce(t.status, ledger.archived_status(r.directive_id))) order by u.id), '[]')
    into v_settled
    from pg_catalog.jsonb_array_elements_text(p_request -> 'unresolved') u (id)
    left join ledger.directive_registry r on r.directive_id = u.id::uuid and r.account_id = v_account_id
    left join ledger.trade_directives t
        on (t.signal_id, t.symbol, t.created_at, t.directive_no) = (r.signal_id, r.symbol, r.created_at, r.directive_no)
    where t.status is distinct from 'acknowledged';

    return pg_catalog.jsonb_build_object(
        'server_time', ledger.utc(v_at),
        'halted', ledger.active_halt(v_account_id, null, null) is not null,
        'poll_after_ms', ledger.poll_after_ms(v_directives <> '[]' or v_unresolved <> '[]'),
        'in_flight', pg_catalog.jsonb_array_length(v_unresolved),
        'directives', v_directives, 'unresolved', v_unresolved, 'settled', v_settled);
end
$$;

create trigger b_await_grants before update of enabled on ledger.strategies
    for each row when (old.enabled and not new.enabled) execute function ledger.await_grants_of_disabled();
create trigger b_await_grants before update of enabled on ledger.subscriptions
    for each row when (old.enabled and not new.enabled) execute function ledger.await_grants_of_disabled();
comment on function ledger.await_grants_of_disabled() is
    'Trigger: as a halt does, the change that disables an account, a strategy or a subscription waits for acknowledgements on their way, and later ones for it.';

grant execute on function ledger.subscribed(text) to officer;
