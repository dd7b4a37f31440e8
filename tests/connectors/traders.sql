CREATE TABLE customers (customer_id CHAR(5) PRIMARY KEY, company_name TEXT NOT NULL,
  contact_name TEXT, phone TEXT, fax TEXT);
CREATE TABLE suppliers (supplier_id INTEGER PRIMARY KEY, contact_name TEXT, phone TEXT);
CREATE TABLE products (product_id INTEGER PRIMARY KEY, product_name TEXT,
  supplier_id INTEGER REFERENCES suppliers);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id CHAR(5) REFERENCES customers,
  ship_name TEXT, ship_address TEXT);
CREATE TABLE order_details (order_id INTEGER REFERENCES orders, product_id INTEGER REFERENCES products,
  quantity INTEGER, PRIMARY KEY (order_id, product_id));
INSERT INTO suppliers VALUES (1, 'S', '1'); INSERT INTO products VALUES (1, 'Chai', 1);
INSERT INTO customers VALUES ('ALFKI', 'Alfreds', 'Maria Anders', '030-0074321', NULL);
INSERT INTO orders VALUES (1, 'ALFKI', 'Alfreds', 'Obere Str. 57');
INSERT INTO order_details VALUES (1, 1, 12);
