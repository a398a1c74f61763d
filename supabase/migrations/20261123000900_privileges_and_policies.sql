-- Who may do what to which rows. One list makes the grants and the row-level policies, so they cannot disagree.
set lock_timeout = '3s';
set statement_timeout = '60s';

do $$
declare
    v_own constant text := 'account_id = (select ledger.account_id())';
    v_own_bars constant text := $c$source = 'account:' || (select ledger.account_id())$c$;
    v_rule record;
    v_policy text;
begin
    for v_rule in
        select * from (values
            -- table, command, roles, columns (null: all), which rows, said in words
            ('lifecycle', 'select', 'operator, auditor', null, 'true', 'everything'),
            ('partitioned_months', 'select', 'operator, auditor, archivist', null, 'true', 'everything'),

            ('accounts', 'select', 'director, operator, auditor', null, 'true', 'every account'),
            ('accounts', 'select', 'officer', null, v_own, 'its own account'),
            ('accounts', 'insert', 'operator', null, 'true', 'any account'),
            ('accounts', 'update', 'operator', 'broker, enabled, risk_per_trade, min_strength, max_signal_age_seconds, max_open_positions_account, max_open_positions_symbol, volume_max_lots, directive_ttl_seconds, max_slippage_points, max_state_age_seconds, max_in_flight, takeover_seconds', 'true', 'the limits of any account'),
            ('strategies', 'select', 'generator, operator, auditor', null, 'true', 'every strategy'),
            ('strategies', 'insert', 'operator', null, 'true', 'any strategy'),
            ('strategies', 'update', 'operator', 'symbols, bar_source, parameters, warm_up_bars, enabled', 'true', 'any strategy'),
            ('subscriptions', 'select', 'director, operator, auditor', null, 'true', 'every subscription'),
            ('subscriptions', 'insert', 'operator', null, 'true', 'any subscription'),
            ('subscriptions', 'update', 'operator', 'risk_multiplier, enabled', 'true', 'any subscription'),
            ('api_keys', 'select', 'gatekeeper, operator, auditor', null, 'true', 'every key''s hash'),
            ('api_keys', 'insert', 'operator', null, 'true', 'any key'),
            ('api_keys', 'update', 'operator', 'revoked_at', 'true', 'to revoke any key'),
            ('trading_halts', 'select', 'director, operator, auditor', null, 'true', 'every halt'),
            ('trading_halts', 'select', 'officer', null,
                $c$scope <> 'account' or value = (select ledger.account_id())$c$, 'halts that are not another account''s'),
            ('trading_halts', 'insert', 'operator', null, 'true', 'any halt'),

            ('account_states', 'select', 'director, operator, auditor', null, 'true', 'every account''s state'),
            ('account_states', 'select', 'officer', null, v_own, 'its own account''s state'),
            ('account_states', 'insert', 'officer', null, v_own, 'its own account''s state'),
            ('account_states', 'update', 'officer', null, v_own, 'its own account''s state'),
            ('instruments', 'select', 'director, operator, auditor', null, 'true', 'every instrument'),
            ('instruments', 'select', 'officer', null, v_own, 'its own account''s instruments'),
            ('instruments', 'insert', 'officer', null, v_own, 'its own account''s instruments'),
            ('instruments', 'update', 'officer', null, v_own, 'its own account''s instruments'),
            ('officer_instances', 'select', 'operator, auditor', null, 'true', 'every instance'),
            ('officer_instances', 'select', 'officer', null, v_own, 'its own account''s instances'),
            ('officer_instances', 'insert', 'officer', null, v_own, 'its own account''s instances'),
            ('officer_instances', 'update', 'officer', null, v_own, 'its own account''s instances'),
            ('bars', 'select', 'generator, operator, auditor', null, 'true', 'every bar'),
            ('bars', 'select', 'feed', null, $c$source = 'feed'$c$, 'the feed''s bars'),
            ('bars', 'select', 'officer', null, v_own_bars, 'its own account''s bars'),
            ('bars', 'insert', 'feed', null, $c$source = 'feed'$c$, 'the feed''s bars'),
            ('bars', 'insert', 'officer', null, v_own_bars, 'its own account''s bars'),

            ('signal_registry', 'select', 'generator, director, operator, auditor', null, 'true', 'every signal'),
            ('signal_registry', 'insert', 'generator', null, 'true', 'any signal'),
            ('signal_outbox', 'select', 'generator, director, operator, auditor', null, 'true', 'every signal'),
            ('signal_outbox', 'insert', 'generator', null, 'true', 'any signal'),
            ('signal_outbox', 'update', 'director', 'status', 'true', 'the status of any signal'),
            ('risk_decisions', 'select', 'director, operator, auditor', null, 'true', 'every decision'),
            ('risk_decisions', 'insert', 'director', null, 'true', 'any decision'),
            ('directive_registry', 'select', 'director, operator, auditor', null, 'true', 'every directive'),
            ('directive_registry', 'select', 'officer', null, v_own, 'its own account''s directives'),
            ('directive_registry', 'insert', 'director', null, 'true', 'any directive'),
            ('trade_directives', 'select', 'director, operator, auditor', null, 'true', 'every directive'),
            ('trade_directives', 'select', 'officer', null, v_own, 'its own account''s directives'),
            ('trade_directives', 'insert', 'director', null, 'true', 'any directive'),
            ('trade_directives', 'update', 'director', 'status', 'true', 'the status of any directive'),
            ('trade_directives', 'update', 'officer', 'status', v_own, 'the status of its own account''s directives'),
            ('directive_acknowledgements', 'select', 'operator, auditor', null, 'true', 'every acknowledgement'),
            ('directive_acknowledgements', 'select', 'officer', null, v_own, 'its own account''s acknowledgements'),
            ('directive_acknowledgements', 'insert', 'officer', null, v_own, 'its own account''s acknowledgements'),
            ('event_registry', 'select', 'operator, auditor', null, 'true', 'every event id'),
            ('event_registry', 'select', 'officer', null, v_own, 'its own account''s event ids'),
            ('event_registry', 'insert', 'officer', null, v_own, 'its own account''s event ids'),
            ('execution_events', 'select', 'operator, auditor', null, 'true', 'every event'),
            ('execution_events', 'select', 'officer', null, v_own, 'its own account''s events'),
            ('execution_events', 'insert', 'officer', null, v_own, 'its own account''s events'),
            ('unmatched_reports', 'select', 'operator, auditor', null, 'true', 'every unmatched report'),
            ('unmatched_reports', 'select', 'officer', null, v_own, 'its own account''s unmatched reports'),
            ('unmatched_reports', 'insert', 'officer', null, v_own, 'its own account''s unmatched reports'),
            ('exposures', 'select', 'director, operator, auditor', null, 'true', 'every exposure'),
            ('exposures', 'select', 'officer', null, v_own, 'its own account''s exposures'),
            ('discrepancies', 'select', 'operator, auditor', null, 'true', 'every discrepancy'),
            ('discrepancies', 'select', 'officer', null, v_own, 'its own account''s discrepancies'),
            ('discrepancies', 'insert', 'officer', null, v_own, 'its own account''s discrepancies'),
            ('journal', 'select', 'operator, auditor', null, 'true', 'the whole journal')
        ) as t (name, command, roles, columns, condition, words)
    loop
        execute pg_catalog.format('alter table ledger.%I enable row level security', v_rule.name);
        execute pg_catalog.format('grant %s%s on ledger.%I to %s',
            v_rule.command, ' (' || v_rule.columns || ')', v_rule.name, v_rule.roles);

        v_policy := pg_catalog.replace(v_rule.roles, ', ', '_') || '_' || v_rule.command;
        execute pg_catalog.format('create policy %I on ledger.%I for %s to %s %s', v_policy, v_rule.name,
            v_rule.command, v_rule.roles,
            case v_rule.command
                when 'insert' then pg_catalog.format('with check (%s)', v_rule.condition)
                when 'update' then pg_catalog.format('using (%s) with check (%1$s)', v_rule.condition)
                else pg_catalog.format('using (%s)', v_rule.condition)
            end);
        execute pg_catalog.format('comment on policy %I on ledger.%I is %L', v_policy, v_rule.name,
            pg_catalog.format('%s: %s %s.', v_rule.roles, v_rule.command, v_rule.words));
    end loop;
end
$$;
