CREATE TABLE tickets (
  id         INTEGER PRIMARY KEY,
  site_id    TEXT    NOT NULL, -- an id of the monolith's
  author_id  TEXT    NOT NULL, -- an id of the monolith's
  subject    TEXT    NOT NULL,
  body       TEXT    NOT NULL,
  status     TEXT    NOT NULL CHECK (status IN ('OPEN', 'WAITING', 'SOLVED')),
  priority   TEXT    NOT NULL CHECK (priority IN ('LOW', 'NORMAL', 'URGENT')),
  created_at INTEGER NOT NULL  -- seconds
);
CREATE INDEX tickets_by_site ON tickets (site_id, id);
CREATE INDEX tickets_by_author ON tickets (author_id, id);
