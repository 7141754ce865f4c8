#!/bin/bash
# tools/queries.awk makes C of correct statements and refuses wrong ones.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

generate() { # FORM: reads SQL from standard input
	cat >"$work/in.sql"
	awk -v form="$1" -f "$top/tools/queries.awk" "$work/in.sql" >"$work/out" 2>"$work/err" || {
		cat "$work/err" >>"$work/out"
		return 1
	}
}

refuses() { # WHAT MESSAGE: reads SQL from standard input
	if generate source; then
		result 1 "refuses $1"
	else
		grep -q -- "^$work/in.sql:[0-9]*: .*$2" "$work/err"
		result $? "refuses $1"
	fi
}

holds() { # FIXED-TEXT NAME
	grep -qF -- "$1" "$work/out"
	result $? "$2"
}

# Compiles C behind the generated header, with the result of the last generation.
compiles() { # reads C from standard input
	{
		echo '#include "store/queries.h"'
		cat
	} >"$work/use.c"
	${CC:-cc} -std=c11 -Wall -Wextra -Wno-unused -Werror -fsyntax-only -I"$work" -I"$top/src" "$work/use.c" >"$work/out" 2>&1
}

does_not_compile() { # WHAT MESSAGE: reads C from standard input
	if compiles; then
		result 1 "does not compile: $1"
	else
		grep -q -- "$2" "$work/out"
		result $? "does not compile: $1"
	fi
}

good=$(cat <<'SQL'
-- Statements of the session.

-- name: session_end(account_id uuid, session_id uuid,
--   now timestamptz, @why)
-- returns: session_id uuid,
--   ended_at timestamptz, @account
-- Ends it: one conditional statement.
UPDATE countersign.session SET ended_at = :now, note = ':account_id "x" \ ; --' -- :nothing
 WHERE account_id = :account_id AND session_id = :session_id::uuid
   AND "odd:now" IS NULL AND ended_at < :now AND 'it''s :x' <> ''
	@why
RETURNING session_id, ended_at,
	@account
;

-- fragment: why(reason text)
-- A comment of a fragment.
AND reason = :reason

-- name: ping()
SELECT 1;

-- name: accounts(states bytea[])
-- returns: @account
SELECT
	@account
FROM a WHERE state = ANY (:states);

-- fragment: account()
-- returns: @open, name text, age smallint
	@open,
	a.name, a.age

-- fragment: open()
-- returns: is_open boolean
	a.open AS is_open

-- name: accounts_fetch()
-- returns: @account
FETCH 10 FROM accounts;
SQL
)
generate source <<<"$good"
result $? "accepts statements and fragments"
holds 'SET ended_at = $3, note = '"'"':account_id \"x\" \\ ; --'"'"'\n"' "parameters are numbered, quoted text stays"
holds 'account_id = $1 AND session_id = $2::uuid\n' "a cast stays a cast"
holds '\"odd:now\" IS NULL AND ended_at < $3 AND '"'it''s :x'"' <> '"''" "quoted names and doubled quotes stay"
holds '"AND reason = $4\n"' "a fragment brings its text and its parameters"
holds '.param_types = {PG_UUID, PG_UUID, PG_TIMESTAMPTZ, PG_TEXT},' "types become their names"
holds '"	a.open AS is_open,\n"' "the comma behind a fragment stays"
holds '[Q_PING] = {' "a statement without parameters"
holds '.columns = q_session_end_columns,' "columns of a statement"
grep -q 'q_session_end_columns\[\] = {' "$work/out" && [ "$(grep -c '^	{"' "$work/out")" -eq 8 ]
result $? "a fragment brings its columns, and those of the fragments in it"
[ "$(grep -c '.columns = q_account_columns,' "$work/out")" -eq 2 ]
result $? "statements that return one fragment share its columns"
[ "$(grep -c '.columns_from_cursor = true' "$work/out")" -eq 1 ]
result $? "columns of FETCH are known while its cursor is open"
! grep -q 'conditional\|nothing\|comment of' "$work/out"
result $? "comments are left out"
mkdir -p "$work/store"
cp "$work/out" "$work/store/queries.c"
generate header <<<"$good"
holds 'Q_SESSION_END,' "the header lists the statements"
holds 'extern const struct pg_statement queries[Q_COUNT];' "the header declares the table"
cp "$work/out" "$work/store/queries.h"
compiles <"$work/store/queries.c"
result $? "the result compiles"
compiles <<'C'
bool
use(struct arena *a, struct pg_rows *rows, struct uuid id)
{
	struct q_session_end_args args = {.account_id = id, .now = 1, .why.reason = STR("x")};
	struct pg_query *q = q_session_end(a, &args);
	struct q_session_end_row row;
	struct q_account_row account;

	return q->statement == Q_PING && q_session_end_next(rows, &row) && row.account.open.is_open &&
	    str_is_absent(row.account.name) && q_account_next(rows, &account) && account.age == 1;
}
C
result $? "parameters and columns have names and types"
does_not_compile "a parameter of another type" "incompatible type" <<'C'
void
use(struct arena *a, struct uuid id)
{
	struct q_session_end_args args = {.account_id = id, .why.reason = id};
	(void)q_session_end(a, &args);
}
C
does_not_compile "a parameter that is not declared" "has no member\|does not refer to any field" <<'C'
void
use(struct arena *a, struct uuid id)
{
	struct q_session_end_args args = {.factor_id = id};
	(void)q_session_end(a, &args);
}
C
does_not_compile "the parameters of another statement" "incompatible.pointer.type" <<'C'
void
use(struct arena *a)
{
	struct q_accounts_args args = {0};
	(void)q_session_end(a, &args);
}
C
does_not_compile "a column read as another type" "invalid initializer\|incompatible type" <<'C'
struct uuid
use(const struct q_session_end_row *row)
{
	struct uuid id = row->account.name;
	return id;
}
C
does_not_compile "a column that is not declared" "has no member\|no member named" <<'C'
int64_t
use(const struct q_session_end_row *row)
{
	return row->started_at;
}
C
does_not_compile "the row of another statement" "incompatible.pointer.type" <<'C'
bool
use(struct pg_rows *rows, struct q_account_row *row)
{
	return q_session_end_next(rows, row);
}
C

refuses "an undeclared name" "undeclared parameter :b" <<<'-- name: x(a uuid)
SELECT :a, :b;'
refuses "an unused parameter" "unused parameter b" <<<'-- name: x(a uuid, b text)
SELECT :a;'
refuses "a parameter used in a comment only" "unused parameter a" <<<'-- name: x(a uuid)
SELECT 1 -- :a
;'
refuses "an unknown type" "unknown type: varchar" <<<'-- name: x(a varchar)
SELECT :a;'
refuses "a parameter without a type" "expected a parameter" <<<'-- name: x(a)
SELECT :a;'
refuses "a repeated parameter" "second parameter named a" <<<'-- name: x(a uuid, a text)
SELECT :a;'
refuses "a repeated statement" "second statement named x" <<<'-- name: x()
SELECT 1;
-- name: x()
SELECT 2;'
refuses "two statements on one line" "text behind the ';'" <<<'-- name: x()
SELECT 1; SELECT 2;'
refuses "two statements on two lines" "outside a statement" <<<'-- name: x()
SELECT 1;
SELECT 2;'
refuses "a statement without an end" "no end" <<<'-- name: x()
SELECT 1'
refuses "a statement without an end before another" "has no ';'" <<<"-- name: x()
SELECT 1
-- name: y()
SELECT 2;"
refuses "an empty statement" "empty statement" <<<'-- name: x()
;'
refuses "a numbered parameter" "parameters are named" <<<'-- name: x()
SELECT $1;'
refuses "an escape string" "escape strings" <<<"-- name: x()
SELECT E'\\'';"
refuses "a name in capitals" "not a statement name" <<<'-- name: X()
SELECT 1;'
refuses "an open parameter list" "not closed" <<<'-- name: x(a uuid,
SELECT :a;'
refuses "text before the first statement" "outside a statement" <<<'SELECT 1;'
refuses "a column that is not in the text" "the text of x has no column c" <<<'-- name: x()
-- returns: a uuid, c text
SELECT a, b FROM t;'
refuses "a column that is in a comment only" "the text of x has no column b" <<<'-- name: x()
-- returns: b text
SELECT a -- b
FROM t;'
refuses "an unknown type of a column" "unknown type: varchar" <<<'-- name: x()
-- returns: a varchar
SELECT a FROM t;'
refuses "a type that cannot be read" "not a type of columns: uuid\[\]" <<<'-- name: x()
-- returns: a uuid[]
SELECT a FROM t;'
refuses "a column without a type" "expected a column and its type" <<<'-- name: x()
-- returns: a
SELECT a FROM t;'
refuses "a repeated column" "second column named a" <<<'-- name: x()
-- returns: a uuid, a text
SELECT a FROM t;'
refuses "an empty list of columns" "expected: returns" <<<'-- name: x()
-- returns:
SELECT a FROM t;'
refuses "two lists of columns" "second list of columns" <<<'-- name: x()
-- returns: a uuid
-- returns: b uuid
SELECT a, b FROM t;'
refuses "columns behind the text" "declared in a head" <<<'-- name: x()
SELECT a
-- returns: a uuid
FROM t;'
refuses "columns of no statement" "declared in a head" <<<'-- returns: a uuid'
refuses "a list of columns that ends with a comma" "ends with ','" <<<'-- name: x()
-- returns: a uuid,
SELECT a FROM t;'
refuses "an unknown fragment in a list" "unknown fragment @b" <<<'-- name: x()
-- returns: @b
SELECT a FROM t;'
refuses "an unknown fragment in the text" "unknown fragment @b" <<<'-- name: x()
SELECT
@b
FROM t;'
refuses "a fragment that nobody uses" "unused fragment @b" <<<'-- name: x()
SELECT 1;
-- fragment: b()
SELECT 2'
refuses "the text of a fragment without its columns" "unused columns of @b in x" <<<'-- name: x()
-- returns: a uuid
SELECT a,
	@b
FROM t;
-- name: y()
-- returns: @b
SELECT
	@b
FROM t;
-- fragment: b()
-- returns: b uuid
	t.b'
refuses "the columns of a fragment that has none" "the fragment @b has no columns" <<<'-- name: x()
-- returns: @b
SELECT
	@b
FROM t;
-- fragment: b()
	t.b'
refuses "the parameters of a fragment that has none" "the fragment @b has no parameters" <<<'-- name: x(@b)
SELECT
	@b
FROM t;
-- fragment: b()
	t.b'
refuses "a fragment that contains itself" "contains itself" <<<'-- name: x()
-- returns: @b
SELECT 1;
-- fragment: b()
-- returns: @b'
refuses "a statement and a fragment of one name" "second statement named x" <<<'-- name: x()
SELECT
	@x
FROM t;
-- fragment: x()
	t.b'
done_testing
