/* Printing the options: a sample file, and the values in effect. */
#include <inttypes.h>

#include "conf/option.h"

static void print_range(const struct conf_option *o, FILE *out);

void
conf_print_sample(FILE *out)
{
	fputs("# Configuration of Countersign: one option per line, \"name = value\".\n"
	      "# Each option is shown with its default. A '#' at the beginning of a line\n"
	      "# or after a space begins a comment. Times are in seconds.\n",
	    out);
	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		fprintf(out, "\n# %s\n", o->help);
		if (!conf_is_text(o) || !o->reloads)
			print_range(o, out);
		fprintf(out, "#%s =%s%s\n", o->name, o->initial[0] != '\0' ? " " : "", o->initial);
	}
}

void
conf_print(const struct conf *c, FILE *out)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		if (o->kind == CONF_SECRET_TEXT)
			fprintf(out, "# %s is not shown: it may hold a password\n", o->name);
		else if (o->kind == CONF_OCTAL)
			fprintf(out, "%s = 0%" PRIo64 "\n", o->name,
			    (uint64_t)*conf_number_at(c, o));
		else if (o->kind == CONF_SWITCH)
			fprintf(out, "%s = %s\n", o->name,
			    *conf_number_at(c, o) != 0 ? "yes" : "no");
		else if (o->kind == CONF_NUMBER)
			fprintf(out, "%s = %" PRId64 "\n", o->name, *conf_number_at(c, o));
		else
			fprintf(out, "%s = %s\n", o->name, *conf_text_at(c, o));
	}
}

static void
print_range(const struct conf_option *o, FILE *out)
{
	if (o->kind == CONF_NUMBER)
		fprintf(out, "# %" PRId64 " to %" PRId64 ".", o->min, o->max);
	else if (o->kind == CONF_OCTAL)
		fprintf(out, "# 0%" PRIo64 " to 0%" PRIo64 ".", (uint64_t)o->min, (uint64_t)o->max);
	else
		fputs("#", out);
	fputs(o->reloads ? "\n" : " Needs a restart.\n", out);
}
