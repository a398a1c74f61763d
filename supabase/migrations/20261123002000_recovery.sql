-- What a person decides where the parties cannot: withdraw a directive, settle an unknown outcome, set a finding aside.
set lock_timeout = '3s';
set statement_timeout = '60s';

create table ledger.operator_actions (
    action_no bigint generated always as identity primary key,
    action text not null check (action in ('directive_cancelled', 'directive_resolved', 'finding_dismissed')),
    -- Once a person has settled a directive it is final, so there is one action for each at most.
    directive_no bigint unique references ledger.directive_registry,
    from_status text,
    to_status text,
    finding_kind text,
    finding_subject text,
    reason text not null check (reason ~ '\S' and length(reason) <= 500),
    decided_by text not null,
    recorded_at timestamptz not null default ledger.at(),
    unique (finding_kind, finding_subject),
    check (num_nonnulls(directive_no, from_status, to_status) = case when action = 'finding_dismissed' then 0 else 3 end),
    check (num_nonnulls(finding_kind, finding_subject) = case when action = 'finding_dismissed' then 2 else 0 end)
);
alter table ledger.operator_actions enable row level security;
comment on table ledger.operator_actions is 'What an operator decided about single directives and findings, and why. Immutable.';
comment on column ledger.operator_actions.action_no is 'Order of recording.';
comment on column ledger.operator_actions.action is 'directive_cancelled, directive_resolved or finding_dismissed.';
comment on column ledger.operator_actions.directive_no is 'The directive it settled; null for a finding.';
comment on column ledger.operator_actions.from_status is 'The status the directive had.';
comment on column ledger.operator_actions.to_status is 'The status it was given.';
comment on column ledger.operator_actions.finding_kind is 'The kind of the finding that was set aside; null for a directive.';
comment on column ledger.operator_actions.finding_subject is 'What that finding is about, as api.doctor writes it.';
comment on column ledger.operator_actions.reason is 'Why, in the operator''s words.';
comment on column ledger.operator_actions.decided_by is 'Who decided: the subject of the token.';
comment on column ledger.operator_actions.recorded_at is 'When.';

grant select on ledger.operator_actions to operator, auditor;
create policy operator_auditor_select on ledger.operator_actions for select to operator, auditor using (true);
comment on policy operator_auditor_select on ledger.operator_actions is 'operator, auditor: select every action.';
grant insert on ledger.operator_actions to operator;
create policy operator_insert on ledger.operator_actions for insert to operator with check (true);
comment on policy operator_insert on ledger.operator_actions is 'operator: insert any action.';
grant update (status) on ledger.trade_directives to operator;
create policy operator_update on ledger.trade_directives for update to operator using (true) with check (true);
comment on policy operator_update on ledger.trade_directives is 'operator: update the status of any directive.';

create trigger a_guard_row before update or delete on ledger.operator_actions
    for each row execute function ledger.guard_row();
alter table ledger.operator_actions enable always trigger a_guard_row;
create trigger a_guard_truncate before truncate on ledger.operator_actions
    for each statement execute function ledger.guard_row();
alter table ledger.operator_actions enable always trigger a_guard_truncate;
create trigger z_journal_insert after insert on ledger.operator_actions
    for each row execute function ledger.record_in_journal('operator_action', 'action_no', 'operator.%s', 'action');
alter table ledger.operator_actions enable always trigger z_journal_insert;

insert into ledger.lifecycle (entity, from_status, to_status, role, because) values
    ('directive', 'pending', 'cancelled', 'operator', 'a person withdrew it'),
    ('directive', 'acknowledged', 'completed', 'operator', 'a person found at the broker that it was done'),
    ('directive', 'acknowledged', 'failed', 'operator', 'a person found that the broker refused it or never had it'),
    ('directive', 'acknowledged', 'cancelled', 'operator', 'a person found that it was given up before it was sent');

create function ledger.lock_directive(p_directive_id uuid)
returns ledger.trade_directives
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_directive ledger.trade_directives;
begin
    -- As a report does, the position first and then the directive: in another order, an operator and an officer
    -- that settle the same directive could wait for each other in a circle.
    perform from ledger.directive_registry r
    where r.directive_no = (
        select coalesce(d.target_directive_no, d.directive_no) from ledger.directive_registry k
        join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (k.signal_id, k.symbol, k.created_at, k.directive_no)
        where k.directive_id = p_directive_id)
    for no key update;
    select d.* into v_directive from ledger.directive_registry k
    join ledger.trade_directives d on (d.signal_id, d.symbol, d.created_at, d.directive_no) = (k.signal_id, k.symbol, k.created_at, k.directive_no)
    where k.directive_id = p_directive_id
    for no key update of d;
    return v_directive;
end
$$;
comment on function ledger.lock_directive(uuid) is
    'A directive as it is when everybody who was settling it has finished; nobody else settles it until this transaction ends.';

create function ledger.record_operator_action(p_action ledger.operator_actions, p_at timestamptz)
returns ledger.operator_actions
language plpgsql
set search_path = ''
as $$
begin
    if coalesce(p_action.reason, '') !~ '\S' or pg_catalog.length(p_action.reason) > 500 then
        perform ledger.refuse(422, 'operator_action_invalid', 'A decision of a person needs a reason of at most 500 characters.',
            'Say why, for the journal.');
    end if;
    insert into ledger.operator_actions (action, directive_no, from_status, to_status, finding_kind, finding_subject,
        reason, decided_by, recorded_at)
    values (p_action.action, p_action.directive_no, p_action.from_status, p_action.to_status, p_action.finding_kind,
        p_action.finding_subject, p_action.reason, coalesce(ledger.claim('sub'), ledger.actor()), p_at)
    returning * into p_action;
    return p_action;
end
$$;
comment on function ledger.record_operator_action(ledger.operator_actions, timestamptz) is
    'Writes what a person decided, with who and when; refuses a decision without a reason.';

create function ledger.afterwards(p_directive ledger.trade_directives, p_to_status text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when p_to_status = 'completed' and p_directive.action = 'open' then
            'It counts as reserved until its fill is reported, which is then stored as usual; a rejection or failure reported later is stored, flagged late, and releases it.'
        when p_to_status = 'completed' then
            'The position counts as the ledger knows it until the officer reports what was done, which is then stored as usual; a rejection or failure reported later is stored and flagged late.'
        when p_directive.action = 'open' then
            'Its reservation is released. A fill reported later is stored and flagged late, and its exposure comes back.'
        else
            'The position counts as the ledger knows it. What is reported later is stored, flagged late, and changes the position all the same.'
        end
$$;
comment on function ledger.afterwards(ledger.trade_directives, text) is
    'What follows from a person''s decision, and what happens when the broker''s facts arrive after it.';

create function ledger.settle_directive(p_directive_id uuid, p_action text, p_from_status text, p_to_status text, p_reason text, p_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_directive ledger.trade_directives := ledger.lock_directive(p_directive_id);
    v_action ledger.operator_actions;
begin
    select * into v_action from ledger.operator_actions a where a.directive_no = v_directive.directive_no;
    if (v_action.action, v_action.to_status, v_action.reason) is distinct from (p_action, p_to_status, p_reason) then
        case
            when v_directive.directive_no is null then
                perform ledger.refuse(409, 'directive_unknown', pg_catalog.format('There is no directive %s.', p_directive_id), 'Check its id.');
            when v_directive.status = p_from_status then
                v_action.action := p_action;
                v_action.directive_no := v_directive.directive_no;
                v_action.from_status := p_from_status;
                v_action.to_status := p_to_status;
                v_action.reason := p_reason;
                v_action := ledger.record_operator_action(v_action, p_at);
                perform ledger.move_directive(v_directive, p_to_status);
            when v_directive.status = 'pending' then
                perform ledger.refuse(409, 'directive_not_acknowledged', 'No officer has taken the directive, so there is no outcome to settle.',
                    'Cancel it instead.');
            when v_directive.status = 'acknowledged' then
                perform ledger.refuse(409, 'directive_taken', 'An officer has taken the directive and may have traded it.',
                    'Look at the broker what became of it, then resolve it.');
            when v_directive.status = 'cancelled' then
                perform ledger.refuse(409, 'directive_cancelled', 'The directive is cancelled already.', 'There is nothing left to decide.');
            else
                perform ledger.refuse(409, 'directive_finished', pg_catalog.format('The directive is %s already.', v_directive.status),
                    'There is nothing left to decide.');
        end case;
    end if;
    return pg_catalog.jsonb_build_object('directive_id', p_directive_id, 'directive_no', v_directive.directive_no,
        'account_id', v_directive.account_id, 'from_status', v_action.from_status, 'status', v_action.to_status,
        'reason', v_action.reason, 'decided_by', v_action.decided_by, 'recorded_at', ledger.utc(v_action.recorded_at),
        'afterwards', ledger.afterwards(v_directive, v_action.to_status));
end
$$;
comment on function ledger.settle_directive(uuid, text, text, text, text, timestamptz) is
    'Moves a directive for a person and notes why; the same again is answered the same, anything else finds it settled.';

create function api.cancel_directive(p_directive_id uuid, p_reason text, p_at timestamptz default null)
returns jsonb
language sql
set search_path = ''
as $$
    select ledger.settle_directive(p_directive_id, 'directive_cancelled', 'pending', 'cancelled', p_reason, ledger.begin(p_at))
$$;
comment on function api.cancel_directive(uuid, text, timestamptz) is
    'operator: withdraws a directive that no officer has taken. Refused once one has: then it may have been traded.';

create function api.resolve_directive(p_directive_id uuid, p_status text, p_reason text, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
begin
    if coalesce(p_status, '') not in ('completed', 'failed', 'cancelled') then
        perform ledger.refuse(422, 'operator_action_invalid', 'A directive is resolved as completed, failed or cancelled.',
            'Say what was found at the broker.');
    end if;
    return ledger.settle_directive(p_directive_id, 'directive_resolved', 'acknowledged', p_status, p_reason, v_at);
end
$$;
comment on function api.resolve_directive(uuid, text, text, timestamptz) is
    'operator: settles a directive that an officer took and never reported on, by what a person found at the broker. Later facts are stored all the same.';

create function api.dismiss_finding(p_kind text, p_subject text, p_reason text, p_at timestamptz default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_at timestamptz := ledger.begin(p_at);
    v_account_id text := pg_catalog.split_part(p_subject, '/', 1);
    v_event_id uuid := pg_catalog.substring(p_subject, '/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})')::uuid;
    v_hash text := pg_catalog.split_part(p_subject, '/', 3);
    v_action ledger.operator_actions;
begin
    -- Two people with the same finding: the second is answered by what the first wrote.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('ledger.dismiss_finding/' || p_subject, 0));
    if p_kind is null or p_subject is null
        or not (p_kind = 'report_unmatched' and exists (select from ledger.unmatched_reports u
                where u.account_id = v_account_id and u.event_id = v_event_id
                    and pg_catalog.left(pg_catalog.encode(u.content_hash, 'hex'), 12) = v_hash)
            or p_kind = 'report_anomalous' and v_hash = '' and exists (select from ledger.execution_events e
                where e.account_id = v_account_id and e.event_id = v_event_id and e.anomalies <> '{}')) then
        perform ledger.refuse(404, 'finding_unknown', 'There is no such report to set aside.',
            'Only report_unmatched and report_anomalous are set aside; copy the subject as doctor writes it.');
    end if;
    select * into v_action from ledger.operator_actions a where (a.finding_kind, a.finding_subject) = (p_kind, p_subject);
    if not found then
        v_action.action := 'finding_dismissed';
        v_action.finding_kind := p_kind;
        v_action.finding_subject := p_subject;
        v_action.reason := p_reason;
        v_action := ledger.record_operator_action(v_action, v_at);
    elsif v_action.reason is distinct from p_reason then
        perform ledger.refuse(409, 'operator_action_conflict',
            pg_catalog.format('%s set this finding aside at %s for another reason.', v_action.decided_by, ledger.utc(v_action.recorded_at)),
            'Nothing is left to be done about it.');
    end if;
    return pg_catalog.jsonb_build_object('kind', p_kind, 'subject', p_subject, 'reason', v_action.reason,
        'decided_by', v_action.decided_by, 'recorded_at', ledger.utc(v_action.recorded_at));
end
$$;
comment on function api.dismiss_finding(text, text, text, timestamptz) is
    'operator: says that a report which fits nowhere, or came unexpected, has been looked into. It stays in the ledger; doctor no longer lists it.';

grant execute on function ledger.lock_directive(uuid), ledger.record_operator_action(ledger.operator_actions, timestamptz),
    ledger.afterwards(ledger.trade_directives, text), ledger.settle_directive(uuid, text, text, text, text, timestamptz),
    ledger.move_directive(ledger.trade_directives, text), api.cancel_directive(uuid, text, timestamptz),
    api.resolve_directive(uuid, text, text, timestamptz), api.dismiss_finding(text, text, text, timestamptz)
    to operator;
