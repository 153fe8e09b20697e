r"""What keeps search: a text search configuration per language, and statement-level triggers that write documents.

The characters \x01 to \x06 are private: they stand in prepared text and in highlights, and are taken out of what
people write. See `questionbank.searching`, which knows them too.
"""

from django.db import migrations

# ISO 639-1, and PostgreSQL's own name. One that a server does not ship falls back to evenhand_simple.
LANGUAGES = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def add_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config")
        shipped = {name for (name,) in cursor.fetchall()}
        for code, name in [("simple", "simple"), *LANGUAGES.items()]:
            if name not in shipped:
                continue
            stemmer = "simple" if name == "simple" else f"{name}_stem"
            cursor.execute(f"CREATE TEXT SEARCH CONFIGURATION evenhand_{code} (COPY = {name})")
            cursor.execute(
                f"ALTER TEXT SEARCH CONFIGURATION evenhand_{code} "
                f"ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {stemmer}"
            )


def drop_configurations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for code in ["simple", *LANGUAGES]:
            cursor.execute(f"DROP TEXT SEARCH CONFIGURATION IF EXISTS evenhand_{code}")


FUNCTIONS = r"""
-- The text as the parser is to read it. Its own idea of a word loses HTML tags and takes a/b for a file's path, so
-- < > / are replaced, one character for one; scripts without spaces are read character by character.
CREATE FUNCTION bank_readable(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        translate(written, '<>/' || E'\x01\x02\x03\x04\x05\x06\x07', E'\x03\x04\x05'),
        '([\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff])',
        E'\x06\\1\x06', 'g')
$$;

CREATE FUNCTION bank_config(language text) RETURNS regconfig LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        (SELECT oid FROM pg_ts_config
         WHERE cfgname = 'evenhand_' || lower(split_part(replace(language, '_', '-'), '-', 1))
           AND pg_ts_config_is_visible(oid)),
        'evenhand_simple'::regconfig)::regconfig
$$;

-- Words as their language has them, and as written: what is typed so far of a word need not begin its stem. The bar
-- between keeps a phrase from running out of the one into the other.
CREATE FUNCTION bank_lexemes(config regconfig, readable text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector(config, readable) || '|:1'::tsvector
        || to_tsvector('evenhand_simple', readable) || '|:1'::tsvector
$$;

-- What must stand in a document: `head` in any language that a set has, and `last`, a word still being typed.
CREATE FUNCTION bank_query(head text, last text) RETURNS tsquery LANGUAGE sql STABLE AS $$
    -- Materialised, or the planner would read the words once per set instead of once per language.
    WITH configs AS MATERIALIZED (
        SELECT DISTINCT bank_config(language) AS config
        FROM (SELECT DISTINCT language FROM questionbank_questionset) AS languages
    ), begun AS MATERIALIZED (
        SELECT CASE WHEN whole = '' THEN whole::tsquery ELSE (whole || ':*')::tsquery END AS beginning
        FROM (SELECT phraseto_tsquery('evenhand_simple', bank_readable(last))::text AS whole) AS typed
    ), queries AS MATERIALIZED (
        SELECT DISTINCT (
            websearch_to_tsquery(config, bank_readable(head))
            && (websearch_to_tsquery(config, bank_readable(last)) || beginning)
        )::text AS query
        FROM configs, begun
    )
    SELECT string_agg('(' || query || ')', ' | ')::tsquery FROM queries WHERE query <> ''
$$;

-- Writes the documents of these questions, and the words that are new. Locks first and reads in a later statement,
-- so that of two transactions the second sees what the first wrote.
CREATE FUNCTION bank_index(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NULL THEN RETURN; END IF;
    PERFORM FROM questionbank_questionsearch WHERE question_id = ANY (ids) ORDER BY question_id FOR UPDATE;
    WITH written AS (
        INSERT INTO questionbank_questionsearch AS search (question_id, config, document)
        SELECT id, config,
            setweight(bank_lexemes(config, name) || bank_lexemes(config, asked), 'A')
            || setweight(bank_lexemes(config, about), 'B')
            || setweight(to_tsvector(config, guidance), 'C')
            || setweight(to_tsvector(config, answered), 'D')
        FROM (
            SELECT question.id, bank_config(question_set.language) AS config,
                bank_readable(question.short_name) AS name,
                bank_readable(question.text) AS asked,
                bank_readable(concat_ws(' / ', question.topic, competency.name, question_set.title)) AS about,
                bank_readable(concat_ws(' / ', question.when_to_ask, question.why_ask, question.how_to_ask))
                    AS guidance,
                bank_readable(left(concat_ws(' / ', answers.texts, points.texts, follow_ups.texts), 100000)) AS answered
            FROM questionbank_question AS question
            JOIN questionbank_questionset AS question_set ON question_set.id = question.question_set_id
            LEFT JOIN questionbank_competency AS competency ON competency.id = question.competency_id
            LEFT JOIN LATERAL (SELECT string_agg(text, ' / ' ORDER BY position, id) AS texts
                FROM questionbank_referenceanswer WHERE question_id = question.id) AS answers ON true
            LEFT JOIN LATERAL (SELECT string_agg(text, ' / ' ORDER BY position, id) AS texts
                FROM questionbank_point WHERE question_id = question.id) AS points ON true
            LEFT JOIN LATERAL (SELECT string_agg(text, ' / ' ORDER BY position, id) AS texts
                FROM questionbank_followup WHERE question_id = question.id) AS follow_ups ON true
            WHERE question.id = ANY (ids)
            ORDER BY question.id
        ) AS content
        ON CONFLICT (question_id) DO UPDATE SET config = excluded.config, document = excluded.document
            WHERE (search.config, search.document) IS DISTINCT FROM (excluded.config, excluded.document)
        RETURNING document
    )
    INSERT INTO questionbank_searchword (word)
    SELECT word FROM (SELECT DISTINCT unnest(tsvector_to_array(document)) AS word FROM written) AS fresh
    WHERE length(word) BETWEEN 4 AND 40 AND word !~ '[^[:alpha:]]'
        AND NOT EXISTS (SELECT FROM questionbank_searchword AS known WHERE known.word = fresh.word);
END
$$;

CREATE FUNCTION bank_question_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM bank_index((SELECT array_agg(id) FROM after));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM bank_index((SELECT array_agg(after.id) FROM after JOIN before ON before.id = after.id
            WHERE (after.short_name, after.text, after.topic, after.when_to_ask, after.why_ask, after.how_to_ask,
                   after.competency_id, after.question_set_id)
            IS DISTINCT FROM (before.short_name, before.text, before.topic, before.when_to_ask, before.why_ask,
                   before.how_to_ask, before.competency_id, before.question_set_id)));
    ELSE
        DELETE FROM questionbank_questionsearch WHERE question_id IN (SELECT id FROM before);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION bank_detail_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM bank_index((SELECT array_agg(DISTINCT question_id) FROM after));
    ELSIF TG_OP = 'UPDATE' THEN
        PERFORM bank_index((SELECT array_agg(DISTINCT question_id)
            FROM (SELECT question_id, text FROM after EXCEPT SELECT question_id, text FROM before) AS changed));
    ELSE
        PERFORM bank_index((SELECT array_agg(DISTINCT question_id) FROM before));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION bank_set_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bank_index((SELECT array_agg(question.id) FROM questionbank_question AS question
        JOIN after ON after.id = question.question_set_id JOIN before ON before.id = after.id
        WHERE (after.title, after.language) IS DISTINCT FROM (before.title, before.language)));
    RETURN NULL;
END
$$;

CREATE FUNCTION bank_competency_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bank_index((SELECT array_agg(question.id) FROM questionbank_question AS question
        JOIN after ON after.id = question.competency_id JOIN before ON before.id = after.id
        WHERE after.name <> before.name));
    RETURN NULL;
END
$$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION bank_competency_changed();
DROP FUNCTION bank_set_changed();
DROP FUNCTION bank_detail_changed();
DROP FUNCTION bank_question_changed();
DROP FUNCTION bank_index(bigint[]);
DROP FUNCTION bank_query(text, text);
DROP FUNCTION bank_lexemes(regconfig, text);
DROP FUNCTION bank_config(text);
DROP FUNCTION bank_readable(text);
"""

TABLES = {"inserted": "REFERENCING NEW TABLE AS after", "deleted": "REFERENCING OLD TABLE AS before"}
TABLES["updated"] = "REFERENCING OLD TABLE AS before NEW TABLE AS after"
EVENTS = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}
WATCHED = [
    *[("question", "bank_question_changed", event) for event in EVENTS],
    *[(table, "bank_detail_changed", event) for table in ("referenceanswer", "point", "followup") for event in EVENTS],
    ("questionset", "bank_set_changed", "updated"),
    ("competency", "bank_competency_changed", "updated"),
]
TRIGGERS = [
    (
        f"CREATE TRIGGER search_{event} AFTER {EVENTS[event]} ON questionbank_{table} "
        f"{TABLES[event]} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER search_{event} ON questionbank_{table}",
    )
    for table, function, event in WATCHED
]


class Migration(migrations.Migration):
    dependencies = [("questionbank", "0003_search_words")]
    operations = [
        migrations.RunPython(add_configurations, drop_configurations),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[migrations.RunSQL(create, drop) for create, drop in TRIGGERS],
        migrations.RunSQL(
            "SELECT bank_index((SELECT array_agg(id) FROM questionbank_question))", migrations.RunSQL.noop
        ),
    ]
