CREATE TYPE status AS ENUM ('new', 'paid', 'shipped');
COMMENT ON TYPE status IS 'where an order stands';
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE dimensions AS (width numeric(8,2), height numeric(8,2));
CREATE SEQUENCE invoice_number START 1000 INCREMENT BY 10;
CREATE TABLE customer (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email email NOT NULL UNIQUE,
  name varchar(80) NOT NULL,
  tags text[] DEFAULT '{}' NOT NULL,
  details jsonb,
  created_at timestamptz(3) DEFAULT now() NOT NULL
);
COMMENT ON TABLE customer IS 'who buys';
COMMENT ON COLUMN customer.email IS 'unique, in lower case';
CREATE TABLE product (
  sku text PRIMARY KEY,
  price numeric(10,2) NOT NULL CHECK (price >= 0),
  stock smallint DEFAULT 0 NOT NULL,
  size dimensions,
  gross numeric GENERATED ALWAYS AS (price * 1.2) STORED,
  CONSTRAINT sensible CHECK (stock >= 0 AND (price < 1000 OR stock < 10))
);
CREATE TABLE orders (
  id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
  customer_id int NOT NULL REFERENCES customer ON DELETE CASCADE,
  status status DEFAULT 'new' NOT NULL,
  placed_at timestamptz DEFAULT now() NOT NULL,
  note text COLLATE "C"
);
CREATE TABLE order_line (
  order_id uuid REFERENCES orders ON DELETE CASCADE,
  line int,
  sku text NOT NULL REFERENCES product ON UPDATE CASCADE,
  quantity int DEFAULT 1 NOT NULL,
  PRIMARY KEY (order_id, line)
);
CREATE INDEX orders_open ON orders (placed_at DESC) WHERE status <> 'shipped';
CREATE INDEX customer_lower_name ON customer (lower(name), created_at);
CREATE UNIQUE INDEX product_sku_price ON product (sku) INCLUDE (price);
CREATE VIEW cheap AS SELECT sku, price FROM product;
COMMENT ON VIEW cheap IS 'all of them, so far';
CREATE FUNCTION with_tax(amount numeric, rate numeric DEFAULT 0.2) RETURNS numeric
  LANGUAGE sql IMMUTABLE STRICT AS 'SELECT amount * (1 + rate)';
COMMENT ON FUNCTION with_tax(numeric, numeric) IS 'price with tax';
CREATE ROLE psql_reader NOLOGIN;
CREATE ROLE psql_clerk LOGIN IN ROLE psql_reader;
GRANT SELECT ON customer, cheap TO psql_reader;
GRANT SELECT, INSERT, UPDATE (status) ON orders TO psql_clerk WITH GRANT OPTION;
CREATE TABLE "Mixed Case" (a int, "B" date);
INSERT INTO customer (email, name) VALUES ('ann@x.com', 'Ann'), ('bob@x.com', 'Bob');
INSERT INTO product (sku, price) VALUES ('a-1', 10), ('b-2', 2.5);
