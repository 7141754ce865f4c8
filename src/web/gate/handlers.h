/* The handlers of the gate. */
#ifndef WEB_GATE_HANDLERS_H
#define WEB_GATE_HANDLERS_H

#include "web/route.h"

/* authorization requests of web servers (gate.c) */
handler gate_fastcgi, gate_http;
/* the pages between this service and protected sites (pages.c) */
handler gate_return, gate_callback, gate_organization;

#endif
