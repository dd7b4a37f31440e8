CREATE TABLE wp_users (ID INTEGER PRIMARY KEY, user_login TEXT, user_pass TEXT, user_nicename TEXT,
  user_email TEXT, user_url TEXT, user_registered DATETIME, display_name TEXT);
CREATE TABLE wp_usermeta (umeta_id INTEGER PRIMARY KEY, user_id INTEGER, meta_key TEXT, meta_value TEXT);
CREATE TABLE wp_comments (comment_ID INTEGER PRIMARY KEY, comment_author TEXT,
  comment_author_email TEXT, comment_content TEXT, user_id INTEGER);
CREATE TABLE wp_posts (ID INTEGER PRIMARY KEY, post_title TEXT, post_content TEXT);
INSERT INTO wp_users VALUES (1, 'mary', 'hash', 'mary', 'Mary@Example.org', '', NULL, 'Mary');
INSERT INTO wp_usermeta VALUES (1, 1, 'city', 'Leeds'), (2, 2, 'city', 'York');
INSERT INTO wp_comments VALUES (1, 'Mary', 'mary@example.org', 'Hello', 1);
