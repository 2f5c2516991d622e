"""What an evaluation writes once the signs are known: a fixed number of statements, whatever the number of signs."""

#: Evaluations wait for each other; an import does not wait for one.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('early_warnings.evaluate'))"
TAKE_TURN_IF_FREE = TAKE_TURN.replace("pg_advisory", "pg_try_advisory")

#: What the facts can tell on the day: how many rows each month has.
KNOWN = """
    SELECT month, count(*) FROM accounts_monthlyfact WHERE month BETWEEN %(oldest)s AND %(running)s GROUP BY month
"""

#: Whether a row of facts has come or gone, one of the running month has changed, or nobody can tell.
MOVED = "SELECT 1 FROM early_noted WHERE month IS NULL OR month >= %(running)s OR moved LIMIT 1"

#: Whether anything of the running month is there.
BEGUN = "SELECT 1 FROM accounts_monthlyfact WHERE month = %(running)s LIMIT 1"

#: The latest order of the running month.
NEWEST = "SELECT max(last_order_on) FROM accounts_monthlyfact WHERE month = %(running)s"

#: What open reports wait for: what their signs, and the effects of their measures, come to now.
WAITED_FOR = """
    CREATE TEMP TABLE early_known ON COMMIT DROP AS
    SELECT w.customer_id, s.indicator_id
    FROM warnings_earlywarning w JOIN warnings_sign s ON s.warning_id = w.id WHERE w.state <> 'closed' {among}
    UNION
    SELECT w.customer_id, m.indicator_id
    FROM warnings_earlywarning w JOIN warnings_measure m ON m.warning_id = w.id
    WHERE w.state <> 'closed' AND m.measured_on IS NULL AND m.indicator_id IS NOT NULL {among}
"""
NOTHING_WAITED_FOR = "CREATE TEMP TABLE early_known (customer_id bigint, indicator_id bigint) ON COMMIT DROP"
#: The open reports of few customers, each looked up, whatever the planner thinks of it.
OPEN_OF_FEW = """
    CREATE TEMP TABLE early_open ON COMMIT DROP AS
    SELECT o.id FROM {few} f CROSS JOIN LATERAL (
        SELECT w.id FROM warnings_earlywarning w WHERE w.customer_id = f.id AND w.state <> 'closed' OFFSET '0') o
"""
#: For what is asked of reports: only these.
OF_FEW = "AND w.id IN (SELECT id FROM early_open)"

#: The most exact line of each kind of customer that has candidates (WRN-1): the nearest unit, then importance, tier,
#: class. It is looked up once for all customers of a unit that are classed alike.
LINES = """
    CREATE TEMP TABLE early_line ON COMMIT DROP AS
    SELECT x.*, line.breach, line.near, i.falling
    FROM (SELECT DISTINCT indicator_id, unit_id, importance, tier, service_class FROM early_candidate) x
    JOIN warnings_indicator i ON i.id = x.indicator_id
    JOIN accounts_orgunit u ON u.id = x.unit_id
    CROSS JOIN LATERAL (
        SELECT t.breach, t.near FROM warnings_threshold t LEFT JOIN accounts_orgunit tu ON tu.id = t.unit_id
        WHERE t.indicator_id = x.indicator_id
            AND (t.importance = '' OR t.importance = x.importance)
            AND (t.tier IS NULL OR t.tier = x.tier)
            AND (t.service_class IS NULL OR t.service_class = x.service_class)
            AND (tu.id IS NULL OR starts_with(u.path, tu.path))
        ORDER BY coalesce(length(tu.path) - length(replace(tu.path, '/', '')), 0) DESC,
            t.importance <> '' DESC, t.tier IS NOT NULL DESC, t.service_class IS NOT NULL DESC
        LIMIT 1) line
"""

#: Every customer × indicator over its line; of what open reports wait for also what is within it (no level).
VALUES = """
    CREATE TEMP TABLE early_value ON COMMIT DROP AS
    SELECT x.customer_id, x.unit_id, x.importance, x.tier, x.indicator_id, x.value, x.recent, x.base, x.market,
        CASE WHEN breached THEN 'breach' WHEN crossed THEN 'near' END AS level,
        CASE WHEN breached THEN line.breach ELSE line.near END AS line, line.breach
    FROM early_candidate x
    JOIN early_line line USING (indicator_id, unit_id, importance, tier, service_class)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN line.falling THEN x.value <= line.breach ELSE x.value >= line.breach END AS breached,
            CASE WHEN line.falling THEN x.value <= line.near ELSE x.value >= line.near END AS crossed) crossing
    WHERE breached OR crossed
        OR (x.customer_id, x.indicator_id) IN (SELECT customer_id, indicator_id FROM early_known)
"""

#: While a closed report is quiet its signs raise no new one, unless one of them is new or worse (WRN-3).
FORGET_SETTLED = """
    DELETE FROM early_sign s USING warnings_earlywarning w, warnings_sign old
    WHERE w.customer_id = s.customer_id AND w.state = 'closed' AND w.quiet_until >= %(on)s
        AND old.warning_id = w.id AND old.indicator_id = s.indicator_id
        AND (old.worst = 'breach' OR s.level = 'near')
        AND NOT EXISTS (
            SELECT 1 FROM warnings_earlywarning o WHERE o.customer_id = s.customer_id AND o.state <> 'closed')
"""

RAISE = """
    INSERT INTO warnings_earlywarning
        (customer_id, importance, level, state, opened_on, outcome, conclusion)
    SELECT s.customer_id, s.importance, min(s.level), 'open', %(on)s, '', ''
    FROM early_sign s
    WHERE NOT EXISTS (
        SELECT 1 FROM warnings_earlywarning o WHERE o.customer_id = s.customer_id AND o.state <> 'closed')
    GROUP BY s.customer_id, s.importance
    ORDER BY s.customer_id
    ON CONFLICT (customer_id) WHERE state <> 'closed' DO NOTHING
    RETURNING id
"""

#: In a statement of its own, after the table of reports was analysed: on the first night it would be taken for empty,
#: and every event would look for its report in the whole of it.
TELL_OF_RAISED = """
    INSERT INTO warnings_reportevent (warning_id, what, at)
    SELECT id, 'raised', %(now)s FROM unnest(%(raised)s::bigint[]) AS raised (id)
"""

#: The signs of the night beside those that their reports have already.
COMPARE_SIGNS = """
    CREATE TEMP TABLE early_seen ON COMMIT DROP AS
    SELECT w.id AS warning_id, s.*, old.id AS sign_id, old.worst
    FROM early_sign s
    JOIN warnings_earlywarning w ON w.customer_id = s.customer_id AND w.state <> 'closed'
    LEFT JOIN warnings_sign old ON old.warning_id = w.id AND old.indicator_id = s.indicator_id
"""

TELL_OF_SIGNS = """
    INSERT INTO warnings_reportevent (warning_id, indicator_id, what, at)
    SELECT warning_id, indicator_id, CASE WHEN sign_id IS NULL THEN 'sign' ELSE 'worse' END, %(now)s
    FROM early_seen WHERE sign_id IS NULL OR (worst = 'near' AND level = 'breach')
"""

#: Only what is another than the day before.
RENEW_SIGNS = """
    UPDATE warnings_sign old SET
        level = s.level, worst = least(old.worst, s.level), month = %(month)s, value = s.value,
        recent = round(s.recent, 2), base = round(s.base, 2), market = s.market, line = s.line, last_seen_on = %(on)s
    FROM early_seen s
    WHERE old.id = s.sign_id AND (
        old.level, old.worst, old.month, old.value, old.recent, old.base, old.market, old.line, old.last_seen_on)
        IS DISTINCT FROM (s.level, least(old.worst, s.level), %(month)s, s.value, round(s.recent, 2),
        round(s.base, 2), s.market, s.line, %(on)s)
"""

ADD_SIGNS = """
    INSERT INTO warnings_sign
        (warning_id, indicator_id, level, worst, month, first_value, value, recent, base, market, line, first_seen_on,
         last_seen_on)
    SELECT warning_id, indicator_id, level, level, %(month)s, value, value, round(recent, 2), round(base, 2), market,
        line, %(on)s, %(on)s
    FROM early_seen WHERE sign_id IS NULL ORDER BY warning_id, indicator_id
"""

#: A sign that was measured again and is within its line keeps its figures up to date. One that can no longer be
#: measured (a shop that stopped has no base any more) stays as it was: it has not come back.
CALM_SIGNS = """
    UPDATE warnings_sign old SET level = 'back', month = %(month)s, value = v.value, recent = round(v.recent, 2),
        base = round(v.base, 2), market = v.market, line = v.line
    FROM early_value v JOIN warnings_earlywarning w ON w.customer_id = v.customer_id AND w.state <> 'closed'
    WHERE old.warning_id = w.id AND old.indicator_id = v.indicator_id AND v.level IS NULL
        AND (old.level, old.month, old.value) IS DISTINCT FROM ('back', %(month)s, v.value)
"""

TELL_OF_RETURN = """
    INSERT INTO warnings_reportevent (warning_id, what, at)
    SELECT w.id, 'back', %(now)s FROM warnings_earlywarning w
    WHERE w.state <> 'closed' AND w.above_again_on IS NULL {among}
        AND EXISTS (SELECT 1 FROM warnings_sign s WHERE s.warning_id = w.id)
        AND NOT EXISTS (SELECT 1 FROM warnings_sign s WHERE s.warning_id = w.id AND s.level <> 'back')
"""

#: A report is as bad as the worst of its signs now; back within the line when all of them are.
SETTLE_LEVELS = """
    UPDATE warnings_earlywarning w SET
        level = CASE WHEN seen.back THEN w.level ELSE seen.level END,
        above_again_on = CASE WHEN seen.back THEN coalesce(w.above_again_on, %(on)s) END
    FROM (
        SELECT s.warning_id, min(s.level) FILTER (WHERE s.level <> 'back') AS level, bool_and(s.level = 'back') AS back
        FROM warnings_sign s JOIN warnings_earlywarning w ON w.id = s.warning_id
        WHERE w.state <> 'closed' {among} GROUP BY s.warning_id) seen
    WHERE w.id = seen.warning_id AND (w.level, w.above_again_on) IS DISTINCT FROM (
        CASE WHEN seen.back THEN w.level ELSE seen.level END,
        CASE WHEN seen.back THEN coalesce(w.above_again_on, %(on)s) END)
"""

#: Totals and ratios of every branch (WRN-2), with the most exact line of its own, an upper unit's, or the company's.
#: With `fresh_days` only breaches so young are counted: the figure of silence or of a missed visit grows by one a day,
#: so that `recent - breach * base` says for how many days the line has been crossed.
COUNT_UNITS = """
    CREATE TEMP TABLE early_unit ON COMMIT DROP AS
    WITH customers AS (
        SELECT unit_id, tier, sum(among) AS among FROM {ledger} GROUP BY unit_id, tier HAVING sum(among) > 0),
    breaches AS (
        SELECT i.id AS indicator_id, s.unit_id, s.tier, count(*) AS counted
        FROM warnings_indicator i
        JOIN early_sign s ON s.indicator_id = i.of_indicator_id AND s.level = 'breach'
            AND (i.fresh_days IS NULL OR s.recent - s.breach * s.base <= i.fresh_days)
        WHERE i.id = ANY(%(unit_indicators)s)
        GROUP BY i.id, s.unit_id, s.tier),
    counted AS (
        SELECT i.id AS indicator_id, i.family, i.least_base, u.id AS unit_id, u.path,
            sum(c.among)::bigint AS among, coalesce(sum(b.counted), 0)::bigint AS counted
        FROM warnings_indicator i
        CROSS JOIN accounts_orgunit u
        JOIN accounts_orgunit below ON starts_with(below.path, u.path)
        JOIN customers c ON c.unit_id = below.id AND (i.of_tiers IS NULL OR c.tier <= i.of_tiers)
        LEFT JOIN breaches b ON b.indicator_id = i.id AND b.unit_id = c.unit_id AND b.tier = c.tier
        WHERE i.id = ANY(%(unit_indicators)s) AND u.kind = 'branch'
        GROUP BY i.id, u.id)
    SELECT c.indicator_id, c.unit_id, c.among, c.counted, round(x.value, 4) AS value,
        CASE WHEN x.value >= line.breach THEN 'breach' WHEN x.value >= line.near THEN 'near' END AS level,
        CASE WHEN x.value >= line.breach THEN line.breach ELSE line.near END AS line, NULL::numeric AS expected
    FROM counted c
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.family = 'total' THEN c.counted::numeric ELSE c.counted::numeric / c.among END AS value) x
    CROSS JOIN LATERAL (
        SELECT t.breach, t.near FROM warnings_threshold t LEFT JOIN accounts_orgunit tu ON tu.id = t.unit_id
        WHERE t.indicator_id = c.indicator_id AND (tu.id IS NULL OR starts_with(c.path, tu.path))
        ORDER BY coalesce(length(tu.path), 0) DESC LIMIT 1) line
    WHERE c.among >= c.least_base
"""

RAISE_UNITS = """
    WITH raised AS (
        INSERT INTO warnings_unitwarning
            (unit_id, indicator_id, level, state, opened_on, outcome, conclusion, month, value, counted, among,
             expected, line, last_seen_on)
        SELECT u.unit_id, u.indicator_id, u.level, 'open', %(on)s, '', '', %(month)s, u.value, u.counted, u.among,
            u.expected, u.line, %(on)s
        FROM early_unit u
        WHERE u.level IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM warnings_unitwarning old
            WHERE old.unit_id = u.unit_id AND old.indicator_id = u.indicator_id AND old.state = 'closed'
                AND old.quiet_until >= %(on)s AND (old.level = 'breach' OR u.level = 'near'))
        ORDER BY u.unit_id, u.indicator_id
        ON CONFLICT (unit_id, indicator_id) WHERE state <> 'closed' DO NOTHING
        RETURNING id)
    INSERT INTO warnings_reportevent (unit_warning_id, what, at)
    SELECT id, 'raised', %(now)s FROM raised RETURNING unit_warning_id
"""

TELL_OF_UNITS = """
    INSERT INTO warnings_reportevent (unit_warning_id, what, at)
    SELECT w.id, CASE WHEN u.level IS NULL THEN 'back' ELSE 'worse' END, %(now)s
    FROM early_unit u JOIN warnings_unitwarning w USING (unit_id, indicator_id)
    WHERE w.state <> 'closed' AND ((u.level IS NULL AND w.above_again_on IS NULL)
        OR (u.level = 'breach' AND w.level = 'near'))
"""

RENEW_UNITS = """
    UPDATE warnings_unitwarning w SET
        level = coalesce(u.level, w.level), month = %(month)s, value = u.value, counted = u.counted, among = u.among,
        expected = u.expected, line = u.line,
        last_seen_on = CASE WHEN u.level IS NULL THEN w.last_seen_on ELSE %(on)s END,
        above_again_on = CASE WHEN u.level IS NULL THEN coalesce(w.above_again_on, %(on)s) END
    FROM early_unit u
    WHERE w.unit_id = u.unit_id AND w.indicator_id = u.indicator_id AND w.state <> 'closed'
"""

#: The effect of a measure is the same indicator, measured again some weeks after it was done (WRN-5); once.
MEASURE_EFFECTS = """
    WITH measured AS (
        UPDATE warnings_measure m SET measured_on = %(on)s, value_after = v.value
        FROM warnings_earlywarning w, early_value v, warnings_indicator i
        WHERE m.warning_id = w.id AND w.state <> 'closed' AND v.customer_id = w.customer_id
            AND v.indicator_id = m.indicator_id AND i.id = m.indicator_id AND m.measured_on IS NULL
            AND (m.done_at AT TIME ZONE 'Asia/Shanghai')::date + i.remeasure_days <= %(on)s
        RETURNING m.warning_id, m.indicator_id)
    INSERT INTO warnings_reportevent (warning_id, indicator_id, what, at)
    SELECT DISTINCT warning_id, indicator_id, 'measured', %(now)s::timestamptz FROM measured
"""

MEASURE_UNIT_EFFECTS = """
    WITH measured AS (
        UPDATE warnings_measure m SET measured_on = %(on)s, value_after = u.value
        FROM warnings_unitwarning w, early_unit u, warnings_indicator i
        WHERE m.unit_warning_id = w.id AND w.state <> 'closed' AND u.unit_id = w.unit_id
            AND u.indicator_id = w.indicator_id AND i.id = w.indicator_id AND m.measured_on IS NULL
            AND (m.done_at AT TIME ZONE 'Asia/Shanghai')::date + i.remeasure_days <= %(on)s
        RETURNING m.unit_warning_id, w.indicator_id)
    INSERT INTO warnings_reportevent (unit_warning_id, indicator_id, what, at)
    SELECT DISTINCT unit_warning_id, indicator_id, 'measured', %(now)s::timestamptz FROM measured
"""
