-- five tables joined, grouped, ordered by an aggregate
SELECT artist.name, genre.name AS genre, count(*) AS sold, sum(line.unit_price * line.quantity) AS revenue
FROM invoice_line line JOIN track t USING (track_id) JOIN album a USING (album_id)
JOIN artist USING (artist_id) JOIN genre ON genre.genre_id = t.genre_id
GROUP BY artist.name, genre.name ORDER BY revenue DESC, artist.name, genre LIMIT 20;

-- running totals by month
SELECT date_trunc('month', invoice_date) AS month, sum(total) AS total,
  sum(sum(total)) OVER (ORDER BY date_trunc('month', invoice_date)) AS running
FROM invoice GROUP BY 1 ORDER BY 1;

-- moving average over three invoices per customer
SELECT customer_id, invoice_date, total,
  avg(total) OVER (PARTITION BY customer_id ORDER BY invoice_date ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS around
FROM invoice WHERE customer_id < 5 ORDER BY 1, 2;

-- a window of dates
SELECT invoice_id, invoice_date,
  count(*) OVER (ORDER BY invoice_date RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) AS last_week
FROM invoice ORDER BY invoice_date, invoice_id LIMIT 40;

-- correlated scalar sub-query
SELECT name, (SELECT count(*) FROM album WHERE album.artist_id = artist.artist_id) AS albums
FROM artist ORDER BY albums DESC, name LIMIT 15;

-- correlated maximum
SELECT t.name, t.milliseconds, t.album_id FROM track t
WHERE t.milliseconds = (SELECT max(x.milliseconds) FROM track x WHERE x.album_id = t.album_id)
ORDER BY t.milliseconds DESC, t.track_id LIMIT 12;

-- EXISTS
SELECT customer_id, last_name FROM customer c
WHERE EXISTS (SELECT 1 FROM invoice i WHERE i.customer_id = c.customer_id AND i.total > 20) ORDER BY 1;

-- NOT EXISTS
SELECT artist_id, name FROM artist a
WHERE NOT EXISTS (SELECT FROM album WHERE album.artist_id = a.artist_id) ORDER BY artist_id LIMIT 10;

-- IN and NOT IN
SELECT count(*) FROM track WHERE genre_id IN (SELECT genre_id FROM genre WHERE name LIKE 'R%')
  AND track_id NOT IN (SELECT track_id FROM invoice_line);

-- > ALL
SELECT name, milliseconds FROM track WHERE milliseconds > ALL (SELECT milliseconds FROM track WHERE genre_id = 18);

-- JSON aggregation, nested
SELECT json_build_object('artist', ar.name, 'albums', json_agg(json_build_object('title', al.title, 'tracks', al.n) ORDER BY al.title))
FROM artist ar JOIN (SELECT artist_id, title, (SELECT count(*) FROM track WHERE track.album_id = album.album_id) AS n FROM album) al
USING (artist_id) WHERE ar.name ~ '^A' GROUP BY ar.artist_id, ar.name ORDER BY ar.name;

-- jsonb_object_agg
SELECT jsonb_object_agg(name, genre_id ORDER BY genre_id) FROM genre;

-- row_to_json and to_jsonb of rows
SELECT row_to_json(g), to_jsonb(g) - 'name' FROM genre g ORDER BY genre_id LIMIT 4;

-- array aggregation
SELECT playlist.name, (array_agg(track_id ORDER BY track_id))[1:5] AS first_tracks, count(*)
FROM playlist JOIN playlist_track USING (playlist_id) GROUP BY playlist_id, playlist.name ORDER BY playlist_id;

-- string_agg with DISTINCT
SELECT country, string_agg(DISTINCT city, ', ' ORDER BY city) FROM customer GROUP BY country ORDER BY country;

-- recursive CTE: the reporting chain
WITH RECURSIVE chain AS (
  SELECT employee_id, first_name || ' ' || last_name AS name, 0 AS depth, ARRAY[employee_id] AS path
  FROM employee WHERE reports_to IS NULL
  UNION ALL
  SELECT e.employee_id, e.first_name || ' ' || e.last_name, depth + 1, path || e.employee_id
  FROM employee e JOIN chain ON e.reports_to = chain.employee_id)
SELECT repeat('  ', depth) || name AS employee, depth, path FROM chain ORDER BY path;

-- grouping sets
SELECT billing_country, extract(year FROM invoice_date) AS year, sum(total), grouping(billing_country, extract(year FROM invoice_date))
FROM invoice WHERE billing_country IN ('USA', 'Canada') GROUP BY GROUPING SETS ((1, 2), (1), (2), ()) ORDER BY 1, 2;

-- cube
SELECT media_type_id, genre_id, count(*), avg(milliseconds)::numeric(12,2)
FROM track WHERE genre_id < 4 GROUP BY CUBE (media_type_id, genre_id) ORDER BY 1, 2;

-- HAVING with FILTER
SELECT genre_id, count(*) FILTER (WHERE milliseconds > 300000) AS long, count(*) AS n
FROM track GROUP BY genre_id HAVING count(*) FILTER (WHERE milliseconds > 300000) > 10 ORDER BY 2 DESC, 1;

-- DISTINCT ON
SELECT DISTINCT ON (customer_id) customer_id, invoice_id, total FROM invoice ORDER BY customer_id, total DESC, invoice_id LIMIT 10;

-- ordered-set aggregates
SELECT genre_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS median,
  percentile_disc(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY milliseconds) AS quartiles, mode() WITHIN GROUP (ORDER BY media_type_id)
FROM track GROUP BY genre_id ORDER BY genre_id LIMIT 8;

-- ranking functions
SELECT name, milliseconds, rank() OVER w, dense_rank() OVER w, ntile(4) OVER w, lag(name) OVER w, first_value(name) OVER w
FROM track WHERE album_id IN (1, 4, 6) WINDOW w AS (PARTITION BY album_id ORDER BY milliseconds DESC) ORDER BY album_id, milliseconds DESC;

-- LATERAL
SELECT c.last_name, best.invoice_id, best.total FROM customer c
CROSS JOIN LATERAL (SELECT invoice_id, total FROM invoice i WHERE i.customer_id = c.customer_id ORDER BY total DESC, invoice_id LIMIT 2) best
WHERE c.country = 'Brazil' ORDER BY c.customer_id, best.total DESC, best.invoice_id;

-- set operations
(SELECT city FROM customer EXCEPT SELECT city FROM employee) INTERSECT (SELECT billing_city FROM invoice WHERE total > 15) ORDER BY 1;

-- full join of aggregates
SELECT coalesce(a.country, b.country) AS country, a.customers, b.invoices
FROM (SELECT country, count(*) AS customers FROM customer GROUP BY country) a
FULL JOIN (SELECT billing_country AS country, count(*) AS invoices FROM invoice GROUP BY 1) b ON a.country = b.country ORDER BY 1;

-- CASE and COALESCE
SELECT CASE WHEN milliseconds < 180000 THEN 'short' WHEN milliseconds < 360000 THEN 'medium' ELSE 'long' END AS length,
  count(*), count(composer), round(avg(coalesce(bytes, 0)) / 1024, 1) FROM track GROUP BY 1 ORDER BY 2;

-- text functions
SELECT upper(left(name, 3)), initcap(lower(name)), length(name), position('a' in name), replace(name, ' ', '_'), split_part(name, ' ', 2)
FROM genre ORDER BY genre_id LIMIT 10;

-- regular expressions
SELECT name, regexp_replace(name, '\s*\(.*\)$', ''), substring(name from '\((.*)\)') FROM track WHERE name ~* 'live|remix' ORDER BY track_id LIMIT 10;

-- to_char
SELECT to_char(invoice_date, 'Dy DD Mon YYYY HH24:MI'), to_char(total, 'FM999D00'), extract(doy FROM invoice_date)
FROM invoice ORDER BY invoice_id LIMIT 10;

-- AT TIME ZONE and age
SELECT hire_date AT TIME ZONE 'UTC' AT TIME ZONE 'America/Edmonton', age(timestamp '2020-01-01', birth_date) FROM employee ORDER BY employee_id;

-- generate_series join
SELECT m::date AS month, coalesce(sum(total), 0) FROM generate_series(timestamp '2021-01-01', '2021-12-01', '1 month') m
LEFT JOIN invoice ON date_trunc('month', invoice_date) = m GROUP BY m ORDER BY m;

-- VALUES and IN rows
SELECT v.n, g.name FROM (VALUES (1, 'a'), (3, 'b'), (99, 'c')) AS v(n, tag) LEFT JOIN genre g ON g.genre_id = v.n ORDER BY v.n;
