"""What a trial asks of one month-end, set-based; the rule itself is `early_warnings.rules.truth`."""

#: Who would have a report, by the present set, by the tried indicator alone, by the set with it.
FLAGGED = """
    CREATE TEMP TABLE trial_flagged ON COMMIT DROP AS
    SELECT s.customer_id, b.importance, bool_or(s.indicator_id = ANY(%(present)s)) AS present,
        bool_or(s.indicator_id = %(tried)s) AS alone, bool_or(s.indicator_id = ANY(%(together)s)) AS together
    FROM early_sign s JOIN early_basis b ON b.id = s.customer_id
    GROUP BY s.customer_id, b.importance
"""

#: The same for totals and ratios: units take the place of customers.
FLAGGED_UNITS = """
    CREATE TEMP TABLE trial_flagged ON COMMIT DROP AS
    SELECT u.unit_id AS customer_id, '' AS importance, bool_or(u.indicator_id = ANY(%(present)s)) AS present,
        bool_or(u.indicator_id = %(tried)s) AS alone, bool_or(u.indicator_id = ANY(%(together)s)) AS together
    FROM early_unit u WHERE u.level IS NOT NULL GROUP BY u.unit_id
"""

#: What each customer bought around the month-end, and what all of them bought: cartons, or revenue of group clients.
TRUTH = """
    CREATE TEMP TABLE trial_truth ON COMMIT DROP AS
    WITH bought AS (
        SELECT f.customer_id, c.kind, f.month, CASE WHEN c.kind = 'retailer' THEN f.quantity ELSE f.amount END AS q
        FROM accounts_monthlyfact f JOIN accounts_customer c ON c.id = f.customer_id
        WHERE f.month IN %(around)s),
    own AS (
        SELECT customer_id, kind,
            count(*) FILTER (WHERE q > 0 AND month BETWEEN %(active_from)s AND %(month)s) AS active,
            coalesce(sum(q) FILTER (WHERE month > %(year_ago)s AND month <= %(month)s), 0) AS year,
            coalesce(sum(q) FILTER (WHERE month <= %(year_ago)s), 0) AS year_before,
            coalesce(sum(q) FILTER (WHERE month IN %(same)s), 0) AS same,
            coalesce(sum(q) FILTER (WHERE month > %(month)s), 0) AS ahead,
            coalesce(sum(q) FILTER (WHERE month = %(month)s), 0) AS q0,
            coalesce(sum(q) FILTER (WHERE month = %(next1)s), 0) AS q1,
            coalesce(sum(q) FILTER (WHERE month = %(next2)s), 0) AS q2
        FROM bought GROUP BY customer_id, kind),
    market AS (
        SELECT kind, sum(year) AS year, sum(year_before) AS year_before, sum(same) AS same, sum(ahead) AS ahead,
            sum(q0) AS q0, sum(q1) AS q1, sum(q2) AS q2
        FROM own WHERE active >= %(least_active)s GROUP BY kind)
    SELECT o.customer_id,
        m.year > 0 AND o.ahead * m.year < %(trouble)s * o.year * m.ahead AND (m.same = 0 OR
            o.ahead * m.same < %(trouble)s * o.same * m.ahead * greatest(%(least_trend)s, least(%(most_trend)s,
                coalesce(o.year * m.year_before / nullif(o.year_before * m.year, 0), 1)))) AS trouble,
        CASE WHEN o.q0 * m.year < %(trouble)s * o.year * m.q0 THEN 0
            WHEN o.q1 * m.year < %(trouble)s * o.year * m.q1 THEN 1
            WHEN o.q2 * m.year < %(trouble)s * o.year * m.q2 THEN 2 ELSE 3 END AS lead
    FROM own o JOIN market m USING (kind) WHERE o.active >= %(least_active)s
"""

#: One row a set: counts of the month, what came of those newly flagged, and who in trouble was flagged at all.
COUNT = """
    SELECT set.whose, count(*) FILTER (WHERE f.customer_id IS NOT NULL),
        count(*) FILTER (WHERE f.customer_id IS NOT NULL AND NOT set.before),
        count(t.customer_id) FILTER (WHERE NOT set.before), count(*) FILTER (WHERE t.trouble AND NOT set.before),
        count(*) FILTER (WHERE t.trouble AND t.lead > 0 AND NOT set.before),
        coalesce(sum(t.lead) FILTER (WHERE t.trouble AND NOT set.before), 0), count(*) FILTER (WHERE t.trouble)
    FROM trial_flagged f
    LEFT JOIN trial_before b USING (customer_id)
    CROSS JOIN LATERAL (VALUES
        ('present', f.present, coalesce(b.present, false)), ('alone', f.alone, coalesce(b.alone, false)),
        ('together', f.together, coalesce(b.together, false))) set (whose, flagged, before)
    LEFT JOIN trial_truth t USING (customer_id)
    WHERE set.flagged GROUP BY set.whose
"""

#: New reports by importance, which decides the desk (WRN-4).
DESKS = """
    SELECT set.whose, f.importance, count(*)
    FROM trial_flagged f
    LEFT JOIN trial_before b USING (customer_id)
    CROSS JOIN LATERAL (VALUES
        ('present', f.present, coalesce(b.present, false)), ('alone', f.alone, coalesce(b.alone, false)),
        ('together', f.together, coalesce(b.together, false))) set (whose, flagged, before)
    WHERE set.flagged AND NOT set.before GROUP BY set.whose, f.importance
"""
