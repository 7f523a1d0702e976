"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "advisories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advisories")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_advisories_source_number")),
    )
    op.create_index(op.f("ix_advisories_source_id"), "advisories", ["source", "id"], unique=False)
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit")),
    )
    op.create_table(
        "bodies",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_bodies")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("considered_revision", sa.Integer(), nullable=False),
        sa.Column("considered_snapshot", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["cases.id"], name=op.f("fk_cases_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_table(
        "components",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_version", sa.String(), nullable=False),
        sa.Column("arch", sa.String(), nullable=False),
        sa.Column("distro", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("known_as", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_components")),
        sa.UniqueConstraint("digest", name=op.f("uq_components_digest")),
    )
    op.create_index(op.f("ix_components_known_as_scheme"), "components", ["known_as", "scheme"], unique=False)
    op.create_index(op.f("ix_components_source_scheme"), "components", ["source", "scheme"], unique=False)
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    op.create_index(op.f("ix_suppressions_ended_until"), "suppressions", ["ended", "until"], unique=False)
    op.create_table(
        "host_pulls",
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("group", "name", name=op.f("pk_host_pulls")),
    )
    for name, owner in (("contacts", "customer"), ("assignments", "server")):
        op.create_table(
            name,
            sa.Column("id", sa.String(), nullable=False),
            sa.Column(owner, sa.String(), nullable=False),
            sa.Column("content", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_{owner}"), name, [owner], unique=False)
    op.create_table(
        "spans",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "key", "since", name=op.f("pk_spans")),
    )
    op.create_index(op.f("ix_spans_kind_value"), "spans", ["kind", "value"], unique=False)
    op.create_table(
        "host_files",
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("server", "scheme", name=op.f("pk_host_files")),
    )
    op.create_index(op.f("ix_host_files_digest"), "host_files", ["digest"], unique=False)
    op.create_table(
        "component_sets",
        sa.Column("component", sa.Integer(), nullable=False),
        sa.Column("bases", sa.LargeBinary(), nullable=False),
        sa.Column("holders", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["component"], ["components.id"], name=op.f("fk_component_sets_component")),
        sa.PrimaryKeyConstraint("component", name=op.f("pk_component_sets")),
    )
    op.create_table(
        "owners",
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("span", name=op.f("pk_owners")),
    )
    op.create_table(
        "backfills",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "since", "url", name=op.f("pk_backfills")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("digests", sa.Text(), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("post", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_case"), "drafts", ["case"], unique=False)
    op.create_index(op.f("ix_drafts_state"), "drafts", ["state"], unique=False)
    op.create_table(
        "instance",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_instance")),
    )
    op.create_table(
        "package_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("schemes", sa.String(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("sketch", sa.LargeBinary(), nullable=True),
        sa.Column("delta", sa.LargeBinary(), nullable=False),
        sa.Column("derived", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_sets")),
        sa.UniqueConstraint("digest", name=op.f("uq_package_sets_digest")),
    )
    op.create_index(op.f("ix_package_sets_sketch"), "package_sets", ["sketch"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("servers", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("listing_sha256", sa.String(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("last_full", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_change", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_error_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("parsed_ok", sa.Boolean(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.Column("usual", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("steady", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("unlinked", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("excused", sa.Text(), nullable=False),
        sa.Column("elsewhere", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Text(), nullable=False),
        sa.Column("catch_ups", sa.Integer(), nullable=False),
        sa.Column("caught_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "health",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_health")),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_sent_at"), "alarms", ["sent_at"], unique=False)
    op.create_table(
        "calls",
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("matter", name=op.f("pk_calls")),
    )
    op.create_table(
        "advisory_names",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisories.id"], name=op.f("fk_advisory_names_advisory")),
        sa.PrimaryKeyConstraint("name", "advisory", name=op.f("pk_advisory_names")),
    )
    op.create_index(op.f("ix_advisory_names_advisory"), "advisory_names", ["advisory"], unique=False)
    op.create_table(
        "case_advisories",
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisories.id"], name=op.f("fk_case_advisories_advisory")),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("fk_case_advisories_case")),
        sa.PrimaryKeyConstraint("advisory", name=op.f("pk_case_advisories")),
    )
    op.create_index(op.f("ix_case_advisories_case"), "case_advisories", ["case"], unique=False)
    op.create_table(
        "case_apart",
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["left"], ["advisories.id"], name=op.f("fk_case_apart_left")),
        sa.ForeignKeyConstraint(["right"], ["advisories.id"], name=op.f("fk_case_apart_right")),
        sa.PrimaryKeyConstraint("left", "right", name=op.f("pk_case_apart")),
    )
    op.create_index(op.f("ix_case_apart_right"), "case_apart", ["right"], unique=False)
    op.create_table(
        "flapping",
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisories.id"], name=op.f("fk_flapping_advisory")),
        sa.ForeignKeyConstraint(["document"], ["bodies.sha256"], name=op.f("fk_flapping_document")),
        sa.PrimaryKeyConstraint("advisory", name=op.f("pk_flapping")),
    )
    op.create_index(op.f("ix_flapping_seen_at"), "flapping", ["seen_at"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["customer"], ["customers.id"], name=op.f("fk_contracts_customer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
    )
    op.create_index(op.f("ix_contracts_customer"), "contracts", ["customer"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_decisions_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_draft"), "decisions", ["draft"], unique=False)
    op.create_table(
        "fetches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("charset", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["bodies.sha256"], name=op.f("fk_fetches_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetches")),
    )
    op.create_index(op.f("ix_fetches_sha256"), "fetches", ["sha256"], unique=False)
    op.create_index(op.f("ix_fetches_source_url"), "fetches", ["source", "url"], unique=False)
    op.create_table(
        "frozen_mails",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("withheld", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_frozen_mails_draft")),
        sa.PrimaryKeyConstraint("draft", "customer", name=op.f("pk_frozen_mails")),
    )
    op.create_table(
        "frozen_pages",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_frozen_pages_draft")),
        sa.PrimaryKeyConstraint("draft", "brand", name=op.f("pk_frozen_pages")),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("closed", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["bodies.sha256"], name=op.f("fk_held_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held")),
        sa.UniqueConstraint("source", "number", "digest", name=op.f("uq_held_source_number_digest")),
    )
    op.create_table(
        "host_sets",
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("set", sa.Integer(), nullable=False),
        sa.Column("distro", sa.String(), nullable=False),
        sa.Column("kernel", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set"], ["package_sets.id"], name=op.f("fk_host_sets_set")),
        sa.PrimaryKeyConstraint("server", name=op.f("pk_host_sets")),
    )
    op.create_index(op.f("ix_host_sets_set"), "host_sets", ["set"], unique=False)
    op.create_index(op.f("ix_host_sets_taken_at"), "host_sets", ["taken_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_outbox_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_customer"), "outbox", ["customer"], unique=False)
    op.create_index(op.f("ix_outbox_draft"), "outbox", ["draft"], unique=False)
    op.create_index(op.f("ix_outbox_state_next_try_at"), "outbox", ["state", "next_try_at"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["bodies.sha256"], name=op.f("fk_arrivals_sha256")),
        sa.PrimaryKeyConstraint("source", "place", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_source_sha256"), "arrivals", ["source", "sha256"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("raw_sha256", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("listing", sa.Boolean(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("closed", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["bodies.sha256"], name=op.f("fk_quarantine_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("source", "place", "raw_sha256", name=op.f("uq_quarantine_source_place_raw_sha256")),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisories.id"], name=op.f("fk_revisions_advisory")),
        sa.ForeignKeyConstraint(["document"], ["bodies.sha256"], name=op.f("fk_revisions_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("advisory", "sequence", name=op.f("uq_revisions_advisory_sequence")),
    )
    op.create_index(op.f("ix_revisions_seen_at"), "revisions", ["seen_at"], unique=False)
    op.create_table(
        "contents",
        sa.Column("outgoing", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing"], ["outbox.id"], name=op.f("fk_contents_outgoing")),
        sa.PrimaryKeyConstraint("outgoing", name=op.f("pk_contents")),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outgoing", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing"], ["outbox.id"], name=op.f("fk_receipts_outgoing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_outgoing"), "receipts", ["outgoing"], unique=False)
    op.create_table(
        "releases",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=True),
        sa.Column("halted", sa.Text(), nullable=False),
        sa.Column("fit_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_releases_draft")),
        sa.PrimaryKeyConstraint("draft", name=op.f("pk_releases")),
    )
    op.create_table(
        "suppressed_addresses",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_suppressed_addresses")),
    )
    op.create_table(
        "bounces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outgoing", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["bodies.sha256"], name=op.f("fk_bounces_sha256")),
        sa.ForeignKeyConstraint(["outgoing"], ["outbox.id"], name=op.f("fk_bounces_outgoing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounces")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bounces_sha256")),
    )
    op.create_index(op.f("ix_bounces_outgoing"), "bounces", ["outgoing"], unique=False)
    op.create_index(op.f("ix_bounces_address_at"), "bounces", ["address", "at"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(op.f("ix_tasks_kind_subject"), "tasks", ["kind", "subject"], unique=False)
    op.create_table(
        "relays",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_relays")),
    )
    op.create_table(
        "paces",
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_paces")),
    )
    op.create_table(
        "servers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contract"], ["contracts.id"], name=op.f("fk_servers_contract")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_servers")),
    )
    op.create_index(op.f("ix_servers_contract"), "servers", ["contract"], unique=False)
    op.create_table(
        "blocklists",
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("zone", name=op.f("pk_blocklists")),
    )
    op.create_table(
        "blocked",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lists", sa.Text(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_blocked")),
    )
    op.create_table(
        "distro_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distro_files")),
    )
    op.create_index(op.f("ix_distro_files_issuer_name"), "distro_files", ["issuer", "name"], unique=False)
    op.create_table(
        "distro_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("distro", sa.String(), nullable=False),
        sa.Column("package", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("suite", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distro_places")),
        sa.UniqueConstraint("key", name=op.f("uq_distro_places_key")),
    )
    op.create_index(op.f("ix_distro_places_distro_package"), "distro_places", ["distro", "package"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cve", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("fixed_version", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("issued", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["file"], ["distro_files.id"], name=op.f("fk_statements_file")),
        sa.ForeignKeyConstraint(["place"], ["distro_places.id"], name=op.f("fk_statements_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_file"), "statements", ["file"], unique=False)
    op.create_index(op.f("ix_statements_place"), "statements", ["place"], unique=False)
    op.create_index(op.f("ix_statements_cve_place"), "statements", ["cve", "place"], unique=False)
    op.create_table(
        "distro_quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file"], ["distro_files.id"], name=op.f("fk_distro_quarantine_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distro_quarantine")),
    )
    op.create_index(op.f("ix_distro_quarantine_file"), "distro_quarantine", ["file"], unique=False)
    op.create_table(
        "digest_items",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.Integer(), nullable=True),
        sa.Column("why_left", sa.String(), nullable=False),
        sa.Column("left_by", sa.String(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_digest_items_draft")),
        sa.ForeignKeyConstraint(["digest"], ["drafts.id"], name=op.f("fk_digest_items_digest")),
        sa.PrimaryKeyConstraint("draft", name=op.f("pk_digest_items")),
    )
    op.create_index(op.f("ix_digest_items_digest"), "digest_items", ["digest"], unique=False)
    op.create_table(
        "digest_mails",
        sa.Column("digest", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["drafts.id"], name=op.f("fk_digest_mails_digest")),
        sa.ForeignKeyConstraint(["draft"], ["drafts.id"], name=op.f("fk_digest_mails_draft")),
        sa.PrimaryKeyConstraint("digest", "recipient", "draft", name=op.f("pk_digest_mails")),
    )
    op.create_index(op.f("ix_digest_mails_number"), "digest_mails", ["number"], unique=False)
