"""What an evaluation writes once the signs are known: a fixed number of statements, whatever the number of signs."""

#: A report that somebody closed is not raised again by the same sign of the same month.
FORGET_SETTLED = """
    DELETE FROM early_sign s USING warnings_earlywarning w, warnings_sign old
    WHERE w.customer_id = s.customer_id AND w.state = 'closed' AND old.warning_id = w.id
        AND old.indicator_id = s.indicator_id AND old.month >= %(month)s
        AND (old.level = 'breach' OR s.level = 'near')
        AND NOT EXISTS (
            SELECT 1 FROM warnings_earlywarning o WHERE o.customer_id = s.customer_id AND o.state <> 'closed')
"""

RAISE = """
    WITH raised AS (
        INSERT INTO warnings_earlywarning
            (customer_id, importance, level, state, opened_on, outcome, conclusion)
        SELECT s.customer_id, b.importance, min(s.level), 'open', %(on)s, '', ''
        FROM early_sign s JOIN early_basis b ON b.id = s.customer_id
        GROUP BY s.customer_id, b.importance
        ORDER BY s.customer_id
        ON CONFLICT (customer_id) WHERE state <> 'closed' DO NOTHING
        RETURNING id)
    INSERT INTO warnings_reportevent (warning_id, what, at)
    SELECT id, 'raised', %(now)s FROM raised RETURNING warning_id
"""

TELL_OF_SIGNS = """
    INSERT INTO warnings_reportevent (warning_id, indicator_id, what, at)
    SELECT w.id, s.indicator_id, CASE WHEN old.id IS NULL THEN 'sign' ELSE 'worse' END, %(now)s
    FROM early_sign s
    JOIN warnings_earlywarning w ON w.customer_id = s.customer_id AND w.state <> 'closed'
    LEFT JOIN warnings_sign old ON old.warning_id = w.id AND old.indicator_id = s.indicator_id
    WHERE old.id IS NULL OR (old.level = 'near' AND s.level = 'breach')
"""

ADD_SIGNS = """
    INSERT INTO warnings_sign
        (warning_id, indicator_id, level, month, value, recent, base, market, line, first_seen_on, last_seen_on)
    SELECT w.id, s.indicator_id, s.level, %(month)s, round(s.value, 4), round(s.recent, 2), round(s.base, 2),
        round(s.market, 4), s.line, %(on)s, %(on)s
    FROM early_sign s JOIN warnings_earlywarning w ON w.customer_id = s.customer_id AND w.state <> 'closed'
    ORDER BY w.id, s.indicator_id
    ON CONFLICT (warning_id, indicator_id) DO UPDATE SET
        level = excluded.level, month = excluded.month, value = excluded.value, recent = excluded.recent,
        base = excluded.base, market = excluded.market, line = excluded.line,
        last_seen_on = greatest(warnings_sign.last_seen_on, excluded.last_seen_on)
    WHERE warnings_sign.last_seen_on <= excluded.last_seen_on
"""

TELL_OF_RETURN = """
    INSERT INTO warnings_reportevent (warning_id, what, at)
    SELECT w.id, 'back', %(now)s FROM warnings_earlywarning w
    WHERE w.state <> 'closed' AND w.above_again_on IS NULL AND w.opened_on < %(on)s
        AND EXISTS (SELECT 1 FROM early_basis b WHERE b.id = w.customer_id)
        AND NOT EXISTS (SELECT 1 FROM early_sign s WHERE s.customer_id = w.customer_id)
"""

SETTLE_LEVELS = """
    UPDATE warnings_earlywarning w SET
        level = coalesce(seen.level, w.level),
        above_again_on = CASE WHEN seen.level IS NULL THEN coalesce(w.above_again_on, %(on)s) END
    FROM warnings_earlywarning o
    LEFT JOIN (SELECT customer_id, min(level) AS level FROM early_sign GROUP BY customer_id) seen
        ON seen.customer_id = o.customer_id
    WHERE w.id = o.id AND o.state <> 'closed' AND o.opened_on <= %(on)s
        AND EXISTS (SELECT 1 FROM early_basis b WHERE b.id = o.customer_id)
        AND (w.level, w.above_again_on) IS DISTINCT FROM (coalesce(seen.level, w.level),
            CASE WHEN seen.level IS NULL THEN coalesce(w.above_again_on, %(on)s) END)
"""

#: Totals and ratios of every branch (WRN-2), with the most exact line of its own, an upper unit's, or the company's.
COUNT_UNITS = """
    CREATE TEMP TABLE early_unit ON COMMIT DROP AS
    WITH counted AS (
        SELECT i.id AS indicator_id, i.family, u.id AS unit_id, u.path,
            count(*) AS among, count(s.customer_id) AS counted
        FROM warnings_indicator i
        CROSS JOIN accounts_orgunit u
        JOIN early_basis b ON starts_with(b.path, u.path) AND (i.of_tiers IS NULL OR b.tier <= i.of_tiers)
        LEFT JOIN early_sign s
            ON s.customer_id = b.id AND s.indicator_id = i.of_indicator_id AND s.level = 'breach'
        WHERE i.id = ANY(%(unit_indicators)s) AND u.kind = 'branch'
        GROUP BY i.id, u.id)
    SELECT c.*, x.value, CASE WHEN x.value >= line.breach THEN 'breach' ELSE 'near' END AS level,
        CASE WHEN x.value >= line.breach THEN line.breach ELSE line.near END AS line
    FROM counted c
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.family = 'total' THEN c.counted::numeric ELSE c.counted::numeric / c.among END AS value) x
    CROSS JOIN LATERAL (
        SELECT t.breach, t.near FROM warnings_threshold t LEFT JOIN accounts_orgunit tu ON tu.id = t.unit_id
        WHERE t.indicator_id = c.indicator_id AND (tu.id IS NULL OR starts_with(c.path, tu.path))
        ORDER BY coalesce(length(tu.path), 0) DESC LIMIT 1) line
    WHERE x.value >= least(line.near, line.breach)
"""

RAISE_UNITS = """
    WITH settled AS (
        SELECT unit_id, indicator_id, bool_or(level = 'breach') AS breached
        FROM warnings_unitwarning WHERE state = 'closed' AND month >= %(month)s GROUP BY unit_id, indicator_id),
    raised AS (
        INSERT INTO warnings_unitwarning
            (unit_id, indicator_id, level, state, opened_on, outcome, conclusion, month, value, counted, among, line,
             last_seen_on)
        SELECT u.unit_id, u.indicator_id, u.level, 'open', %(on)s, '', '', %(month)s, round(u.value, 4),
            u.counted, u.among, u.line, %(on)s
        FROM early_unit u LEFT JOIN settled USING (unit_id, indicator_id)
        WHERE settled.unit_id IS NULL OR (u.level = 'breach' AND NOT settled.breached)
        ORDER BY u.unit_id, u.indicator_id
        ON CONFLICT (unit_id, indicator_id) WHERE state <> 'closed' DO NOTHING
        RETURNING id)
    INSERT INTO warnings_reportevent (unit_warning_id, what, at)
    SELECT id, 'raised', %(now)s FROM raised RETURNING unit_warning_id
"""

RENEW_UNITS = """
    UPDATE warnings_unitwarning w SET
        level = u.level, month = %(month)s, value = round(u.value, 4), counted = u.counted, among = u.among,
        line = u.line, last_seen_on = %(on)s
    FROM early_unit u
    WHERE w.unit_id = u.unit_id AND w.indicator_id = u.indicator_id AND w.state <> 'closed' AND w.last_seen_on < %(on)s
"""

#: The effect of a measure is the same indicator, measured again after its day (WRN-5).
MEASURE_EFFECTS = """
    UPDATE warnings_measure m SET measured_on = %(on)s,
        value_after = (SELECT round(s.value, 4) FROM early_sign s
            WHERE s.customer_id = w.customer_id AND s.indicator_id = m.indicator_id)
    FROM warnings_earlywarning w
    WHERE m.warning_id = w.id AND w.state <> 'closed' AND m.done_at IS NOT NULL AND m.by_when < %(on)s
        AND (m.measured_on IS NULL OR m.measured_on < %(on)s)
        AND EXISTS (SELECT 1 FROM early_basis b WHERE b.id = w.customer_id)
"""
