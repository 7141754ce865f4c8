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

good=$(cat <<'SQL'
-- Statements of the session.

-- name: session_end(account_id uuid, session_id uuid,
--   now timestamptz)
-- Ends it: one conditional statement.
UPDATE countersign.session SET ended_at = :now, note = ':account_id "x" \ ; --' -- :nothing
 WHERE account_id = :account_id AND session_id = :session_id::uuid
   AND "odd:now" IS NULL AND ended_at < :now AND 'it''s :x' <> '';

-- name: ping()
SELECT 1;
SQL
)
generate source <<<"$good"
result $? "accepts two statements"
holds 'SET ended_at = $3, note = '"'"':account_id \"x\" \\ ; --'"'"'\n"' "parameters are numbered, quoted text stays"
holds 'account_id = $1 AND session_id = $2::uuid\n' "a cast stays a cast"
holds '\"odd:now\" IS NULL AND ended_at < $3 AND '"'it''s :x'"' <> '"''" "quoted names and doubled quotes stay"
holds '.param_types = {2950, 2950, 1184},' "types become their numbers"
holds '[Q_PING] = {' "a statement without parameters"
! grep -q 'conditional\|nothing' "$work/out"
result $? "comments are left out"
generate header <<<"$good"
holds 'Q_SESSION_END,' "the header lists the statements"
holds 'extern const struct pg_statement queries[Q_COUNT];' "the header declares the table"

mkdir -p "$work/pg" "$work/store"
cat >"$work/pg/pg.h" <<'C'
#define PG_PARAMS_MAX 40
struct pg_statement { const char *name; const char *sql; int param_count; unsigned int param_types[PG_PARAMS_MAX]; };
C
cp "$work/out" "$work/store/queries.h"
generate source <<<"$good"
cp "$work/out" "$work/queries.c"
${CC:-cc} -std=c11 -Wall -Wextra -Werror -fsyntax-only -I"$work" "$work/queries.c" >"$work/out" 2>&1
result $? "the result compiles"

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
done_testing
