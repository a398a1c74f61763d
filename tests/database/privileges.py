"""Who may do what: written out by hand, for the database to be compared with."""

ACTORS = ("generator", "director", "officer", "feed", "archivist", "operator", "auditor", "gatekeeper")
# These may do nothing: base roles of every Supabase project, and everybody.
OTHERS = ("anon", "authenticated", "service_role", "authenticator", "public")

LIMITS = (
    "broker enabled risk_per_trade min_strength max_signal_age_seconds max_open_positions_account"
    " max_open_positions_symbol volume_max_lots directive_ttl_seconds max_slippage_points"
    " max_state_age_seconds max_in_flight takeover_seconds"
)

# table -> role -> operations; `update: …` names the only columns it may update, `update` alone is all.
EXPECTED: dict[str, dict[str, list[str]]] = {
    "account_states": {
        "director": ["select"],
        "officer": ["select", "insert", "update"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "accounts": {
        "director": ["select"],
        "officer": ["select"],
        "operator": ["select", "insert", f"update: {LIMITS}"],
        "auditor": ["select"],
    },
    "api_keys": {
        "gatekeeper": ["select"],
        "operator": ["select", "insert", "update: revoked_at"],
        "auditor": ["select"],
    },
    "bars": {
        "generator": ["select"],
        "feed": ["select", "insert"],
        "officer": ["select", "insert"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "directive_acknowledgements": {
        "officer": ["select", "insert"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "directive_registry": {
        "director": ["select", "insert"],
        "officer": ["select"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "discrepancies": {"officer": ["select", "insert"], "operator": ["select"], "auditor": ["select"]},
    "event_registry": {"officer": ["select", "insert"], "operator": ["select"], "auditor": ["select"]},
    "execution_events": {"officer": ["select", "insert"], "operator": ["select"], "auditor": ["select"]},
    "exposures": {
        "director": ["select"],
        "officer": ["select"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "instruments": {
        "director": ["select"],
        "officer": ["select", "insert", "update"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "journal": {"operator": ["select"], "auditor": ["select"]},
    "lifecycle": {"operator": ["select"], "auditor": ["select"]},
    "officer_instances": {
        "officer": ["select", "insert", "update"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "partitioned_months": {"archivist": ["select"], "operator": ["select"], "auditor": ["select"]},
    "risk_decisions": {"director": ["select", "insert"], "operator": ["select"], "auditor": ["select"]},
    "settings": {},
    "signal_outbox": {
        "generator": ["select", "insert"],
        "director": ["select", "update: status"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "signal_registry": {
        "generator": ["select", "insert"],
        "director": ["select"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "strategies": {
        "generator": ["select"],
        "operator": ["select", "insert", "update: symbols bar_source parameters warm_up_bars enabled"],
        "auditor": ["select"],
    },
    "subscriptions": {
        "director": ["select"],
        "operator": ["select", "insert", "update: risk_multiplier enabled"],
        "auditor": ["select"],
    },
    "trade_directives": {
        "director": ["select", "insert", "update: status"],
        "officer": ["select", "update: status"],
        "operator": ["select"],
        "auditor": ["select"],
    },
    "trading_halts": {
        "director": ["select"],
        "officer": ["select"],
        "operator": ["select", "insert"],
        "auditor": ["select"],
    },
    "unmatched_reports": {"officer": ["select", "insert"], "operator": ["select"], "auditor": ["select"]},
}

# Doors and who may use each.
DOORS = {
    "acknowledge_directives": {"officer"},
    "change_account": {"operator"},
    "decide_signal": {"director"},
    "generator_inputs": {"generator"},
    "halt_trading": {"operator"},
    "health": {"gatekeeper"},
    "issue_api_key": {"operator"},
    "open_account": {"operator"},
    "pending_signals": {"director"},
    "poll_directives": {"officer"},
    "premake_partitions": {"archivist"},
    "publish_signals": {"generator"},
    "report_executions": {"officer"},
    "resolve_api_key": {"gatekeeper"},
    "resume_trading": {"operator"},
    "revoke_api_key": {"operator"},
    "save_strategy": {"operator"},
    "store_bars": {"feed", "officer"},
    "subscribe": {"operator"},
    "sync_account": {"officer"},
}

# What the doors are made of. Triggers, and what only definer functions call, are for nobody.
HELPERS = {
    "account_context": {"director"},
    "account_id": set(ACTORS),
    "acknowledge_directive": {"officer"},
    "active_halt": {"director", "officer", "operator", "auditor"},
    "actor": set(ACTORS),
    "anomalies": {"officer"},
    "apply_event": {"officer"},
    "at": set(ACTORS),
    "begin": set(ACTORS),
    "cancel_expired": {"officer"},
    "cancel_reserved_opens": {"director"},
    "check_decisions": {"director"},
    "check_signal_times": {"generator"},
    "claim": set(ACTORS),
    "closes_twice": {"director"},
    "content_hash": set(ACTORS),
    "directive_document": {"officer"},
    "directive_uuid": {"director"},
    "event_document": {"officer"},
    "exact": set(ACTORS),
    "find_discrepancies": {"officer"},
    "fits_signal": {"director"},
    "grant_ack": {"officer"},
    "health": {"gatekeeper"},
    "holder": {"officer"},
    "identities": {"officer"},
    "is_closing": {"director"},
    "is_concerned": {"director"},
    "issue_directive": {"director"},
    "keep_unmatched": {"officer"},
    "lock_accounts": {"director"},
    "lock_positions": {"officer"},
    "move_directive": {"officer"},
    "netstrings": {"director"},
    "open_places": {"officer"},
    "overlooks_exposure": {"director"},
    "own_account": {"officer"},
    "poll_after_ms": {"officer"},
    "position_volume": {"officer"},
    "premake_partitions": {"archivist"},
    "publish_signal": {"generator"},
    "recheck_open": {"director"},
    "record_decision": {"director"},
    "record_halt": {"operator"},
    "refuse": set(ACTORS),
    "refuse_ack": {"officer"},
    "report_execution": {"officer"},
    "request_id": set(ACTORS),
    "seen": {"officer"},
    "settled_status": {"officer"},
    "signal_document": {"director", "generator"},
    "store_account_state": {"officer"},
    "store_instruments": {"officer"},
    "timeframe_interval": {"feed", "generator", "officer"},
    "utc": set(ACTORS),
}

# How many arguments a door takes where it is not two.
ARGUMENTS = {"health": 0, "resolve_api_key": 1, "change_account": 3, "decide_signal": 3}
