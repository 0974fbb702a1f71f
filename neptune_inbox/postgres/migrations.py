"""The tables of a team in PostgreSQL, as numbered SQL that is shown before it is run."""

from __future__ import annotations

SCHEMA = "neptune_inbox"
CHANNEL = "neptune_inbox"

FACTS = """\
CREATE SCHEMA neptune_inbox;
CREATE TABLE neptune_inbox.migration (
    number integer PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE neptune_inbox.store (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid());
INSERT INTO neptune_inbox.store DEFAULT VALUES;
CREATE SEQUENCE neptune_inbox.fact_position;
-- What agents did and wrote. No word of a notification: keys, times and people.
CREATE TABLE neptune_inbox.fact (
    id uuid PRIMARY KEY,
    position bigint NOT NULL,
    shared_at bigint NOT NULL,
    tenant text NOT NULL CHECK (length(tenant) <= 64),
    kind text NOT NULL CHECK (length(kind) <= 32),
    user_id text NOT NULL CHECK (length(user_id) <= 512),
    notification_id text NOT NULL CHECK (length(notification_id) <= 512),
    agent text NOT NULL CHECK (length(agent) BETWEEN 1 AND 64),
    age_ms bigint NOT NULL,
    details jsonb NOT NULL CHECK (length(details::text) <= 65536),
    role name NOT NULL DEFAULT session_user);
CREATE UNIQUE INDEX fact_position_of_tenant ON neptune_inbox.fact (tenant, position);
-- Positions grow in the order of commits, so that whoever read up to one has missed nothing before it; times are
-- this server's, less the age that the fact had when it arrived.
CREATE FUNCTION neptune_inbox.place_fact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1853190510, 1);
    NEW.position := nextval('neptune_inbox.fact_position');
    NEW.shared_at := (extract(epoch FROM clock_timestamp()) * 1000)::bigint
        - least(greatest(NEW.age_ms, 0), 2592000000);
    RETURN NEW;
END $$;
CREATE TRIGGER fact_placed BEFORE INSERT ON neptune_inbox.fact
    FOR EACH ROW EXECUTE FUNCTION neptune_inbox.place_fact();
CREATE FUNCTION neptune_inbox.announce_facts() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog AS $$
BEGIN
    PERFORM pg_notify('neptune_inbox', tenant) FROM (SELECT DISTINCT tenant FROM added) AS places;
    RETURN NULL;
END $$;
CREATE TRIGGER facts_announced AFTER INSERT ON neptune_inbox.fact
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION neptune_inbox.announce_facts();
-- Who is here, one row for each running program.
CREATE TABLE neptune_inbox.presence (
    tenant text NOT NULL CHECK (length(tenant) <= 64),
    instance text NOT NULL CHECK (length(instance) <= 64),
    agent text NOT NULL CHECK (length(agent) BETWEEN 1 AND 64),
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, instance));
CREATE FUNCTION neptune_inbox.beat(of_tenant text, of_instance text, of_agent text, is_here boolean)
    RETURNS TABLE (agent_here text, instance_here text, ago_ms bigint) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
BEGIN
    DELETE FROM neptune_inbox.presence AS p
        WHERE p.seen_at < clock_timestamp() - interval '1 day'
            OR (NOT is_here AND p.tenant = of_tenant AND p.instance = of_instance);
    IF is_here THEN
        INSERT INTO neptune_inbox.presence AS p VALUES (of_tenant, of_instance, of_agent, clock_timestamp())
            ON CONFLICT (tenant, instance) DO UPDATE SET seen_at = excluded.seen_at, agent = excluded.agent;
    END IF;
    RETURN QUERY SELECT p.agent, p.instance,
            (extract(epoch FROM clock_timestamp() - p.seen_at) * 1000)::bigint
        FROM neptune_inbox.presence AS p
        WHERE p.tenant = of_tenant AND p.seen_at > clock_timestamp() - interval '1 minute'
        ORDER BY p.agent, p.instance;
END $$;
REVOKE ALL ON FUNCTION neptune_inbox.beat(text, text, text, boolean) FROM PUBLIC;
"""

LOOKS = """\
-- What each customer's unread notifications were when the service was last asked, so that not everybody asks: their
-- number, and a digest of their ids.
CREATE TABLE neptune_inbox.look (
    tenant text NOT NULL CHECK (length(tenant) <= 64),
    user_id text NOT NULL CHECK (length(user_id) <= 512),
    instance text NOT NULL CHECK (length(instance) <= 64),
    looked_at timestamptz NOT NULL,
    unread bigint NOT NULL CHECK (unread >= 0),
    digest text NOT NULL CHECK (length(digest) <= 64),
    PRIMARY KEY (tenant, user_id));
CREATE INDEX look_by_time ON neptune_inbox.look (tenant, looked_at);
CREATE FUNCTION neptune_inbox.exchange_looks(of_tenant text, of_instance text, given jsonb, within_ms bigint)
    RETURNS TABLE (user_seen text, unread_seen bigint, digest_seen text, ago_ms bigint) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    -- In one order, so that two programs never wait for each other.
    INSERT INTO neptune_inbox.look AS l (tenant, user_id, instance, looked_at, unread, digest)
        SELECT of_tenant, g.user_id, of_instance,
            clock_timestamp() - least(greatest(g.age_ms, 0), 86400000) * interval '1 millisecond', g.unread, g.digest
        FROM jsonb_to_recordset(given) AS g (user_id text, age_ms bigint, unread bigint, digest text)
        ORDER BY g.user_id
        ON CONFLICT (tenant, user_id) DO UPDATE SET instance = excluded.instance, looked_at = excluded.looked_at,
            unread = excluded.unread, digest = excluded.digest WHERE excluded.looked_at > l.looked_at;
    RETURN QUERY SELECT l.user_id, l.unread, l.digest,
            (extract(epoch FROM clock_timestamp() - l.looked_at) * 1000)::bigint
        FROM neptune_inbox.look AS l
        WHERE l.tenant = of_tenant AND l.instance <> of_instance
            AND l.looked_at > clock_timestamp() - within_ms * interval '1 millisecond'
        ORDER BY l.looked_at;
END $$;
REVOKE ALL ON FUNCTION neptune_inbox.exchange_looks(text, text, jsonb, bigint) FROM PUBLIC;
"""

MIGRATIONS: tuple[str, ...] = (FACTS, LOOKS)
"""Each leads from one version of the schema to the next; what was released is never changed."""


def grants(role: str) -> str:
    """What the role of the agents may do, for a role's name quoted as SQL wants it: insert and read."""
    return f"""\
GRANT USAGE ON SCHEMA neptune_inbox TO {role};
GRANT SELECT ON neptune_inbox.migration, neptune_inbox.store, neptune_inbox.fact, neptune_inbox.presence TO {role};
GRANT INSERT (id, tenant, kind, user_id, notification_id, agent, age_ms, details) ON neptune_inbox.fact TO {role};
GRANT EXECUTE ON FUNCTION neptune_inbox.beat(text, text, text, boolean) TO {role};
GRANT EXECUTE ON FUNCTION neptune_inbox.exchange_looks(text, text, jsonb, bigint) TO {role};
"""


def script(version: int, role: str) -> str:
    """Everything that leads from a version of the schema (0: nothing is there) to this program's, as one text."""
    steps = [
        f"{sql}INSERT INTO neptune_inbox.migration (number) VALUES ({number});\n"
        for number, sql in enumerate(MIGRATIONS, 1)
        if number > version
    ]
    return "".join(steps) + grants(role)
