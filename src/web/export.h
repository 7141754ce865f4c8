/*
 * A response of any length: the rows of a use case, loaded page by page while the response is
 * sent, each page with a deadline of its own.
 */
#ifndef WEB_EXPORT_H
#define WEB_EXPORT_H

#include "web/call.h"

struct export_page {
	size_t count;
	bool more; /* other rows follow, also when this page is short or empty */
};

/*
 * Loads the next page into the state of the feature. What the page holds lives in fl->arena,
 * which is emptied before the next page is loaded.
 */
typedef enum err export_load(void *state, struct flow *fl, struct export_page *page);

/* Appends row `i` of the page that was loaded last. */
typedef void export_print(const void *state, size_t i, struct buf *b);

struct export_params {
	struct str type;      /* the media type */
	struct str file_name; /* under which a browser saves the response */
	struct str header;    /* printed before the first row; absent: none */
	export_load *load;
	export_print *print;
	void *state; /* of the feature; lives in the arena of the request */
};

/*
 * Loads the first page and responds with all of them. A page that cannot be loaded is an error as
 * long as it is the first; a later one cuts the response off.
 */
enum err export_respond(struct call *c, const struct export_params *params) MUST_CHECK;

#endif
