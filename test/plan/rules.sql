-- hoist-subqueries: a scalar sub-query becomes an apply, EXISTS as a conjunct a semi apply
SELECT id, (SELECT max(x) FROM u WHERE u.id < t.id) AS m FROM t WHERE id < 3 AND EXISTS (SELECT 1 FROM u WHERE u.x = t.b LIMIT 1);
-- hoist-subqueries: in ON of an outer join
SELECT t.id, u.id FROM t LEFT JOIN u ON u.x = t.b AND u.id IN (SELECT id FROM u LIMIT 3) WHERE t.id < 4;
-- list-alternatives, choose-indexes: OR of equalities
SELECT id, b FROM t WHERE id = 7 OR id = 3 OR id = 7;
-- fold-constants
SELECT id FROM t WHERE id < 1 + 2 AND true AND (1 = 1 OR id / 0 = 1);
SELECT id FROM t WHERE 1 > 2;
SELECT CASE WHEN 1 = 2 THEN id / 0 ELSE id END FROM t WHERE id = 1;
-- an error stays where it is, and is raised only when reached
SELECT CASE WHEN id > 0 THEN id ELSE 1 / 0 END FROM t WHERE id = 1;
-- inline-ctes
WITH c AS (SELECT id, b FROM t) SELECT c.id FROM c WHERE c.id = 5;
WITH c AS MATERIALIZED (SELECT id, b FROM t) SELECT c.id FROM c WHERE c.id = 5;
WITH c AS (SELECT id FROM t WHERE id < 3) SELECT a.id, b.id FROM c a, c b;
-- push-down-filters: into both sides, through projections and groupings
SELECT * FROM (SELECT id + 1 AS n, b FROM t) s JOIN u ON u.id = s.n WHERE s.b = 2 AND u.x > 3 AND s.n < 20;
SELECT b, count(*) FROM t GROUP BY b HAVING b < 3 AND count(*) > 10;
SELECT * FROM (SELECT id, row_number() OVER (PARTITION BY b ORDER BY id) AS r FROM t) s WHERE r = 1 AND id < 4;
-- an outer join turns inner where nulls are rejected, and stays where they are not
SELECT t.id FROM t LEFT JOIN u ON u.id = t.id WHERE u.x = 4 AND t.id < 30;
SELECT count(*) FROM t LEFT JOIN u ON u.id = t.id WHERE coalesce(u.x, 4) = 4;
SELECT count(*) FROM t LEFT JOIN u ON u.id = t.id WHERE NOT (u.x = ANY ('{}'));
-- a volatile condition is evaluated where it stands
SELECT count(*) FROM (SELECT id FROM t OFFSET 0) s WHERE random() >= 0;
-- decorrelate: semi, anti, mark joins; a grouped join for a correlated aggregate
SELECT count(*) FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.b);
SELECT count(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.b);
SELECT count(*) FROM t WHERE b NOT IN (SELECT x FROM u);
SELECT id, b IN (SELECT x FROM u) FROM t WHERE id IN (2, 5);
SELECT id, (SELECT count(*) FROM u WHERE u.x = t.id) FROM t ORDER BY id LIMIT 3;
SELECT t.id, l.x FROM t, LATERAL (SELECT x FROM u WHERE u.id = t.id AND x > 2) l WHERE t.id < 6;
-- order-joins, extract-join-keys: the smaller side is hashed
SELECT count(*) FROM t, u, v WHERE t.b = u.x AND u.id = v.id AND t.id < v.id + 100;
SELECT count(*) FROM t JOIN u ON t.b IS NOT DISTINCT FROM u.x;
-- join-by-index
SELECT v.id, t.c FROM v JOIN t ON t.id = v.id;
-- choose-indexes: equality, range, prefix, list; not for most of the table, nor with volatile values
SELECT id FROM t WHERE b = 3 AND id < 200;
SELECT id FROM t WHERE id > 1995;
SELECT id FROM t WHERE id > 5 AND id < 0;
SELECT id FROM t WHERE c LIKE 'n199%' AND c LIKE '%9';
SELECT count(*) FROM t WHERE id > 5;
SELECT count(*) FROM t WHERE id = (random() * 0)::int;
-- sort-by-index, push-down-limits
SELECT id, b FROM t WHERE b > 45 ORDER BY b LIMIT 2;
SELECT id FROM t ORDER BY id DESC LIMIT 2 OFFSET 1;
SELECT id FROM t WHERE id > 1990 ORDER BY id DESC;
SELECT c FROM t ORDER BY b DESC, id LIMIT 2;
-- extremes-by-index
SELECT min(id), max(b) FROM t;
-- share-expressions
SELECT sum(b * 2), sum(b * 2 + 1), max(b * 2) FILTER (WHERE b > 1) FROM t;
-- prune-columns, set operations keep their columns
SELECT x FROM (SELECT id, x FROM u UNION SELECT id, b FROM t WHERE id < 3) s WHERE id = 1;
SELECT count(*) FROM (SELECT DISTINCT b, c FROM t WHERE id < 10) s;
