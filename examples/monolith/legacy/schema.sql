-- The legacy schema, as twelve years of people in a hurry left it: numeric codes, seconds beside milliseconds,
-- counters that are kept by hand, a list in a column.
CREATE TABLE organizations (
  id            INTEGER PRIMARY KEY,
  name          TEXT    NOT NULL,
  slug          TEXT    NOT NULL UNIQUE,
  plan          INTEGER NOT NULL, -- 0 free, 1 performance, 2 elite
  billing_email TEXT,
  created_ts    INTEGER NOT NULL  -- seconds
);

CREATE TABLE users (
  id             INTEGER PRIMARY KEY,
  email          TEXT    NOT NULL UNIQUE,
  first_nm       TEXT    NOT NULL,
  last_nm        TEXT    NOT NULL,
  pw_hash        TEXT    NOT NULL,
  state          INTEGER NOT NULL, -- 0 invited, 1 active, 2 locked
  default_org_id INTEGER NOT NULL REFERENCES organizations (id),
  last_login_ms  INTEGER           -- milliseconds
);

CREATE TABLE memberships (
  id       INTEGER PRIMARY KEY,
  org_id   INTEGER NOT NULL REFERENCES organizations (id),
  user_id  INTEGER NOT NULL REFERENCES users (id),
  role     INTEGER NOT NULL, -- 1 owner, 2 admin, 3 developer, 4 billing
  since_ts INTEGER NOT NULL, -- seconds
  UNIQUE (org_id, user_id)
);

CREATE TABLE sites (
  id              INTEGER PRIMARY KEY,
  org_id          INTEGER NOT NULL REFERENCES organizations (id),
  owner_id        INTEGER NOT NULL REFERENCES users (id),
  site_name       TEXT    NOT NULL,
  machine_nm      TEXT    NOT NULL UNIQUE,
  fw              INTEGER NOT NULL, -- 0 static, 1 wordpress, 2 drupal, 3 next.js
  status          INTEGER NOT NULL, -- 0 provisioning, 1 active, 2 frozen, 9 deleted
  domains         TEXT    NOT NULL, -- hosts, separated by commas; the first is the primary one
  open_ticket_cnt INTEGER NOT NULL, -- kept by hand, and therefore wrong
  created_ts      INTEGER NOT NULL  -- seconds
);
CREATE INDEX sites_by_org ON sites (org_id);

CREATE TABLE environments (
  id       INTEGER PRIMARY KEY,
  site_id  INTEGER NOT NULL REFERENCES sites (id),
  env_name TEXT    NOT NULL, -- dev, test, live
  host     TEXT    NOT NULL,
  php_ver  TEXT,
  locked   INTEGER NOT NULL, -- 0, 1
  UNIQUE (site_id, env_name)
);

CREATE TABLE deploys (
  id          INTEGER PRIMARY KEY,
  env_id      INTEGER NOT NULL REFERENCES environments (id),
  user_id     INTEGER NOT NULL REFERENCES users (id),
  state       INTEGER NOT NULL, -- 0 queued, 1 running, 2 succeeded, 3 failed
  commit_sha  TEXT    NOT NULL,
  msg         TEXT    NOT NULL,
  started_ms  INTEGER NOT NULL, -- milliseconds
  finished_ms INTEGER           -- milliseconds
);
CREATE INDEX deploys_by_env ON deploys (env_id);

CREATE TABLE invoices (
  id          INTEGER PRIMARY KEY,
  org_id      INTEGER NOT NULL REFERENCES organizations (id),
  invoice_no  TEXT    NOT NULL UNIQUE,
  status      INTEGER NOT NULL, -- 10 draft, 20 open, 30 paid, 40 void
  total_cents INTEGER NOT NULL,
  issued_ts   INTEGER NOT NULL  -- seconds
);
CREATE INDEX invoices_by_org ON invoices (org_id);

CREATE TABLE invoice_lines (
  id         INTEGER PRIMARY KEY,
  invoice_id INTEGER NOT NULL REFERENCES invoices (id),
  descr      TEXT    NOT NULL,
  qty        INTEGER NOT NULL,
  unit_cents INTEGER NOT NULL
);
CREATE INDEX lines_by_invoice ON invoice_lines (invoice_id);

CREATE TABLE sessions (
  token      TEXT    PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  expires_ts INTEGER NOT NULL -- seconds
);
