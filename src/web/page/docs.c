/* The reference of the API, which tools/api-reference makes from the OpenAPI document. */
#include "web/page/handlers.h"
#include "web/present.h"

enum err
page_docs(struct call *c)
{
	return present_page(c, "docs_api", "API reference");
}
