"""What keeps the trail: the database appends an entry for every act that matters, whoever does it, and refuses to change one.

The functions have their owner's rights and the serving role has none to write there. Drafts leave nothing: their
operations are their trail, and no trigger here is fired by saving. Who locks an interview does so before anything that
is trailed, so that chains never wait for one another in a circle.

A table joins by a line in `TRAILED`, or in a later migration by its own CREATE TRIGGER … EXECUTE FUNCTION trail_row(…),
and by its model's name in `interviews.trail.TRAILED`, so that `verify_trail` compares its rows with what was noted.
"""

from django.db import migrations

# Fixed, so that nobody's own objects are taken for ours, and so that moments read alike whoever looks.
AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET timezone = 'UTC'"

FUNCTIONS = """
-- Words that are sealed elsewhere, told by their digest.
CREATE FUNCTION trail_digest(words text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN words IS NULL THEN 'null'
        ELSE jsonb_build_object('sha256', encode(sha256(convert_to(words, 'UTF8')), 'hex')) END
$$;

-- A row whole, some of its columns by their digest.
CREATE FUNCTION trail_image(whole jsonb, digested text[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT whole || coalesce(jsonb_object_agg(name, trail_digest(whole ->> name)), '{}') FROM unnest(digested) AS name
$$;

-- {column: [old, new]} of the columns that differ; NULL for a row that is not there.
CREATE FUNCTION trail_difference(before jsonb, after jsonb, names text[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(before -> name, after -> name)), '{}')
    FROM unnest(names) AS name WHERE (before -> name) IS DISTINCT FROM (after -> name)
$$;

-- Who acts in this transaction, as `accounts.acting` says; NULL if nobody does.
CREATE FUNCTION trail_actor() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('evenhand.by', true), '')::bigint
$$;

-- The one place that writes. `interviews.trail.link_of` computes the same, in Python.
CREATE FUNCTION trail_append(
    in_chain text, actor bigint, happened text, in_table text, of_row bigint, differing jsonb, personal jsonb
) RETURNS void LANGUAGE plpgsql AS_OWNER AS $$
DECLARE
    head interviews_trailhead;
    entry interviews_trailentry;
    salt bytea;
BEGIN
    SELECT * INTO head FROM interviews_trailhead WHERE chain = in_chain FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO interviews_trailhead (chain, number, link) VALUES (in_chain, 0, decode(repeat('00', 32), 'hex'))
            ON CONFLICT (chain) DO NOTHING;
        SELECT * INTO head FROM interviews_trailhead WHERE chain = in_chain FOR NO KEY UPDATE;
    END IF;
    entry.chain := in_chain;
    entry.number := head.number + 1;
    entry.at := clock_timestamp();
    entry.by_id := actor;
    entry.roles := coalesce((SELECT roles FROM accounts_user WHERE id = actor), '{}');
    entry.place := '';
    IF in_chain LIKE 'interview:%' THEN
        entry.place := coalesce((
            SELECT place FROM interviews_panelist
            WHERE interview_id = split_part(in_chain, ':', 2)::bigint AND user_id = actor
        ), '');
    END IF;
    entry.what := happened;
    entry.table_name := in_table;
    entry.row_id := of_row;
    entry.changed := differing;
    IF personal <> '{}' THEN
        salt := uuid_send(gen_random_uuid());
        entry.payload_digest := sha256(salt || convert_to(personal::text, 'UTF8'));
    END IF;
    entry.link := sha256(
        head.link
        || convert_to(array_to_string(ARRAY[
            entry.chain, entry.number::text, to_char(entry.at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.by_id::text,
            array_to_string(entry.roles, ','), entry.place, entry.what, entry.table_name, entry.row_id::text,
            entry.changed::text
        ], E'\\n', ''), 'UTF8')
        || coalesce(entry.payload_digest, '')
    );
    INSERT INTO interviews_trailentry
        (chain, number, at, by_id, roles, place, what, table_name, row_id, changed, payload_digest, link)
    VALUES (entry.chain, entry.number, entry.at, entry.by_id, entry.roles, entry.place, entry.what, entry.table_name,
        entry.row_id, entry.changed, entry.payload_digest, entry.link)
    RETURNING id INTO entry.id;
    IF entry.payload_digest IS NOT NULL THEN
        INSERT INTO interviews_trailpayload (entry_id, salt, payload) VALUES (entry.id, salt, personal);
    END IF;
    UPDATE interviews_trailhead SET number = entry.number, link = entry.link WHERE id = head.id;
END
$$;

-- One row of a table in the chain of what `key` of it names. `plain` columns hold nothing personal, `kept` ones are personal,
-- of `digested` ones the row itself has the words.
CREATE FUNCTION trail_note(
    happened text, in_table text, before jsonb, after jsonb,
    kind text, key text, by_column text, plain text[], kept text[], digested text[]
) RETURNS void LANGUAGE plpgsql AS_OWNER AS $$
DECLARE
    standing jsonb := coalesce(after, before);
    of_object bigint := standing ->> key;
    actor bigint;
    personal jsonb;
BEGIN
    IF key = 'response_id' THEN
        SELECT scorecard.interview_id INTO of_object
        FROM interviews_response AS response
        JOIN interviews_scorecard AS scorecard ON scorecard.id = response.scorecard_id
        WHERE response.id = of_object;
    END IF;
    IF happened <> 'found' THEN
        actor := trail_actor();
    END IF;
    IF happened = 'added' THEN
        actor := coalesce((standing ->> by_column)::bigint, actor);
    END IF;
    personal := trail_difference(before, after, kept) || trail_difference(
        trail_image(before, digested), trail_image(after, digested), digested);
    PERFORM trail_append(
        kind || ':' || of_object, actor, happened, in_table, (standing ->> 'id')::bigint,
        trail_difference(before, after, plain),
        CASE WHEN personal <> '{}' THEN jsonb_build_object('changed', personal) END
    );
END
$$;

CREATE FUNCTION trail_row() RETURNS trigger LANGUAGE plpgsql AS_OWNER AS $$
BEGIN
    PERFORM trail_note(
        CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END, TG_TABLE_NAME,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END,
        TG_ARGV[0], TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]::text[], TG_ARGV[4]::text[], TG_ARGV[5]::text[]
    );
    RETURN NULL;
END
$$;

-- A submitted scorecard with all its responses, as they are sealed.
CREATE FUNCTION trail_scorecard(sealed interviews_scorecard, happened text) RETURNS void LANGUAGE sql AS_OWNER AS $$
    SELECT trail_append(
        'interview:' || sealed.interview_id, CASE happened WHEN 'found' THEN NULL ELSE sealed.author_id END, happened,
        'interviews_scorecard', sealed.id,
        trail_difference(NULL, to_jsonb(sealed), '{author_id, submitted_at}'),
        jsonb_build_object('rows', jsonb_build_object(
            'interviews_scorecard',
            jsonb_build_object(sealed.id, trail_image(to_jsonb(sealed), '{summary, heads}')),
            'interviews_response',
            (
                SELECT coalesce(jsonb_object_agg(response.id, trail_image(
                    to_jsonb(response), '{notes, notes_at_finish, notes_begun, heads}')), '{}')
                FROM interviews_response AS response WHERE response.scorecard_id = sealed.id
            )
        ))
    )
$$;

CREATE FUNCTION trail_submitted() RETURNS trigger LANGUAGE plpgsql AS_OWNER AS $$
BEGIN
    PERFORM trail_scorecard(NEW, 'submitted');
    RETURN NULL;
END
$$;

-- The items of one version, these of them.
CREATE FUNCTION trail_items(of_version bigint, items jsonb) RETURNS void LANGUAGE sql AS_OWNER AS $$
    SELECT trail_append(
        'plan:' || plan_id, coalesce(trail_actor(), published_by_id), 'published', 'interviews_planversion', id,
        jsonb_build_object('items', jsonb_build_array(NULL, (SELECT count(*) FROM jsonb_object_keys(items)))),
        jsonb_build_object('rows', jsonb_build_object('interviews_versionitem', items))
    )
    FROM interviews_planversion WHERE id = of_version
$$;

CREATE FUNCTION trail_published() RETURNS trigger LANGUAGE plpgsql AS_OWNER AS $$
BEGIN
    PERFORM trail_items(version_id, jsonb_object_agg(id, trail_image(to_jsonb(added), '{title, note, content}')))
    FROM added GROUP BY version_id ORDER BY version_id;
    RETURN NULL;
END
$$;

-- For the owner: what of these entries is personal is gone for good, which itself is noted. Returns how many there were.
CREATE FUNCTION trail_erase(entries bigint[], actor bigint) RETURNS bigint LANGUAGE plpgsql AS_OWNER AS $$
DECLARE
    erased interviews_trailentry;
    counted bigint := 0;
BEGIN
    FOR erased IN SELECT * FROM interviews_trailentry WHERE id = ANY (entries) ORDER BY chain, number LOOP
        UPDATE interviews_trailpayload SET salt = NULL, payload = NULL WHERE entry_id = erased.id AND salt IS NOT NULL;
        CONTINUE WHEN NOT FOUND;
        counted := counted + 1;
        PERFORM trail_append(erased.chain, actor, 'erased', 'interviews_trailentry', erased.id,
            jsonb_build_object('payload', jsonb_build_array(erased.number, NULL)), NULL);
    END LOOP;
    RETURN counted;
END
$$;
""".replace("AS_OWNER", AS_OWNER)
SIGNATURES = [
    "trail_erase(bigint[], bigint)",
    "trail_published()",
    "trail_items(bigint, jsonb)",
    "trail_submitted()",
    "trail_scorecard(interviews_scorecard, text)",
    "trail_row()",
    "trail_note(text, text, jsonb, jsonb, text, text, text, text[], text[], text[])",
    "trail_append(text, bigint, text, text, bigint, jsonb, jsonb)",
    "trail_actor()",
    "trail_difference(jsonb, jsonb, text[])",
    "trail_image(jsonb, text[])",
    "trail_digest(text)",
]
NO_FUNCTIONS = "".join(f"DROP FUNCTION {signature};\n" for signature in SIGNATURES)
# Whoever may call one could write what never happened.
FOR_THE_OWNER = "".join(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC;\n" for signature in SIGNATURES)

# Table: chain, the column that names its object, the column that says who added the row ("" if none does);
# then the columns: plain, personal and kept, personal and digested. With "for good", rows are only ever added.
TRAILED = {
    "interviews_interview": (
        ("interview", "id", "created_by_id"),
        "candidate_id opening_id plan_id version_id state scheduled_at started_at finished_at completed_at",
        "setting location extra_time breaks language",
        "",
    ),
    "interviews_panelist": (
        ("interview", "interview_id", ""),
        "interview_id user_id place excused_at excused_by_id",
        "",
        "excused_reason",
    ),
    "interviews_historyentry": (
        ("interview", "interview_id", "by_id"),
        "interview_id what by_id at",
        "",
        "detail",
        "for good",
    ),
    "interviews_unplannedquestion": (
        ("interview", "interview_id", "added_by_id"),
        "interview_id stage question_id replaces_id added_by_id added_at op",
        "",
        "title content reason",
        "for good",
    ),
    "interviews_planversion": (
        ("plan", "plan_id", "published_by_id"),
        "plan_id number length published_by_id published_at",
        "",
        "title tips",
        "for good",
    ),
    "interviews_amendment": (
        ("interview", "response_id", "author_id"),
        "response_id scorecard_id number author_id at",
        "outcome rating covered_by points parts follow_ups weighted_ratings rated_weight planned_weight",
        "notes reason",
        "for good",
    ),
    "interviews_agreedrating": (
        ("interview", "interview_id", "by_id"),
        "interview_id item_id by_id at",
        "rating",
        "reason",
        "for good",
    ),
    "interviews_decision": (
        ("interview", "interview_id", "by_id"),
        "interview_id outcome by_id at",
        "",
        "reason against_score",
        "for good",
    ),
    "interviews_opening": (("opening", "id", ""), "hiring_manager_id archived_at", "title", "description"),
    "accounts_user": (("person", "id", ""), "roles is_active sessions_ended", "email name", ""),
    "accounts_invitation": (
        ("invitation", "id", "invited_by_id"),
        "roles invited_by_id expires_at accepted_at withdrawn_at",
        "email",
        "",
    ),
}


def arguments(chain, *columns):
    arrays = ["{" + ",".join(names.split()) + "}" for names in columns]
    return ", ".join(f"'{argument}'" for argument in [*chain, *arrays])


def triggers(table, chain, plain, kept, digested, for_good=""):
    names = f"{plain} {kept} {digested}".split()
    old, new = (", ".join(f"{side}.{name}" for name in names) for side in ("OLD", "NEW"))
    note = f"EXECUTE FUNCTION trail_row({arguments(chain, plain, kept, digested)});\n"
    added = f"CREATE TRIGGER trail_added AFTER INSERT ON {table} FOR EACH ROW {note}"
    if for_good:
        return added
    changed = f"CREATE TRIGGER trail_changed AFTER UPDATE OF {', '.join(names)} ON {table} FOR EACH ROW "
    changed += f"WHEN (({old}) IS DISTINCT FROM ({new})) {note}"
    return added + changed + f"CREATE TRIGGER trail_removed AFTER DELETE ON {table} FOR EACH ROW {note}"


def no_triggers(table, chain, plain, kept, digested, for_good=""):
    names = ["added"] if for_good else ["added", "changed", "removed"]
    return "".join(f"DROP TRIGGER trail_{name} ON {table};\n" for name in names)


TRIGGERS = """
-- A scorecard that is a draft fires neither.
CREATE TRIGGER trail_submitted AFTER UPDATE OF submitted_at ON interviews_scorecard FOR EACH ROW
    WHEN (OLD.submitted_at IS NULL AND NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION trail_submitted();
CREATE TRIGGER trail_inserted_submitted AFTER INSERT ON interviews_scorecard FOR EACH ROW
    WHEN (NEW.submitted_at IS NOT NULL) EXECUTE FUNCTION trail_submitted();
CREATE TRIGGER trail_published AFTER INSERT ON interviews_versionitem REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION trail_published();

CREATE TRIGGER refuse_trail_change BEFORE UPDATE OR DELETE ON interviews_trailentry
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse('The trail is only ever added to.');
CREATE TRIGGER refuse_payload_change BEFORE UPDATE ON interviews_trailpayload
    FOR EACH ROW WHEN (NEW.entry_id <> OLD.entry_id OR NEW.payload IS NOT NULL)
    EXECUTE FUNCTION interviews_refuse('What the trail holds can be erased and not changed.');
CREATE TRIGGER refuse_payload_removal BEFORE DELETE ON interviews_trailpayload
    FOR EACH ROW EXECUTE FUNCTION interviews_refuse('What the trail holds can be erased and not removed.');
"""
NO_TRIGGERS = """
DROP TRIGGER refuse_payload_removal ON interviews_trailpayload;
DROP TRIGGER refuse_payload_change ON interviews_trailpayload;
DROP TRIGGER refuse_trail_change ON interviews_trailentry;
DROP TRIGGER trail_published ON interviews_versionitem;
DROP TRIGGER trail_inserted_submitted ON interviews_scorecard;
DROP TRIGGER trail_submitted ON interviews_scorecard;
"""


class Migration(migrations.Migration):
    dependencies = [("interviews", "0019_trail"), ("accounts", "0006_reminders")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(FOR_THE_OWNER, migrations.RunSQL.noop),
        *[
            migrations.RunSQL(triggers(table, *columns), no_triggers(table, *columns))
            for table, columns in TRAILED.items()
        ],
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
