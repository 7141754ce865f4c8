# Turns the statements of sql/queries/*.sql into C:
#
#	awk -v form=header -f queries.awk FILE... > queries.h
#	awk -v form=source -f queries.awk FILE... > queries.c
#
# A statement begins with
#
#	-- name: session_end(account_id uuid, session_id uuid, now timestamptz)
#
# (the list may go on over further comment lines) and ends with ';'. In its text
# :account_id stands for the parameter and becomes $1 and so on. What is declared
# must be used and what is used must be declared, so that a statement and its
# caller cannot drift apart. Comments are left out of the result.
#
# What several statements share is written once, in any of the files, which are
# read twice, the fragments first:
#
#	-- fragment: event(ev_at timestamptz, ...)
#
# and its text up to the next head. A statement takes it with @event in its
# parameter list and on a line of its own.

function fail(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
	failed = 1
	exit 1
}

function is_name(text)
{
	return text ~ /^[a-z][a-z0-9_]*$/ && length(text) <= 50
}

# Reads "name(a uuid, b text)" and begins a statement.
function statement_begin(text,    open, list, n, parts, i, pair, words, word)
{
	open = index(text, "(")
	if (open == 0 || text !~ /\)[ \t]*$/)
		fail("expected: name(parameter type, ...)")
	name = substr(text, 1, open - 1)
	if (!is_name(name))
		fail("not a statement name: " name)
	if ((kind, name) in seen)
		fail("second " (kind == "name" ? "statement" : kind) " named " name)
	seen[kind, name] = 1
	list = substr(text, open + 1)
	sub(/\)[ \t]*$/, "", list)
	if (kind == "fragment") {
		fragment_list[name] = list
		fragment_text[name] = ""
		fragment = name
		return
	}
	while (match(list, /@[a-z][a-z0-9_]*/)) {
		word = substr(list, RSTART + 1, RLENGTH - 1)
		if (!(word in fragment_list))
			fail("unknown fragment @" word)
		list = substr(list, 1, RSTART - 1) fragment_list[word] substr(list, RSTART + RLENGTH)
	}
	split("", number)
	split("", used)
	params = 0
	oids = ""
	if (list ~ /[^ \t]/) {
		n = split(list, parts, ",")
		for (i = 1; i <= n; i++) {
			pair = parts[i]
			gsub(/^[ \t]+|[ \t]+$/, "", pair)
			if (split(pair, words, /[ \t]+/) != 2)
				fail("expected a parameter and its type: " pair)
			if (!is_name(words[1]))
				fail("not a parameter name: " words[1])
			if (words[1] in number)
				fail("second parameter named " words[1])
			if (!(words[2] in oid))
				fail("unknown type: " words[2])
			number[words[1]] = ++params
			param[params] = words[1]
			oids = oids (params > 1 ? ", " : "") oid[words[2]]
		}
	}
	if (params > 40)
		fail("more than 40 parameters: " name)
	inside = 1
	ended = 0
	quote = ""
	sql = ""
}

function c_escape(text,    out, i, c)
{
	out = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		out = out (c == "\\" || c == "\"" ? "\\" c : c)
	}
	return out
}

# One line of a statement: copies it, replacing parameters, up to a comment.
function statement_line(text,    out, i, c, rest, word)
{
	out = ""
	sub(/\r$/, "", text)
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		rest = substr(text, i)
		if (quote != "") {
			out = out c
			if (c == quote)
				quote = ""	# a doubled quote closes and opens again
			continue
		}
		if (substr(rest, 1, 2) == "--")
			break
		if (substr(rest, 1, 2) == "/*")
			fail("comments are written with --")
		if (ended && c !~ /[ \t]/)
			fail("text behind the ';' of " name)
		if (c == "'" || c == "\"") {
			if (c == "'" && out ~ /(^|[^A-Za-z0-9_])[eE]$/)
				fail("escape strings (E'') are not understood")
			quote = c
			out = out c
		} else if (c == "$") {
			fail("'$' outside quotes: parameters are named")
		} else if (c == ";") {
			ended = 1
		} else if (substr(rest, 1, 2) == "::") {
			out = out "::"
			i++
		} else if (c == ":" && match(rest, /^:[A-Za-z_][A-Za-z0-9_]*/)) {
			word = substr(rest, 2, RLENGTH - 1)
			if (!(word in number))
				fail("undeclared parameter :" word " in " name)
			used[word] = 1
			out = out "$" number[word]
			i += RLENGTH - 1
		} else {
			out = out c
		}
	}
	if (quote == "")
		sub(/[ \t]+$/, "", out)
	if (out != "")
		sql = sql "\n\t    \"" c_escape(out) "\\n\""
	if (ended)
		statement_end()
}

function statement_end(    i)
{
	if (sql == "")
		fail("empty statement " name)
	for (i = 1; i <= params; i++)
		if (!(param[i] in used))
			fail("unused parameter " param[i] " of " name)
	inside = 0
	count++
	members = members "\tQ_" toupper(name) ",\n"
	rows = rows "\t[Q_" toupper(name) "] = {\n\t    .name = \"" name "\",\n\t    .sql =" sql ",\n"
	rows = rows "\t    .param_count = " params ",\n"
	if (params > 0)
		rows = rows "\t    .param_types = {" oids "},\n"
	rows = rows "\t},\n"
}

BEGIN {
	if (form != "header" && form != "source") {
		print "queries.awk: set form to header or source" > "/dev/stderr"
		failed = 1
		exit 1
	}
	files = ARGC
	ARGV[ARGC++] = "pass=2"
	for (i = 1; i < files; i++)
		ARGV[ARGC++] = ARGV[i]
	pass = 1
	oid["uuid"] = 2950
	oid["bytea"] = 17
	oid["text"] = 25
	oid["bigint"] = 20
	oid["integer"] = 23
	oid["smallint"] = 21
	oid["boolean"] = 16
	oid["timestamptz"] = 1184
	oid["date"] = 1082
	oid["inet"] = 869
	oid["json"] = 114
	oid["uuid[]"] = 2951
	oid["bytea[]"] = 1001
	oid["text[]"] = 1009
	oid["timestamptz[]"] = 1185
}

# A file that ends in the middle of something is reported at its last line.
FNR == 1 && NR > 1 && (inside || heading != "") { fail("the file before ends inside a statement") }

FNR == 1 { ignored = 0; fragment = "" }

heading != "" {
	if ($0 !~ /^--/)
		fail("the parameter list is not closed")
	heading = heading " " substr($0, 3)
	if ($0 ~ /\)[ \t]*$/) {
		statement_begin(heading)
		heading = ""
	}
	next
}

/^--[ \t]*(name|fragment):/ {
	if (inside)
		fail("statement " name " has no ';'")
	kind = /^--[ \t]*name:/ ? "name" : "fragment"
	fragment = ""
	ignored = (kind == "name") != (pass == 2)
	if (ignored)
		next
	text = $0
	sub(/^--[ \t]*(name|fragment):[ \t]*/, "", text)
	if (text ~ /\)[ \t]*$/)
		statement_begin(text)
	else if (text ~ /\(/)
		heading = text
	else
		fail("expected: name(parameter type, ...)")
	next
}

# Statements in the first pass, fragments in the second.
ignored { next }

fragment != "" { fragment_text[fragment] = fragment_text[fragment] $0 "\n"; next }

inside && /^@[a-z][a-z0-9_]*[ \t\r]*$/ {
	text = substr($1, 2)
	if (!(text in fragment_text))
		fail("unknown fragment @" text)
	lines = split(fragment_text[text], line, "\n")
	for (l = 1; l <= lines; l++)
		statement_line(line[l])
	next
}

inside { statement_line($0); next }

# Between statements only comments and blank lines; a second ';' lands here.
/^[ \t\r]*$/ || /^--/ { next }
{ fail("text outside a statement (a statement has one ';')") }

END {
	if (failed)
		exit 1
	if (inside || heading != "")
		fail("the last statement has no end")
	if (form == "header") {
		print "/* Made from sql/queries by tools/queries.awk: do not edit. */"
		print "#ifndef STORE_QUERIES_H"
		print "#define STORE_QUERIES_H\n"
		print "#include \"pg/pg.h\"\n"
		print "enum query {\n" members "\tQ_COUNT\n};\n"
		print "extern const struct pg_statement queries[Q_COUNT];\n"
		print "#endif"
	} else {
		print "/* Made from sql/queries by tools/queries.awk: do not edit. */"
		print "#include \"store/queries.h\"\n"
		printf "const struct pg_statement queries[Q_COUNT] = {\n%s};\n", rows
	}
}
