# Turns the statements of sql/queries/*.sql into C:
#
#	awk -v form=header -f queries.awk FILE... > queries.h
#	awk -v form=source -f queries.awk FILE... > queries.c
#
# A statement begins with a head of comment lines:
#
#	-- name: session_end(account_id uuid, session_id uuid, now timestamptz)
#	-- returns: session_id uuid, ended_at timestamptz
#
# and ends with ';'. The list of parameters goes on to its ')', that of columns for
# as long as a line ends with ','; without rows there is no list of columns. In the
# text :account_id stands for the parameter and becomes $1 and so on. Comments are
# left out of the result.
#
# Several statements share text, parameters and columns by a fragment, in any of the
# files, which are read twice, the fragments first:
#
#	-- fragment: event(ev_at timestamptz, ...)
#	-- returns: moved integer
#
# followed by its text up to the next head. A statement takes its text with @event on
# a line of its own, with or without a comma behind it, and its parameters and
# columns with @event in the list. A fragment may have columns only.
#
# Of session_end() comes, in C:
#
#	struct q_session_end_args { struct uuid account_id; ... };
#	struct pg_query *q_session_end(arena, &args);
#	struct q_session_end_row { struct uuid session_id; ... };
#	bool q_session_end_next(&rows, &row);
#
# What a fragment brings is a member with its name, of type struct q_event_args or
# struct q_event_row. The rows of a statement that returns exactly one fragment are
# read with q_event_next().
#
# What is declared must be used and what is used must be declared. That columns have
# the names, types and order that are declared is compared when a connection is made.

function fail(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
	failed = 1
	exit 1
}

function trim(text)
{
	gsub(/^[ \t\r]+|[ \t\r]+$/, "", text)
	return text
}

function is_name(text)
{
	return text ~ /^[a-z][a-z0-9_]*$/ && length(text) <= 50
}

# Checks a list "name type, @fragment, ..." of parameters or columns (WHAT) and
# returns it with single separators.
function list_read(text, what,    items, n, i, item, words, met, out)
{
	out = ""
	n = text ~ /[^ \t\r]/ ? split(text, items, ",") : 0
	for (i = 1; i <= n; i++) {
		item = trim(items[i])
		if (item ~ /^@/) {
			words[1] = substr(item, 2)
			used_fragment[words[1]] = 1
		} else {
			if (split(item, words, /[ \t]+/) != 2)
				fail("expected a " what " and its type: " item)
			if (!is_name(words[1]))
				fail("not a " what " name: " words[1])
			if (!(words[2] in c_type))
				fail("unknown type: " words[2])
			if (what == "column" && words[2] ~ /\[\]$/)
				fail("not a type of columns: " words[2])
			item = words[1] " " words[2]
		}
		if (words[1] in met)
			fail("second " what " named " words[1])
		met[words[1]] = 1
		out = out (out == "" ? "" : ",") item
	}
	return out
}

# The same list with its fragments replaced by what they consist of.
function list_flat(text, what,    items, n, i, f, out)
{
	out = ""
	n = split(text, items, ",")
	for (i = 1; i <= n; i++) {
		if (items[i] ~ /^@/) {
			f = substr(items[i], 2)
			if (!(f in fragment_text))
				fail("unknown fragment @" f)
			if (list[f, what] == "")
				fail("the fragment @" f " has no " what "s")
			if (f in open_fragment)
				fail("the fragment @" f " contains itself")
			open_fragment[f] = 1
			items[i] = list_flat(list[f, what], what)
			delete open_fragment[f]
		}
		out = out (out == "" ? "" : ",") items[i]
	}
	return out
}

# Reads "name(parameter type, ...)" and begins a statement or a fragment.
function head_read(text,    open)
{
	open = index(text, "(")
	if (open == 0 || text !~ /\)[ \t]*$/)
		fail("expected: name(parameter type, ...)")
	name = substr(text, 1, open - 1)
	if (!is_name(name))
		fail("not a " kind " name: " name)
	if (name in fragment_text || name in is_statement)
		fail("second " kind " named " name)
	text = substr(text, open + 1)
	sub(/\)[ \t]*$/, "", text)
	list[name, "parameter"] = list_read(text, "parameter")
	list[name, "column"] = ""
	quote = ""
	if (kind == "fragment") {
		fragments[++fragment_count] = name
		fragment_text[name] = ""
		return
	}
	is_statement[name] = 1
	number_parameters()
	inside = 1
	ended = 0
	sql = ""
	plain = ""
	split("", text_fragment)
}

# The parameters of a statement from 1 on, and their types.
function number_parameters(    items, i, words)
{
	split("", number)
	split("", used)
	oids = ""
	params = split(list_flat(list[name, "parameter"], "parameter"), items, ",")
	if (params > 40)
		fail("more than 40 parameters: " name)
	for (i = 1; i <= params; i++) {
		split(items[i], words, " ")
		if (words[1] in number)
			fail("second parameter named " words[1])
		number[words[1]] = i
		param[i] = words[1]
		oids = oids (i > 1 ? ", " : "") oid(words[2])
	}
}

function columns_read(text)
{
	if (list[name, "column"] != "")
		fail("second list of columns of " name)
	list[name, "column"] = list_read(text, "column")
	if (list[name, "column"] == "")
		fail("expected: returns: column type, ...")
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
	if (out != "") {
		sql = sql "\n\t    \"" c_escape(out) "\\n\""
		plain = plain " " out
	}
	if (ended)
		statement_end()
}

function statement_text(text)
{
	if (quote == "" && text ~ /^[ \t]*@[a-z][a-z0-9_]*,?[ \t\r]*$/)
		statement_fragment(text)
	else
		statement_line(text)
}

# The text of a fragment, with or without a comma behind it.
function statement_fragment(text,    lines, line, l, comma)
{
	text = substr(trim(text), 2)
	comma = sub(/,$/, "", text) ? "," : ""
	if (!(text in fragment_text))
		fail("unknown fragment @" text)
	if (text in open_fragment)
		fail("the fragment @" text " contains itself")
	open_fragment[text] = 1
	used_fragment[text] = 1
	text_fragment[text] = 1
	lines = split(fragment_text[text], line, "\n") - 1
	while (lines > 0 && line[lines] !~ /[^ \t\r]/)
		lines--
	for (l = 1; l <= lines; l++)
		statement_text(line[l] (l == lines ? comma : ""))
	delete open_fragment[text]
}

function statement_end(    i, items, n, words, f, fetches)
{
	if (sql == "")
		fail("empty statement " name)
	for (i = 1; i <= params; i++)
		if (!(param[i] in used))
			fail("unused parameter " param[i] " of " name)
	fetches = plain ~ /^ *FETCH /
	gsub(/[^A-Za-z0-9_]+/, " ", plain)
	n = split(list_flat(list[name, "column"], "column"), items, ",")
	for (i = 1; i <= n && !fetches; i++) {
		split(items[i], words, " ")
		if (index(plain " ", " " words[1] " ") == 0)
			fail("the text of " name " has no column " words[1])
	}
	for (f in text_fragment)
		if (list[f, "column"] != "" && !list_has(list[name, "column"], f))
			fail("unused columns of @" f " in " name)
	alone[only_fragment(list[name, "column"])] = 1
	inside = 0
	statements[++statement_count] = name
	row[name] = "\t[Q_" toupper(name) "] = {\n\t    .name = \"" name "\",\n\t    .sql =" sql ",\n" \
	    "\t    .param_count = " params ",\n" \
	    (params > 0 ? "\t    .param_types = {" oids "},\n" : "") \
	    (n > 0 ? "\t    .columns = " columns_of(name) ",\n\t    .column_count = " n ",\n" : "") \
	    (fetches ? "\t    .columns_from_cursor = true,\n" : "") \
	    "\t},\n"
}

# Whether a list has a fragment, itself or within another.
function list_has(text, fragment,    items, n, i, f)
{
	n = split(text, items, ",")
	for (i = 1; i <= n; i++) {
		if (items[i] !~ /^@/)
			continue
		f = substr(items[i], 2)
		if (f == fragment || list_has(list[f, "column"], fragment))
			return 1
	}
	return 0
}

# The fragment that a list consists of; or none.
function only_fragment(text)
{
	return text ~ /^@[a-z0-9_]+$/ ? substr(text, 2) : ""
}

function columns_of(name,    f)
{
	f = only_fragment(list[name, "column"])
	return "q_" (f != "" ? f : name) "_columns"
}

function oid(type)
{
	type = toupper(type)
	return "PG_" (sub(/\[\]$/, "", type) ? type "_ARRAY" : type)
}

# A type in the names of the functions that bind and read it.
function word_of(type)
{
	if (type == "json")
		return "text"
	return sub(/\[\]$/, "", type) ? type "_array" : type
}

# ---- C: the header ----

function c_struct(name, what, suffix,    items, n, i, words, out)
{
	out = "struct q_" name "_" suffix " {\n"
	n = split(list[name, what], items, ",")
	for (i = 1; i <= n; i++) {
		if (items[i] ~ /^@/) {
			words[1] = substr(items[i], 2)
			out = out "\tstruct q_" words[1] "_" suffix " " words[1] ";\n"
		} else {
			split(items[i], words, " ")
			out = out "\t" c_type[words[2]] words[1] ";\n"
		}
	}
	return out "};\n"
}

# Adds every parameter of a list, in its order.
function c_bind(name,    items, n, i, words, out)
{
	out = ""
	n = split(list[name, "parameter"], items, ",")
	for (i = 1; i <= n; i++) {
		if (items[i] ~ /^@/) {
			words[1] = substr(items[i], 2)
			out = out "\tq_" words[1] "_bind(q, &args->" words[1] ");\n"
		} else {
			split(items[i], words, " ")
			out = out "\tpg_bind_" word_of(words[2]) "(q, args->" words[1] ");\n"
		}
	}
	return out
}

# Reads every column of a list, from the position that FIRST says in C.
function c_read(name, first,    items, n, i, words, out, at, sum)
{
	out = ""
	at = 0
	n = split(list[name, "column"], items, ",")
	for (i = 1; i <= n; i++) {
		sum = first == "0" ? at "" : at == 0 ? first : first " + " at
		if (items[i] ~ /^@/) {
			words[1] = substr(items[i], 2)
			out = out "\tq_" words[1] "_read(rows, " sum ", &row->" words[1] ");\n"
			at += split(list_flat(items[i], "column"), words, ",")
		} else {
			split(items[i], words, " ")
			out = out "\trow->" words[1] " = pg_" word_of(words[2]) "(rows, " sum ");\n"
			at++
		}
	}
	return out
}

function c_next(name,    f)
{
	f = only_fragment(list[name, "column"])
	return "static inline bool\nq_" name "_next(struct pg_rows *rows, struct q_" name "_row *row)\n" \
	    "{\n\tif (!pg_next(rows, q_" name "_columns))\n\t\treturn false;\n" \
	    (name in fragment_text ? "\tq_" name "_read(rows, 0, row);\n" : c_read(name, "0")) \
	    "\treturn true;\n}\n\n"
}

# What a fragment consists of comes before it.
function header_fragment(name,    items, n, i)
{
	if (name in printed)
		return
	printed[name] = 1
	n = split(list[name, "column"], items, ",")
	for (i = 1; i <= n; i++)
		if (items[i] ~ /^@/)
			header_fragment(substr(items[i], 2))
	n = split(list[name, "parameter"], items, ",")
	for (i = 1; i <= n; i++)
		if (items[i] ~ /^@/)
			header_fragment(substr(items[i], 2))
	if (list[name, "parameter"] != "") {
		print c_struct(name, "parameter", "args")
		print "static inline void\nq_" name "_bind(struct pg_query *q, const struct q_" name "_args *args)"
		print "{\n" c_bind(name) "}\n"
	}
	if (list[name, "column"] != "") {
		print c_struct(name, "column", "row")
		print "static inline void\nq_" name "_read(const struct pg_rows *rows, int first, struct q_" name "_row *row)"
		print "{\n" c_read(name, "first") "}\n"
	}
	if (name in alone) {
		print "extern const struct pg_column q_" name "_columns[];\n"
		printf "%s", c_next(name)
	}
}

function header_statement(name,    args)
{
	args = list[name, "parameter"] != ""
	if (args)
		print c_struct(name, "parameter", "args")
	print "static inline struct pg_query *"
	print "q_" name "(struct arena *a" (args ? ", const struct q_" name "_args *args" : "") ")"
	print "{\n\tstruct pg_query *q = pg_query_new(a, Q_" toupper(name) ");\n"
	print c_bind(name) "\treturn q;\n}\n"
	if (list[name, "column"] == "" || only_fragment(list[name, "column"]) != "")
		return
	print c_struct(name, "column", "row")
	print "extern const struct pg_column q_" name "_columns[];\n"
	printf "%s", c_next(name)
}

function header(    i)
{
	print "/* Made from sql/queries by tools/queries.awk: do not edit. */"
	print "#ifndef STORE_QUERIES_H"
	print "#define STORE_QUERIES_H\n"
	print "#include \"pg/pg.h\"\n"
	print "enum query {"
	for (i = 1; i <= statement_count; i++)
		print "\tQ_" toupper(statements[i]) ","
	print "\tQ_COUNT\n};\n"
	print "extern const struct pg_statement queries[Q_COUNT];\n"
	for (i = 1; i <= fragment_count; i++)
		header_fragment(fragments[i])
	for (i = 1; i <= statement_count; i++)
		header_statement(statements[i])
	print "#endif"
}

# ---- C: the source ----

function source_columns(name,    items, n, i, words)
{
	n = split(list_flat(list[name, "column"], "column"), items, ",")
	print "const struct pg_column q_" name "_columns[] = {"
	for (i = 1; i <= n; i++) {
		split(items[i], words, " ")
		print "\t{\"" words[1] "\", " oid(words[2]) "},"
	}
	print "};\n"
}

function source(    i)
{
	print "/* Made from sql/queries by tools/queries.awk: do not edit. */"
	print "#include \"store/queries.h\"\n"
	for (i = 1; i <= fragment_count; i++)
		if (fragments[i] in alone)
			source_columns(fragments[i])
	for (i = 1; i <= statement_count; i++)
		if (list[statements[i], "column"] != "" && only_fragment(list[statements[i], "column"]) == "")
			source_columns(statements[i])
	print "const struct pg_statement queries[Q_COUNT] = {"
	for (i = 1; i <= statement_count; i++)
		printf "%s", row[statements[i]]
	print "};"
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
	c_type["uuid"] = "struct uuid "
	c_type["bytea"] = "struct str "
	c_type["text"] = "struct str "
	c_type["json"] = "struct str "
	c_type["bigint"] = "int64_t "
	c_type["integer"] = "int32_t "
	c_type["smallint"] = "int16_t "
	c_type["boolean"] = "bool "
	c_type["timestamptz"] = "int64_t "
	c_type["uuid[]"] = "struct pg_uuid_array "
	c_type["bytea[]"] = "struct pg_bytea_array "
	c_type["timestamptz[]"] = "struct pg_timestamptz_array "
}

# A file that ends in the middle of something is reported in the next one.
FNR == 1 && (inside || heading != "" || returning != "") { fail("the file before ends inside a statement") }

FNR == 1 { kind = "" }

heading != "" {
	if ($0 !~ /^--/)
		fail("the parameter list is not closed")
	heading = heading " " substr($0, 3)
	if ($0 ~ /\)[ \t]*$/) {
		head_read(heading)
		heading = ""
	}
	next
}

returning != "" {
	if ($0 !~ /^--/)
		fail("the list of columns ends with ','")
	returning = returning " " substr($0, 3)
	if ($0 !~ /,[ \t]*$/) {
		columns_read(returning)
		returning = ""
	}
	next
}

/^--[ \t]*(name|fragment):/ {
	if (inside)
		fail("statement " name " has no ';'")
	kind = /^--[ \t]*name:/ ? "statement" : "fragment"
	ignored = (kind == "statement") != (pass == 2)
	if (ignored)
		next
	text = $0
	sub(/^--[ \t]*(name|fragment):[ \t]*/, "", text)
	if (text ~ /\)[ \t]*$/)
		head_read(text)
	else if (text ~ /\(/)
		heading = text
	else
		fail("expected: name(parameter type, ...)")
	next
}

# Statements in the first pass, fragments in the second.
kind != "" && ignored { next }

/^--[ \t]*returns:/ {
	if (kind == "" || kind == "statement" && (!inside || sql != "") || kind == "fragment" && fragment_text[name] != "")
		fail("columns are declared in a head")
	text = $0
	sub(/^--[ \t]*returns:/, "", text)
	if (text ~ /,[ \t]*$/)
		returning = text
	else
		columns_read(text)
	next
}

kind == "fragment" && /^--/ { next }
kind == "fragment" { fragment_text[name] = fragment_text[name] $0 "\n"; next }

inside { statement_text($0); next }

# Between statements only comments and blank lines; a second ';' lands here.
/^[ \t\r]*$/ || /^--/ { next }
{ fail("text outside a statement (a statement has one ';')") }

END {
	if (failed)
		exit 1
	if (inside || heading != "" || returning != "")
		fail("the last statement has no end")
	for (i = 1; i <= fragment_count; i++)
		if (!(fragments[i] in used_fragment))
			fail("unused fragment @" fragments[i])
	if (form == "header")
		header()
	else
		source()
}
