/* Routes and errors as JSON, for programs that compare them with documents and tests. */
#ifndef WEB_ROUTE_PRINT_H
#define WEB_ROUTE_PRINT_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Returns one JSON object: `families` with the routes of each API family and of the pages, and
 * `errors` with the code, HTTP status and wording of each refusal and failure. Needs no
 * configuration; model_setup() must have run. Lives in the arena.
 */
struct str route_print_json(struct arena *a);

#endif
