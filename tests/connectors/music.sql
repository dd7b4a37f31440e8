CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE Track (TrackId INTEGER PRIMARY KEY, Name NVARCHAR(200), ArtistId INTEGER REFERENCES Artist);
CREATE TABLE Employee (EmployeeId INTEGER PRIMARY KEY, LastName NVARCHAR(20), Email NVARCHAR(60),
  ReportsTo INTEGER REFERENCES Employee);
CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, FirstName NVARCHAR(40), LastName NVARCHAR(20),
  Phone NVARCHAR(24), Email NVARCHAR(60) NOT NULL, SupportRepId INTEGER REFERENCES Employee);
CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES Customer,
  BillingAddress NVARCHAR(70), Total NUMERIC(10,2));
CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY, InvoiceId INTEGER NOT NULL REFERENCES Invoice,
  TrackId INTEGER NOT NULL REFERENCES Track);
INSERT INTO Artist VALUES (1, 'AC/DC'); INSERT INTO Track VALUES (1, 'Balls to the Wall', 1);
INSERT INTO Employee VALUES (1, 'Peacock', 'jane@chinookcorp.com', NULL);
INSERT INTO Customer VALUES (1, 'Leonie', 'Köhler', '+49 0711 2842222', 'leonekohler@surfeu.de', 1);
INSERT INTO Customer VALUES (2, 'Other', 'One', NULL, 'other@surfeu.de', 1);
INSERT INTO Invoice VALUES (1, 1, 'Theodor-Heuss-Straße 34', 1.98), (2, 2, 'x', 1);
INSERT INTO InvoiceLine VALUES (1, 1, 1), (2, 2, 1);
