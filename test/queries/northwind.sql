-- revenue per category and year
SELECT category_name, extract(year FROM order_date)::int AS year, round(sum(d.unit_price * quantity * (1 - discount))::numeric, 2) AS revenue
FROM order_details d JOIN orders USING (order_id) JOIN products p USING (product_id) JOIN categories USING (category_id)
GROUP BY 1, 2 ORDER BY 1, 2;

-- five tables
SELECT c.company_name, e.last_name, s.company_name AS shipper, count(DISTINCT o.order_id) AS orders, sum(d.quantity) AS pieces
FROM customers c JOIN orders o USING (customer_id) JOIN employees e USING (employee_id)
JOIN shippers s ON s.shipper_id = o.ship_via JOIN order_details d USING (order_id)
GROUP BY c.company_name, e.last_name, s.company_name ORDER BY orders DESC, 1, 2, 3 LIMIT 15;

-- real arithmetic
SELECT order_id, unit_price * quantity AS gross, unit_price * quantity * (1 - discount) AS net, discount FROM order_details ORDER BY order_id, product_id LIMIT 25;

-- dates
SELECT order_id, order_date, required_date - order_date AS days, shipped_date > required_date AS late, order_date + 30 AS due
FROM orders ORDER BY order_id LIMIT 20;

-- late by shipper
SELECT s.company_name, count(*) FILTER (WHERE shipped_date > required_date) AS late, count(*), avg(shipped_date - order_date)
FROM orders JOIN shippers s ON ship_via = shipper_id GROUP BY 1 ORDER BY 1;

-- date windows per customer
SELECT customer_id, order_date, order_date - lag(order_date) OVER (PARTITION BY customer_id ORDER BY order_date, order_id) AS gap,
  count(*) OVER (PARTITION BY customer_id ORDER BY order_date RANGE BETWEEN '90 days' PRECEDING AND '1 day' PRECEDING) AS recent
FROM orders WHERE customer_id LIKE 'A%' ORDER BY customer_id, order_date, order_id;

-- employees over their managers
SELECT e.first_name, m.first_name AS manager, e.birth_date, age(e.hire_date, e.birth_date) FROM employees e
LEFT JOIN employees m ON m.employee_id = e.reports_to ORDER BY e.employee_id;

-- correlated average
SELECT product_name, unit_price, category_id FROM products p
WHERE unit_price > (SELECT 2 * avg(unit_price) FROM products q WHERE q.category_id = p.category_id) ORDER BY product_name;

-- products never ordered by some customer country
SELECT product_name FROM products p WHERE NOT EXISTS (
  SELECT 1 FROM order_details d JOIN orders o USING (order_id) JOIN customers c USING (customer_id)
  WHERE d.product_id = p.product_id AND c.country = 'Norway') ORDER BY product_name LIMIT 10;

-- double negation: customers who bought every product of category 7's cheapest two
SELECT c.customer_id FROM customers c WHERE NOT EXISTS (
  SELECT 1 FROM (SELECT product_id FROM products WHERE category_id = 7 ORDER BY unit_price LIMIT 2) p
  WHERE NOT EXISTS (SELECT 1 FROM orders o JOIN order_details d USING (order_id) WHERE o.customer_id = c.customer_id AND d.product_id = p.product_id))
ORDER BY 1;

-- IN with several columns
SELECT order_id, product_id, quantity FROM order_details
WHERE (order_id, product_id) IN (SELECT order_id, max(product_id) FROM order_details GROUP BY order_id) AND quantity > 80 ORDER BY 1;

-- ANY of an array
SELECT customer_id, country FROM customers WHERE country = ANY (ARRAY['Norway', 'Sweden', 'Finland']) ORDER BY customer_id;

-- pivot by FILTER
SELECT ship_country, count(*) FILTER (WHERE order_date < '1997-01-01') AS y1996,
  count(*) FILTER (WHERE order_date BETWEEN '1997-01-01' AND '1997-12-31') AS y1997, count(*) FILTER (WHERE order_date > '1997-12-31') AS y1998
FROM orders GROUP BY 1 ORDER BY 1;

-- rollup
SELECT country, city, count(*) FROM customers WHERE country IN ('UK', 'France') GROUP BY ROLLUP (country, city) ORDER BY 1 NULLS LAST, 2 NULLS FIRST;

-- nulls in ordering
SELECT company_name, region FROM suppliers ORDER BY region DESC NULLS LAST, company_name LIMIT 12;

-- percent of total
SELECT category_id, count(*), round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent FROM products GROUP BY category_id ORDER BY category_id;

-- cumulative distribution
SELECT product_id, unit_price, cume_dist() OVER (ORDER BY unit_price), percent_rank() OVER (ORDER BY unit_price)
FROM products WHERE category_id = 1 ORDER BY product_id;

-- nth_value and last_value frames
SELECT employee_id, order_id, last_value(order_id) OVER w, nth_value(order_id, 2) OVER w, sum(freight) OVER w
FROM orders WHERE order_id < 10270 WINDOW w AS (PARTITION BY employee_id ORDER BY order_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
ORDER BY employee_id, order_id;

-- groups frame with exclusion
SELECT product_id, category_id, sum(units_in_stock) OVER (ORDER BY category_id GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS others
FROM products WHERE product_id < 25 ORDER BY category_id, product_id;

-- json documents of orders
SELECT jsonb_build_object('order', o.order_id, 'customer', c.company_name, 'lines', jsonb_agg(jsonb_build_object('p', p.product_name, 'q', d.quantity) ORDER BY d.product_id))
FROM orders o JOIN customers c USING (customer_id) JOIN order_details d USING (order_id) JOIN products p USING (product_id)
WHERE o.order_id < 10253 GROUP BY o.order_id, c.company_name ORDER BY o.order_id;

-- jsonb operators over built documents
WITH docs AS (SELECT employee_id, to_jsonb(e) - 'photo' - 'notes' AS doc FROM employees e)
SELECT employee_id, doc->>'last_name', doc->'reports_to', doc @> '{"country": "UK"}', doc ? 'title', doc #>> '{city}'
FROM docs ORDER BY employee_id;

-- json elements back to rows
SELECT e.value->>'name' AS name, e.ordinality FROM (SELECT json_agg(json_build_object('name', company_name) ORDER BY shipper_id) AS j FROM shippers) s,
  json_array_elements(j) WITH ORDINALITY AS e(value, ordinality);

-- unnest with ordinality
SELECT p.product_id, w.word, w.n FROM products p, unnest(string_to_array(p.product_name, ' ')) WITH ORDINALITY AS w(word, n)
WHERE p.product_id < 6 ORDER BY 1, 3;

-- text search with LIKE and ILIKE
SELECT product_name FROM products WHERE product_name ILIKE '%ch%' AND product_name NOT LIKE '%Queso%' ORDER BY 1;

-- string functions
SELECT customer_id, regexp_replace(phone, '[^0-9]', '', 'g'), lpad(customer_id, 8, '*'), translate(customer_id, 'AEIOU', '12345'), md5(customer_id), concat_ws('/', region, city, country)
FROM customers ORDER BY customer_id LIMIT 8;

-- CTEs over CTEs
WITH totals AS (SELECT order_id, sum(unit_price * quantity)::numeric(12,2) AS total FROM order_details GROUP BY order_id),
ranked AS (SELECT o.customer_id, t.order_id, t.total, row_number() OVER (PARTITION BY o.customer_id ORDER BY t.total DESC, t.order_id) AS place FROM totals t JOIN orders o USING (order_id))
SELECT customer_id, order_id, total FROM ranked WHERE place = 1 ORDER BY total DESC, customer_id LIMIT 10;

-- recursive dates
WITH RECURSIVE weeks(monday) AS (SELECT date '1997-01-06' UNION ALL SELECT monday + 7 FROM weeks WHERE monday < '1997-02-24')
SELECT monday, count(order_id) FROM weeks LEFT JOIN orders ON order_date >= monday AND order_date < monday + 7 GROUP BY monday ORDER BY monday;

-- union of different sources
SELECT 'customer' AS kind, company_name, phone FROM customers WHERE country = 'Canada'
UNION ALL SELECT 'supplier', company_name, phone FROM suppliers WHERE country = 'Canada' ORDER BY 1, 2;

-- non-equi join
SELECT a.product_id, b.product_id, a.unit_price FROM products a JOIN products b ON a.unit_price = b.unit_price AND a.product_id < b.product_id
ORDER BY 3 DESC, 1, 2 LIMIT 10;

-- aggregates of many kinds
SELECT min(order_date), max(order_date), count(DISTINCT ship_country), bool_or(ship_region IS NULL), stddev_pop(order_id), variance(employee_id), bit_or(ship_via)
FROM orders;

-- correlation
SELECT corr(order_id, employee_id), regr_slope(order_id, employee_id), regr_count(order_id, employee_id) FROM orders;

-- interval arithmetic
SELECT employee_id, hire_date + interval '1 year 2 months', date_part('quarter', hire_date), to_char(hire_date, 'Day, DD "of" Month YYYY'), justify_days(hire_date - timestamp '1990-01-01')
FROM employees ORDER BY employee_id;

-- arrays
SELECT region_id, array_agg(trim(territory_description) ORDER BY territory_id) AS names, cardinality(array_agg(territory_id)),
  'Boston' = ANY (array_agg(trim(territory_description))) AS has_boston FROM territories GROUP BY region_id ORDER BY region_id;
